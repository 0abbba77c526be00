/** Mutations that know what a log is made of: lines, words, numbers, dates, JSON. */
import type { Pick } from "./pick.ts";

const NUMBERS =
  "0 -1 1 00 255 256 65536 2147483648 4294967296 9007199254740993 18446744073709551616 1e309 -0 0x7f NaN 1.7976931348623157e308 99999999999999999999999999999 0.000000000000000001 1,024".split(
    " ",
  );
const TIMES =
  "1970-01-01T00:00:00Z 9999-12-31T23:59:60Z 0000-00-00T00:00:00Z 2017-13-45T25:61:61Z 275760-09-13T00:00:00Z 2026-02-30T00:00:00.123456789123456789Z 2026-03-29T02:30:00+99:99 -000001-01-01T00:00:00Z".split(
    " ",
  );
/** Raw bytes as latin1: control, bidi, byte order marks, overlong and cut UTF-8, halves of surrogates in CESU-8. */
const ODD = [
  "\0",
  "\0".repeat(40),
  "\x1b[31m",
  "\x1b]0;title\x07",
  "\x1b]8;;http://x/\x1b\\",
  "\x9b2J",
  "\r",
  "\b",
  "\x7f",
  "\t\t",
  "\xe2\x80\xae",
  "\xe2\x80\xa8",
  "\xef\xbb\xbf",
  "\xff\xfe",
  "\xed\xa0\x80",
  "\xc0\x80",
  "\xf0\x9f",
  "\xf4\x90\x80\x80",
  "{{x}}",
  "</script>",
  "<!--",
  "\\",
  '"',
  "'",
  "%s%n",
  "=cmd()",
  "__proto__",
  "constructor",
  "\\ud800",
  "\\u0000",
  "$&",
];

type Mutation = (text: string, pick: Pick, other: string) => string;

const replaceOne = (text: string, pattern: RegExp, pick: Pick, by: () => string): string => {
  const found = [...text.matchAll(pattern)];
  if (found.length === 0) return text;
  const { index, 0: old } = pick.of(found);
  return text.slice(0, index) + by() + text.slice(index + old.length);
};

const cut = (text: string, pick: Pick): string => text.slice(0, pick.below(text.length + 1));

const onLines =
  (change: (lines: string[], at: number, pick: Pick, other: string[]) => void): Mutation =>
  (text, pick, other) => {
    const lines = text.split("\n");
    change(lines, pick.below(lines.length), pick, other.split("\n"));
    return lines.join("\n");
  };

const mutations: readonly Mutation[] = [
  (text, pick) => replaceOne(text, /-?\d+(?:\.\d+)?/g, pick, () => pick.of(NUMBERS)),
  (text, pick) => replaceOne(text, /\d+/g, pick, () => pick.of(NUMBERS)),
  (text, pick) => replaceOne(text, /\S{0,20}\d\d:\d\d\S{0,20}/g, pick, () => pick.of(TIMES)),
  (text, pick) => replaceOne(text, /\S+/g, pick, () => pick.of(ODD)),
  (text, pick) => replaceOne(text, /[^\w\s]/g, pick, () => (pick.one(2) ? "" : pick.of(ODD))),
  (text, pick) => replaceOne(text, /\s+/g, pick, () => pick.of(["", " ", "\t", "  ".repeat(pick.below(200)), "\n"])),
  (text, pick, other) => replaceOne(text, /\S+/g, pick, () => pick.of(other.split(/\s+/))),
  (text, pick) => {
    const at = pick.below(text.length + 1);
    return text.slice(0, at) + pick.of(ODD) + text.slice(at);
  },
  (text, pick) => {
    const from = pick.below(text.length + 1);
    const part = text.slice(from, from + 1 + pick.below(30));
    const times = [2, 10, 300, 3000][pick.below(4)] ?? 2;
    return (
      text.slice(0, from) +
      part.repeat(Math.min(times, Math.ceil(60_000 / Math.max(1, part.length)))) +
      text.slice(from)
    );
  },
  onLines((lines, at) => void lines.splice(at, 1)),
  onLines((lines, at, pick) => void lines.splice(pick.below(lines.length + 1), 0, lines[at] ?? "")),
  onLines((lines, at, pick, other) => void lines.splice(at, 0, ...other.slice(0, 1 + pick.below(5)))),
  onLines((lines, at, pick) => void (lines[at] = cut(lines[at] ?? "", pick))),
  onLines((lines, at, pick, other) => void (lines[at] = (lines[at] ?? "") + pick.of(other))),
  onLines((lines, at) => void (lines[at] = `${lines[at] ?? ""}${lines[at + 1] ?? ""}`)),
  onLines((lines) => void lines.reverse()),
  onLines((lines, at, pick) => {
    if (lines.length < 500)
      lines.splice(at, 0, ...Array.from({ length: [3, 50, 400][pick.below(3)] ?? 3 }, () => lines[at] ?? ""));
  }),
  (text, pick) => cut(text, pick),
  (text) => text.replaceAll("\n", "\r\n"),
  (text, pick) => (pick.one(8) ? `\xff\xfe${Buffer.from(text, "utf16le").toString("latin1")}` : text),
];

