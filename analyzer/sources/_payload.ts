/**
 * What a process wrote, once the header of the journal, of syslog or of docker is off: the message, its level and its
 * own time.
 *
 *     E1105 06:07:57.076376     319 generic.go:241] PLEG: Ignoring events for pod …             klog (klog/v2 klog.go)
 *     E0329 13:07:24.141600    1061 kubelet.go:2466] "Error getting node" err="node \"…\" …"    klog, structured
 *     time="2026-03-02T11:49:40.810716330Z" level=error msg="Handler for GET …" error="…"      logfmt (logrus)
 *     {"level":"warn","ts":"2026-03-02T11:46:51.869Z","msg":"apply request took too long"}     zap (etcd 3.5)
 *     2026-03-02 11:46:51.869754 N | etcdserver/membership: set the initial cluster version    capnslog (etcd 3.4)
 *     2022-02-11 19:18:53.146 [INFO][1] main.go 87: Loaded configuration                       a time and a level word
 *
 * The text of a message with named values is the message, then `key=value` in order, without quotes: a rule written for
 * `error=open /var/…: structure needs cleaning` holds for every form.
 */
import type { Level } from "../model/source.ts";
import type { ClockKind, Micros } from "../model/time.ts";
import { SPACE, Stamp, isDigit } from "./_stamp.ts";
import { Pairs, readStructured } from "./_pairs.ts";

const UPPER_E = 69;
const UPPER_F = 70;
const UPPER_I = 73;
const UPPER_W = 87;
const BRACE = 123;

const CAPNSLOG_LEVELS: Record<string, Level> = { C: 2, E: 3, W: 4, N: 5, I: 6, D: 7, T: 7 };
const WORD_LEVELS = new Map<string, Level>([
  ["emerg", 0],
  ["alert", 1],
  ["crit", 2],
  ["critical", 2],
  ["fatal", 2],
  ["panic", 2],
  ["dpanic", 2],
  ["err", 3],
  ["error", 3],
  ["severe", 3],
  ["warn", 4],
  ["warning", 4],
  ["notice", 5],
  ["info", 6],
  ["information", 6],
  ["debug", 7],
  ["trace", 7],
]);
/** `C | pkg: text` after a capnslog time. */
const CAPNSLOG = /^ ?([CEWNIDT]) \| /;
/** `[INFO][1] text`, `INFO: text`, ` WARN text` after a time. */
const LEVEL_WORD =
  /^[ \t]*(?:\[([A-Za-z]{3,11})\](?:\[\d+\])?:?|(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERR|ERROR|CRIT|CRITICAL|FATAL|PANIC)(?=[ :\t|]):?)[ \t|]*/;

/** The syslog level of a level's name in any case; null for a name that is none. */
export function levelOf(name: string): Level | null {
  return WORD_LEVELS.get(name) ?? WORD_LEVELS.get(name.toLowerCase()) ?? null;
}

/** What docker's and kubectl's clients print when the other side does not answer. */
const CLIENT_ERROR =
  /^(?:Error response from daemon: |The connection to the server .* was refused|Unable to connect to the server: |Cannot connect to the Docker daemon)/;

/** The level of a line that does not state one: an error for what a client prints when it gets no answer. */
export function impliedLevel(line: string): Level {
  return CLIENT_ERROR.test(line) ? 3 : 6;
}

function klogLevel(code: number): Level | null {
  if (code === UPPER_I) return 6;
  if (code === UPPER_W) return 4;
  if (code === UPPER_E) return 3;
  return code === UPPER_F ? 2 : null;
}

/** One message, read anew for each line: no object per line. */
export class Payload {
  text = "";
  /** Null when the message does not say. */
  level: Level | null = null;
  /** The message's own time; means nothing while `clock` is `none`. */
  stated: Micros = 0;
  clock: ClockKind = "none";
  precision: Micros = 0;
  /** The header of klog says that process number 1 wrote it: it ran in a container. */
  isFirstProcess = false;
  /** Number of the process by the header of klog; 0 when there is none. */
  pid = 0;
  readonly #pairs = new Pairs();
  /** One stamp per form: each remembers its last day. */
  readonly #stamp = new Stamp();
  readonly #klogStamp = new Stamp();

