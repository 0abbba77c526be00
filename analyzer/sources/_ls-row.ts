/**
 * One row of `ls -l` (coreutils ls.c print_long_format, busybox ls.c), with or without inode and blocks in front:
 *
 *     drwx------ 95 root root 16384 Nov  1 06:48 overlay2
 *     41009 lrwxrwxrwx 1 root root 72 2026-11-23 10:00:01.000000000 +0000 QA2Z -> ../1f2e…/diff
 *     -?????????  ? ?    ?        ?            ? link
 */
import { wholeNumber } from "./_number.ts";
import type { DirectoryEntryFact } from "../model/fact.ts";
import type { TimeReading } from "../model/time.ts";
import { YEARLESS, civil, parseCtime, parseIso, parseLsTime } from "./_time.ts";
import { DAY, MINUTE } from "../model/time.ts";
import { monthNamed } from "./_months.ts";

/** What `ls --color` writes around a name. */
const COLOUR = new RegExp(String.raw`\u001b\[[\d;]*[mK]`, "g");

export interface ListedEntry extends Omit<DirectoryEntryFact, "path"> {
  name: string;
}

const MODE = String.raw`([-dlbcpsDCM?][-rwxsStT?]{9})[.+@]?`;
const ENGLISH = String.raw`[A-Z][a-z]{2}\s+\d{1,2}\s+(?:\d\d:\d\d|\d{4})(?!:)`;
const ISO = String.raw`\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?: [+-]\d{4})?)?`;
const CTIME = String.raw`[A-Z][a-z]{2} [A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d \d{4}`;
const SHORT_ISO = String.raw`\d\d-\d\d \d\d:\d\d`;
/** `23 oct. 04:17`, `23. Okt 04:17`, `23 ott 04.17`, `10月 23 2026`, `2026年10月 5日`. */
const LOCAL = String.raw`(?:\d{4}年 ?\d{1,2}月 ?\d{1,2}日|\d{1,2}月 ?\d{1,2}日 \d\d:\d\d|[^\s\d]?\S+\s+\S+\s+(?:\d\d[:.]\d\d|\d{4}))`;
const ROW = new RegExp(
  String.raw`^\s*(?:(\d+) +)?(?:(\d+) +)?${MODE} +(\d+) +(\S.*?) +(\d+(?:[.,]\d+)?[KMGTP]?|\d+, *\d+) +(${CTIME}|${ISO}|${SHORT_ISO}|${ENGLISH}|${LOCAL}) (.+)$`,
);
const UNREADABLE = new RegExp(String.raw`^\s*(?:[\d?]+ +)?([-dlbcps?]\?{9})[.+@]?(?: +\?)+ (.+)$`);

const CHINESE = /^(\d{4})年 ?(\d{1,2})月 ?(\d{1,2})日$/;

function localTime(text: string): TimeReading | null {
  const whole = CHINESE.exec(text)?.slice(1).map(Number);
  if (whole) {
    const [year = 0, month = 0, day = 0] = whole;
    return { stated: civil(year, month, day, 0, 0, 0), clock: "local", precision: DAY };
  }
  const [first = "", second = "", third = ""] = text.replace(/月(?=\d)/, "月 ").split(/\s+/);
  const [month, day] = /^\d{1,2}\.?$/.test(first) ? [monthNamed(second), first] : [monthNamed(first), second];
  if (month === 0) return null;
  const names = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  const clock = third.replace(/^(\d\d)\.(\d\d)$/, "$1:$2");
  return parseLsTime(`${names[month - 1]} ${Number.parseInt(day, 10)} ${clock}`)?.time ?? null;
}

function timeOf(text: string): TimeReading | null {
  const short = /^(\d\d)-(\d\d) (\d\d):(\d\d)$/.exec(text);
  if (short) {
    const [, month, day, hour, minute] = short.map(Number);
    const stated = civil(YEARLESS, month ?? 0, day ?? 0, hour ?? 0, minute ?? 0, 0);
    return { stated, clock: "local-no-year", precision: MINUTE };
  }
  return (parseCtime(text) ?? parseIso(text) ?? parseLsTime(text))?.time ?? localTime(text);
}

function typeOf(mode: string): DirectoryEntryFact["type"] {
  if (mode.startsWith("d")) return "directory";
  if (mode.startsWith("l")) return "symlink";
  return mode.startsWith("-") ? "file" : "other";
}

/** A name as coreutils quotes it for a terminal, plain again. */
function unquote(name: string): string {
  return /^'.*'$/.test(name) ? name.slice(1, -1) : name;
}

/** Reads a row; null for any other line. `blocks` says that a single number in front counts blocks (`ls -s`). */
export function readLsRow(text: string, blocks = false): ListedEntry | null {
  const plain = text.replaceAll(COLOUR, "");
  const lost = UNREADABLE.exec(plain);
  if (lost) {
    const [, mode = "", name = ""] = lost;
    return {
      name: unquote(name.trim()),
      type: "unreadable",
      mode,
      size: null,
      inode: null,
      modified: null,
      target: null,
    };
  }
  const match = ROW.exec(plain);
  if (!match) return null;
  const [, inode, secondNumber, mode = "", , , size = "", time = "", rest = ""] = match;
  const type = typeOf(mode);
  const [name = "", target] = type === "symlink" ? rest.trimStart().split(" -> ") : [rest.trimStart()];
  return {
    name: unquote(type === "directory" ? name.replace(/(.)\/$/, "$1") : name),
    type,
    mode,
    size: wholeNumber(size),
    inode: inode === undefined || (blocks && secondNumber === undefined) ? null : wholeNumber(inode),
    modified: timeOf(time),
    target: target === undefined ? null : unquote(target),
  };
}