const LONGEST = 400_000;

/** A text with one to eight mutations; texts are bytes as latin1, `other` is another sample to take parts from. */
export function mutateText(text: string, pick: Pick, other: string): string {
  let result = text;
  for (let rounds = 1 + pick.below(8); rounds > 0; rounds--) {
    result = pick.of(mutations)(result, pick, other).slice(0, LONGEST);
    if (pick.one(6)) result = mutateJson(result, pick);
  }
  return result;
}

const VALUES: readonly unknown[] = [
  null,
  true,
  "",
  "\ud800",
  "\u202e\u0000\u001b[2J",
  0,
  -1,
  1e308,
  Number.MAX_SAFE_INTEGER + 2,
  [],
  {},
  [[[[]]]],
  { a: { a: { a: 1 } } },
  "x".repeat(5000),
  ["a", 1, null],
];
const KEYS = ["__proto__", "constructor", "toString", "length", "", "Id", "a".repeat(300), "\ud83d"];

/** A text whose first JSON value has one of its members exchanged; the text itself when it has none. */
function mutateJson(text: string, pick: Pick): string {
  const lines = text.split("\n");
  const starts = lines.flatMap((line, index) => (/^\s*[[{]/.test(line) ? [index] : []));
  if (starts.length === 0) return text;
  const at = pick.of(starts);
  for (const until of [at + 1, lines.length]) {
    try {
      const value: unknown = JSON.parse(lines.slice(at, until).join("\n"));
      const changed = JSON.stringify(exchange(value, pick), null, until === at + 1 ? 0 : 4) ?? "null";
      return [...lines.slice(0, at), Buffer.from(changed).toString("latin1"), ...lines.slice(until)].join("\n");
    } catch {
      continue;
    }
  }
  return text;
}

function exchange(value: unknown, pick: Pick): unknown {
  if (typeof value !== "object" || value === null || pick.one(5)) return pick.one(20) ? nested(pick) : pick.of(VALUES);
  if (Array.isArray(value)) {
    const at = pick.below(value.length + 1);
    return pick.one(4)
      ? [...value, ...value]
      : value.map((item, index) => (index === at ? exchange(item, pick) : item));
  }
  const entries = Object.entries(value);
  const at = pick.below(entries.length);
  const changed = entries.map(([key, item], index) => {
    if (index !== at) return [key, item] as const;
    return pick.one(5) ? ([pick.of(KEYS), item] as const) : ([key, exchange(item, pick)] as const);
  });
  return Object.fromEntries(pick.one(6) ? changed.filter((_, index) => index !== at) : changed);
}

function nested(pick: Pick): unknown {
  let value: unknown = 1;
  for (let depth = 1 + pick.below(2000); depth > 0; depth--) value = pick.one(2) ? [value] : { a: value };
  return value;
}