  /** Reads the message that starts at `from`. Whatever it is, `text` holds it afterwards. */
  read(line: string, from: number): void {
    this.level = null;
    this.clock = "none";
    this.isFirstProcess = false;
    this.pid = 0;
    const first = line.charCodeAt(from);
    const level = klogLevel(first);
    if (level !== null && this.#klog(line, from, level)) return;
    if (first === BRACE && this.#json(line, from)) return;
    if (isDigit(first) && this.#dated(line, from)) return;
    if (isPairKey(line, from) && this.#logfmt(line, from)) return;
    this.text = from === 0 ? line : line.slice(from);
  }

  #take(level: Level | null, stamp: Stamp): void {
    this.level = level;
    this.stated = stamp.stated;
    this.clock = stamp.clock;
    this.precision = stamp.precision;
  }

  #klog(line: string, from: number, level: Level): boolean {
    const stamp = this.#klogStamp;
    if (!isDigit(line.charCodeAt(from + 1)) || !stamp.readKlog(line, from + 1)) return false;
    let index = stamp.end;
    while (line.charCodeAt(index) === SPACE) index++;
    const pid = index;
    let number = 0;
    for (let code = line.charCodeAt(index); isDigit(code); code = line.charCodeAt(++index)) {
      number = number * 10 + code - 48;
    }
    const close = line.indexOf("]", index);
    if (close < 0 || close - index > 160 || line.charCodeAt(index) !== SPACE) return false;
    this.#take(level, stamp);
    this.pid = index - pid < 10 ? number : 0;
    this.isFirstProcess = number === 1;
    const start = line.charCodeAt(close + 1) === SPACE ? close + 2 : close + 1;
    this.text = line.charCodeAt(start) === 34 ? readStructured(line, start) : line.slice(start);
    return true;
  }

  #logfmt(line: string, from: number): boolean {
    return this.#pairs.readLogfmt(line, from) && this.#named(line);
  }

  #json(line: string, from: number): boolean {
    return this.#pairs.readJson(line.slice(from)) && this.#named(line);
  }

  #named(line: string): boolean {
    const { time, timeAt, level, text } = this.#pairs;
    if (timeAt >= 0 ? this.#stamp.readIso(line, timeAt) : this.#readTime(time)) this.#take(null, this.#stamp);
    this.level = level === "" ? null : levelOf(level);
    this.text = text;
    return true;
  }

  #readTime(time: string): boolean {
    if (this.#stamp.readIso(time, 0)) return true;
    if (!/^\d{9,13}(?:\.\d+)?$/.test(time)) return false;
    const whole = time.indexOf(".") < 0 ? time.length : time.indexOf(".");
    return whole < 12
      ? this.#stamp.readSeconds(time, 0, "utc")
      : this.#stamp.readSeconds(`${time.slice(0, whole - 3)}.${time.slice(whole - 3).replace(".", "")}`, 0, "utc");
  }

  #dated(line: string, from: number): boolean {
    if (!this.#stamp.readIso(line, from)) return false;
    const end = this.#stamp.end;
    const tail = line.slice(end, end + 24);
    const capnslog = CAPNSLOG.exec(tail);
    const word = capnslog ? null : LEVEL_WORD.exec(tail);
    const level = capnslog ? CAPNSLOG_LEVELS[capnslog[1] ?? ""] : word ? levelOf(word[1] ?? word[2] ?? "") : null;
    const header = capnslog?.[0].length ?? (word && level !== null ? word[0].length : 0);
    this.text = line.slice(end + header).trimStart();
    if (this.text === "") return false;
    this.#take(level ?? null, this.#stamp);
    return true;
  }
}

function isPairKey(line: string, from: number): boolean {
  switch (line.charCodeAt(from)) {
    case 116: // t
      return line.startsWith("time=", from) || line.startsWith("ts=", from) || line.startsWith("t=", from);
    case 108: // l
      return line.startsWith("level=", from) || line.startsWith("lvl=", from);
    case 109: // m
      return line.startsWith('msg="', from);
    default:
      return false;
  }
}
