/**
 * Hand-saved files often hold the outputs of several commands. What begins a section:
 *
 *     $ docker ps -a                             pi@k1:~ $ sudo ls -la /var/lib/docker
 *     [root@k1 ~]# journalctl -u kubelet         root@k1:/# dmesg
 *     ==> /var/log/syslog <==                    == /var/log/containers/etcd.log
 *     ==> timedatectl <==                        ## docker inspect 6ef2 -> rc=1 0.7s out=0B err=Error: …
 *
 * Where nothing but the outputs was saved, the header of a table of containers begins one, and a line of a log ends it.
 */
import type { Line } from "../model/source.ts";
import { cleanCommand, looksLikeCommand, looksLikeRootCommand } from "./command.ts";

/** `firstLine`: number of the first line of the output. Null where the header did not say. */
export interface Section {
  command: string | null;
  path: string | null;
  firstLine: number;
}

export interface Sectioner {
  line(line: Line): void;
  end(): void;
}

interface Header {
  command: string | null;
  path: string | null;
  /** The command line as typed, before it was cleaned. */
  typed?: string;
  /** First character of a part of the header that is output already. */
  outputFrom?: number;
}

const MAX_CONTINUATIONS = 5;
/** Of a line; a prompt is shorter, and patterns on hostile lines must end. */
const MAX_HEADER_CHARACTERS = 4_096;

