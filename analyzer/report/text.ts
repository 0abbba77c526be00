/**
 * Text from a bundle is hostile: it may hold control characters that move a terminal's cursor, characters that reorder
 * or hide what stands beside them, and halves of characters. Every renderer shows such text through this module.
 */

const UNSAFE = new RegExp(
  [
    "[\\u0000-\\u0008\\u000a-\\u001f\\u007f-\\u009f]",
    "[\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f]",
    "[\\u3164\\ufeff\\uffa0\\ufff9-\\ufffb\\ufffe\\uffff\\ud800-\\udfff]",
    "[\\u{e0000}-\\u{e0fff}]",
  ].join("|"),
  "gu",
);

function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

/**
 * The text with control, bidirectional and zero-width characters and lone surrogates as visible escapes: `␛` for ESC,
 * `\u202e` for a right-to-left override. Tabs stay.
 */
export function visibleText(text: string): string {
  return text.replace(UNSAFE, escapeOf);
}

function visibleLines(text: string): string {
  return text.split(/\r?\n/).map(visibleText).join("\n");
}

/** A deep copy of plain data in which every string is visible. Only a `command` keeps its line ends. */
export function visibleData<T>(data: T): T {
  return walk(data, "") as T;
}

function walk(value: unknown, name: string): unknown {
  if (typeof value === "string") return name === "command" ? visibleLines(value) : visibleText(value);
  if (Array.isArray(value)) return value.map((item) => walk(item, name));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [visibleText(key), walk(item, key)]));
}

/** Long hexadecimal ids cut to their first twelve digits, as docker prints them. For prose and labels, not evidence. */
export function shortIds(text: string): string {
  return text.replace(/(?<![0-9a-zA-Z])([0-9a-f]{12})[0-9a-f]{20,}(?![0-9a-zA-Z])/g, "$1…");
}

function whole(text: string): string {
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text;
}

/** The text cut to at most `limit` characters, ending in `…` when something was cut. */
export function cutEnd(text: string, limit: number): string {
  return text.length <= limit ? text : `${whole(text.slice(0, Math.max(0, limit - 1)))}…`;
}

/** Like cutEnd, but keeps the end: the file name and line of a long citation. */
export function cutStart(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const tail = text.slice(text.length - Math.max(0, limit - 1));
  return `…${/^[\udc00-\udfff]/.test(tail) ? tail.slice(1) : tail}`;
}

const NOT_WORTH_CUTTING = 100;

/** As `bundle/excerpts.ts` and `clipLine` say it. */
const CUT_BEFORE = / … \[([\d,]{1,15}) more characters in this line\]$/;

/** A line of evidence cut to about `limit` characters; says how many were left out, by an earlier cut as well. */
export function clipLine(text: string, limit: number): string {
  if (text.length <= limit + NOT_WORTH_CUTTING) return text;
  const before = CUT_BEFORE.exec(text);
  const own = before ? text.slice(0, before.index) : text;
  const kept = whole(own.slice(0, limit));
  const left = own.length - kept.length + Number((before?.[1] ?? "0").replaceAll(",", ""));
  return `${kept} … [${groupDigits(left)} more characters in this line]`;
}

/** `1845` as `1,845`. */
export function groupDigits(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** `1 finding`, `2 findings`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${groupDigits(count)} ${count === 1 ? one : many}`;
}

/** A run of prose, or of something to be read letter by letter: a path, an id, an address, a name with `@` or `_`. */
export interface Span {
  code: boolean;
  text: string;
}

const TECHNICAL = [
  /[@#_<>=*[\]\\|`{}]|~(?!\d)/,
  /^\//,
  /\/.*[/.]|[a-z]\/.*\d/,
  /:\/\//,
  /^www\./i,
  /\d+\.\d+\.\d+\.\d+|^:\d{2,5}$/,
  /^(?=.*\d)(?=.*[a-f])[0-9a-f]{7,}…?$/,
  /^[a-z]+(?:-[a-z0-9]+)*-[a-z]*\d[a-z0-9]*$/,
  /…$/,
];

function wordSpans(text: string): Span[] {
  return text.split(/(\s+)/).flatMap((word) => {
    const match = /^(["'“‘(]*)(.*?)([.,;:!?)"'”’]*)$/su.exec(word);
    const core = match?.[2] ?? "";
    if (core.length < 2 || !TECHNICAL.some((pattern) => pattern.test(core))) return [{ code: false, text: word }];
    return [
      { code: false, text: match?.[1] ?? "" },
      { code: true, text: core },
      { code: false, text: match?.[3] ?? "" },
    ];
  });
}

const LONGEST_PROSE = 4000;

/** A number and its unit stay on one line. */
function joinUnits(text: string): string {
  return text.replace(/(?<=\d) (?=(?:%|[KMGT]?i?B|[mµ]?s|min|[hdVA]|°C)(?![\p{L}\d]))/gu, "\u00a0");
}

/** Prose as spans, numbers joined to their units: what stands between backticks, and words that look like paths, ids or addresses, are code. */
export function proseSpans(prose: string): Span[] {
  const parts = cutEnd(shortIds(prose), LONGEST_PROSE).split(/`([^`]+)`/);
  const spans = parts.flatMap((part, index) => (index % 2 === 1 ? [{ code: true, text: part }] : wordSpans(part)));
  const joined: Span[] = [];
  for (const span of spans) {
    const last = joined.at(-1);
    if (last && last.code === span.code && !span.code) last.text += span.text;
    else if (span.text !== "") joined.push({ ...span });
  }
  return joined.map(({ code, text }) => ({ code, text: code ? text : joinUnits(text) }));
}
