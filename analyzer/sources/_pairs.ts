/**
 * Messages made of named values: logfmt of dockerd, containerd and k3s (logrus text_formatter.go), JSON lines of zap,
 * and the `"message" key="value"` of structured klog (klog/v2 internal/serialize).
 *
 *     time="2026-03-02T11:49:40.81Z" level=error msg="Handler for GET /v1.40 returned error" error="open /var/…"
 *     {"level":"warn","ts":"2026-03-02T11:46:51.869Z","caller":"txn/util.go:94","msg":"apply request took too long"}
 *     "Error getting node" err="node \"10.11.12.13\" not found"
 *
 * Each becomes one text: the message, then `key=value` in the order written, unquoted. Time, level and caller are left
 * out of it, so that the same message is the same text every time.
 */

const QUOTE = 34;
const SPACE = 32;
const EQUALS = 61;
const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))/g;
const TIME_KEYS = new Set(["time", "ts", "t", "timestamp", "@timestamp"]);
const LEVEL_KEYS = new Set(["level", "lvl", "severity"]);
const MESSAGE_KEYS = new Set(["msg", "message"]);

function unescape(text: string): string {
  return text.replace(ESCAPE, (_all, unicode?: string, byte?: string, plain?: string) => {
    const code = unicode ?? byte;
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    if (plain === "n" || plain === "r") return " ";
    return plain === "t" ? "\t" : (plain ?? "");
  });
}

/** Index of the quote that closes the string opened at `open`; the line's length when it was cut before it. */
function closingQuote(line: string, open: number): number {
  for (let at = line.indexOf('"', open + 1); at >= 0; at = line.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (line.charCodeAt(at - 1 - backslashes) === 92) backslashes++;
    if (backslashes % 2 === 0) return at;
  }
  return line.length;
}

/** Walks `key=value` pairs by index; slices only what is asked for. One for all lines. */
class PairCursor {
  keyStart = 0;
  /** Equal to `keyStart` for a word that is no pair. */
  keyEnd = 0;
  valueStart = 0;
  valueEnd = 0;
  end = 0;

  next(line: string, from: number): boolean {
    let at = from;
    while (line.charCodeAt(at) === SPACE) at++;
    if (at >= line.length) return false;
    this.keyStart = at;
    let code = line.charCodeAt(at);
    while (at < line.length && code !== EQUALS && code !== SPACE) code = line.charCodeAt(++at);
    this.keyEnd = code === EQUALS ? at : this.keyStart;
    this.valueStart = this.keyEnd > this.keyStart ? at + 1 : this.keyStart;
    if (this.valueStart > at && line.charCodeAt(at + 1) === QUOTE) {
      this.valueStart = at + 2;
      this.valueEnd = closingQuote(line, at + 1);
      this.end = this.valueEnd + 1;
    } else {
      const space = line.indexOf(" ", Math.max(at, this.valueStart));
      this.end = this.valueEnd = space < 0 ? line.length : space;
    }
    return true;
  }

  is(line: string, key: string): boolean {
    return this.keyEnd - this.keyStart === key.length && line.startsWith(key, this.keyStart);
  }

  value(line: string): string {
    const value = line.slice(this.valueStart, this.valueEnd);
    return value.includes("\\") ? unescape(value) : value;
  }

  /** ` key=value`, or the bare word. */
  pair(line: string): string {
    if (this.keyEnd === this.keyStart) return ` ${line.slice(this.keyStart, this.end)}`;
    return ` ${line.slice(this.keyStart, this.keyEnd)}=${this.value(line)}`;
  }
}

const cursor = new PairCursor();

/** A message with named values, taken apart. One object is filled again and again. */
export class Pairs {
  /** The time as written, unless `timeAt` says where it stands in the line. */
  time = "";
  timeAt = -1;
  level = "";
  text = "";

  /** Reads a logfmt line from a place on. False when it has no message. A line cut inside a value keeps what there is. */
  readLogfmt(line: string, from: number): boolean {
    this.time = this.level = "";
    this.timeAt = -1;
    let message: string | null = null;
    let rest = "";
    for (let at = from; cursor.next(line, at); at = cursor.end) {
      if (cursor.is(line, "time") || cursor.is(line, "ts") || cursor.is(line, "t")) this.timeAt = cursor.valueStart;
      else if (cursor.is(line, "level") || cursor.is(line, "lvl")) this.level = cursor.value(line);
      else if (message === null && cursor.is(line, "msg")) message = cursor.value(line);
      else if (!cursor.is(line, "caller")) rest += cursor.pair(line);
    }
    if (message === null && (this.level === "" || rest === "")) return false;
    this.text = message === null ? rest.slice(1) : message + rest;
    return true;
  }

  /** Reads a logger's JSON line. False when it is not one object with a message. */
  readJson(text: string): boolean {
    const parsed = parseObject(text);
    if (parsed === null) return false;
    this.time = this.level = "";
    this.timeAt = -1;
    let message: string | null = null;
    let rest = "";
    for (const [key, value] of Object.entries(parsed)) {
      if (TIME_KEYS.has(key)) this.time = String(value);
      else if (LEVEL_KEYS.has(key)) this.level = String(value);
      else if (MESSAGE_KEYS.has(key) && message === null) message = plain(value);
      else if (key !== "caller") rest += ` ${key}=${plain(value)}`;
    }
    if (message === null) return false;
    this.text = message + rest;
    return true;
  }
}

/** Structured klog from its opening quote on. A message that only begins with a quoted word is left as it is. */
export function readStructured(line: string, from: number): string {
  const close = closingQuote(line, from);
  if (close < line.length - 1 && !/^ [^\s="]+=/.test(line.slice(close + 1, close + 80))) return line.slice(from);
  const message = line.slice(from + 1, close);
  let text = message.includes("\\") ? unescape(message) : message;
  for (let at = close + 1; cursor.next(line, at); at = cursor.end) text += cursor.pair(line);
  return text;
}

function plain(value: unknown): string {
  return typeof value === "string" ? value.replace(/[\r\n]+/g, " ") : JSON.stringify(value);
}

function parseObject(text: string): object | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return parsed !== null && typeof parsed === "object" && !Array.isArray(parsed) ? parsed : null;
  } catch {
    return null;
  }
}