const USER = String.raw`(?:\([\w.-]+\) ?)?[\w.-]+@[\w.-]+`;
const PROMPTS = [
  /^\$ +(.+)$/,
  new RegExp(String.raw`^${USER}(?::| |: )[~/][^#$]{0,200}?[#$](?: +(\S.*)| *$)`),
  new RegExp(String.raw`^\[${USER} [^\]]{1,200}\][#$](?: *(\S.*)| *$)`),
  /^[\w.-]+:(?:~|\/(?!\/))\S{0,200} [#$] +(.+)$/,
  /^(?:ba)?sh-\d[\d.]*[#$] +(.+)$/,
  /^[~/][\w./-]{0,200} [#$] +(.+)$/,
  /^\(initramfs\) +(.+)$/,
];
const TABLE = /^CONTAINER(?: ID)? {2,}IMAGE {2,}/;
/** klog, syslog, a journal, an ISO time, JSON: no row of a table. */
const LOG_LINE = /^(?:[IWEF]\d{4} \d\d:|\p{L}{3,5}\.? [ \d]\d \d\d:\d\d:\d\d |\d{4}-\d\d-\d\d[T ]\d|time="|\{")/u;
/** A first character that no header has saves many lines the patterns. */
const BEGINS_HEADER = Uint8Array.from({ length: 128 }, (_, code) =>
  Number(/[$#=[(~/\w]/.test(String.fromCharCode(code))),
);

/**
 * Cuts the lines of an artifact at prompts and headers, which are not passed on. `onSection` is called for each, before
 * its lines; lines before the first header belong to no section.
 */
export function createSectioner(onSection: (section: Section) => void, onLine: (line: Line) => void): Sectioner {
  let blankBefore = true;
  let last = 0;
  /** Lines of the section so far. */
  let lines = 0;
  let isTable = false;
  const pending = createPendingCommand((typed, firstLine) => {
    onSection({ command: cleanCommand(typed), path: null, firstLine });
  });

  function pass(line: Line): void {
    const begins = lines > 0 && line.text.startsWith("CONTAINER") && TABLE.test(line.text);
    if (begins || (isTable && LOG_LINE.test(line.text))) {
      isTable = begins;
      lines = 0;
      onSection({ command: begins ? tableCommand(line.text) : null, path: null, firstLine: line.number });
    }
    lines++;
    onLine(line);
  }

  function take(line: Line, header: Header): void {
    lines = 0;
    isTable = false;
    if (header.typed !== undefined && pending.open(header.typed)) return;
    const inline = header.outputFrom !== undefined && header.outputFrom < line.text.length;
    onSection({ command: header.command, path: header.path, firstLine: inline ? line.number : line.number + 1 });
    if (inline) onLine(partOf(line, header.outputFrom ?? 0));
  }

  return {
    line(line) {
      last = line.number;
      if (pending.take(line)) return;
      const start = line.text.length > MAX_HEADER_CHARACTERS ? line.text.slice(0, MAX_HEADER_CHARACTERS) : line.text;
      const header = BEGINS_HEADER[start.charCodeAt(0)] === 1 ? parseHeader(start, blankBefore) : null;
      blankBefore = isBlank(line.text);
      if (header === null) pass(line);
      else if (header !== "bare") take(line, header);
    },
    end: () => pending.close(last + 1),
  };
}

/** Whether a line begins the output of a command or the content of a file. */
export function isHeader(text: string, blankBefore: boolean): boolean {
  if (text.length > MAX_HEADER_CHARACTERS || BEGINS_HEADER[text.charCodeAt(0)] !== 1) return false;
  const header = parseHeader(text, blankBefore);
  return header !== null && header !== "bare";
}

interface PendingCommand {
  /** Begins a command that the next lines complete. False when it is complete as it is. */
  open(typed: string): boolean;
  /** True when the line belonged to the command. */
  take(line: Line): boolean;
  close(firstLine: number): void;
}

/** A command that ends in a backslash, or whose `!!` the shell is about to spell out. */
function createPendingCommand(onCommand: (typed: string, firstLine: number) => void): PendingCommand {
  let typed: string | null = null;
  let echo = false;
  let continuations = 0;
  function close(firstLine: number): void {
    if (typed === null) return;
    const line = typed.slice(0, MAX_HEADER_CHARACTERS).replace(/\\\s*\n\s*>? ?/g, " ");
    typed = null;
    onCommand(line, firstLine);
  }
  return {
    open(command) {
      echo = command.includes("!!");
      if (!echo && !endsInBackslash(command)) return false;
      typed = command;
      continuations = 0;
      return true;
    },
    take(line) {
      if (typed === null) return false;
      if (echo) {
        const echoed = isEchoOf(typed, line.text);
        typed = echoed ? line.text : "";
        close(echoed ? line.number + 1 : line.number);
        return echoed;
      }
      typed += `\n${line.text}`;
      if (!endsInBackslash(line.text) || ++continuations >= MAX_CONTINUATIONS) close(line.number + 1);
      return true;
    },
    close,
  };
}

/** The header in a line, `bare` for a prompt without a command, else null. */
function parseHeader(text: string, blankBefore: boolean): Header | "bare" | null {
  if (text.startsWith("==")) return parseFileHeader(text);
  if (text.startsWith("#")) return parseHashHeader(text, blankBefore);
  // Every prompt but the last form ends in one of these; most lines of a log have neither.
  if (!text.includes("$") && !text.includes("#") && !text.startsWith("(")) return null;
  for (const pattern of PROMPTS) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const typed = match[1]?.trim() ?? "";
    if (typed === "") return "bare";
    return looksLikeCommand(typed) ? { command: cleanCommand(typed), path: null, typed } : null;
  }
  return null;
}

function parseFileHeader(text: string): Header | null {
  const file = /^==> (.+) <==$/.exec(text)?.[1];
  if (file !== undefined) {
    const isPath = file.startsWith("/") || (!file.includes(" ") && /[./]/.test(file));
    if (isPath) return { command: null, path: file };
    return file === "standard input" || !looksLikeCommand(file) ? null : { command: cleanCommand(file), path: null };
  }
  const path = /^== (\/\S.*?)(?: ==)?$/.exec(text)?.[1];
  return path === undefined ? null : { command: null, path };
}

function parseHashHeader(text: string, blankBefore: boolean): Header | null {
  const ran = /^## (.+?) -> rc=-?\d+\b(?:.*? err=)?/.exec(text);
  if (ran !== null) {
    const outputFrom = ran[0].endsWith(" err=") ? ran[0].length : Number.MAX_SAFE_INTEGER;
    return { command: cleanCommand(ran[1] ?? ""), path: null, outputFrom };
  }
  const typed = /^# +(\S.*)$/.exec(text)?.[1];
  if (typed === undefined || !blankBefore || !looksLikeRootCommand(typed)) return null;
  return { command: cleanCommand(typed), path: null, typed };
}

function tableCommand(header: string): string {
  return header.startsWith("CONTAINER ID") ? "docker ps -a" : "crictl ps -a";
}

/** The shell prints the line that `!!` stood for. */
function isEchoOf(typed: string, text: string): boolean {
  const [before = "", after = ""] = typed.split("!!", 2);
  const echo = text.trim();
  return echo.length > typed.length - 2 && echo.startsWith(before.trim()) && echo.endsWith(after.trim());
}

function endsInBackslash(text: string): boolean {
  return text.trimEnd().endsWith("\\");
}

/** Nearly every line begins with a letter or a digit: the pattern is for the rest. */
function isBlank(text: string): boolean {
  const first = text.charCodeAt(0);
  return !(first > 0x20 && first < 0x7f) && !/\S/.test(text);
}

function partOf(line: Line, from: number): Line {
  const skipped = Buffer.byteLength(line.text.slice(0, from));
  return {
    text: line.text.slice(from),
    number: line.number,
    byteOffset: line.byteOffset + skipped,
    byteLength: line.byteLength - skipped,
  };
}
