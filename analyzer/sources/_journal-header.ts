/**
 * The header of a line of journalctl or syslog: time, host, process. Forms as systemd's logs-show.c prints them, and
 * those of syslog daemons (RFC 3164, RFC 5424).
 *
 *     Nov 05 06:07:57 k1 kubelet[319]: text                          short, short-precise, RFC 3164
 *     2026-03-02T11:46:11+0000 pi-master kernel: text                short-iso, short-iso-precise, rsyslog
 *     Mon 2026-03-02 05:45:05 UTC pi-master docker.service[338]: …   short-full, with-unit
 *     1772444705.123456 pi-master systemd[1]: text                   short-unix
 *     [    8.117270] pi-master kernel: text                          short-monotonic
 *     <13>1 2026-03-02T11:46:11.186143Z pi-master cron 319 - - text  RFC 5424
 *     Nov  5 06:07:57 k1 daemon.err dockerd[31]: text                syslogd of busybox (sysklogd/syslogd.c)
 *
 * Hot path: the common forms are told apart by their first character and read without regular expressions.
 */
import type { Level } from "../model/source.ts";
import type { ClockKind, Micros } from "../model/time.ts";
import { HOUR, MINUTE } from "../model/time.ts";
import { COLON, SPACE, Stamp, isDigit } from "./_stamp.ts";
import { readFacilityLevel, readOddTime, readSyslogPriority } from "./_journal-odd.ts";

const BRACKET = 91;
const CLOSE = 93;
const LESS = 60;
const MINUS = 45;
const SLASH = 47;
/** A weekday in any language before the year: `Do 2026-`, `jeu. 2026-`. */
const WEEKDAY = /^\p{L}{1,4}\.? (?=\d)/u;
/** Processes remembered at a time. */
const RECENT = 4;

/** The header of one line, read anew for each line. After a read that failed only `origin` means something. */
export class JournalHeader {
  stated: Micros = 0;
  clock: ClockKind = "none";
  precision: Micros = 0;
  /** From a `<13>` prefix; null without one. */
  level: Level | null = null;
  /** The process or unit, without `.service`; of the last line that named one, when this line does not. */
  origin = "";
  /** True when this line names its process. */
  named = false;
  /** Index of the message. */
  rest = 0;
  /** The abbreviation of a zone behind the time, which leaves it local; that of the last line that had one. */
  zoneName = "";
  readonly #stamp = new Stamp();
  /** Host and the space after it, as of the last line. */
  #host = "";
  /** The last few distinct `kubelet[319]: `, and whom they name: a log is the talk of a few processes. */
  readonly #recent: { mark: string; origin: string }[] = [];
  #oldest = 0;

  /** Reads the header. False when the line has no time in a known form. */
  read(line: string): boolean {
    this.level = null;
    this.named = false;
    const first = line.charCodeAt(0);
    if (first === LESS) return this.#withPriority(line);
    return this.#at(line, 0, first);
  }

  #at(line: string, at: number, first: number): boolean {
    const stamp = this.#stamp;
    if (isDigit(first)) {
      const dash = line.charCodeAt(at + 4);
      const known = dash === MINUS || dash === SLASH ? stamp.readIso(line, at) : this.#unix(line, at);
      if (known) return this.#take(line, stamp.end);
    } else if (first === BRACKET) {
      return this.#monotonic(line, at);
    } else if (stamp.readSyslog(line, at)) {
      return this.#take(line, stamp.end);
    } else if (line.charCodeAt(at + 3) === SPACE && isDigit(line.charCodeAt(at + 4)) && stamp.readIso(line, at + 4)) {
      return this.#take(line, this.#namedZone(line, stamp.end));
    }
    const word = WEEKDAY.exec(line.slice(at, at + 8));
    if (word && stamp.readIso(line, at + word[0].length)) return this.#take(line, this.#namedZone(line, stamp.end));
    return this.#odd(line, at);
  }

  #take(line: string, end: number): boolean {
    this.stated = this.#stamp.stated;
    this.clock = this.#stamp.clock;
    this.precision = this.#stamp.precision;
    this.#source(line, end);
    return true;
  }

  #unix(line: string, at: number): boolean {
    const stamp = this.#stamp;
    return stamp.readSeconds(line, at, "utc") && stamp.precision === 1 && stamp.end - at > 15;
  }

  #monotonic(line: string, at: number): boolean {
    let index = at + 1;
    while (line.charCodeAt(index) === SPACE) index++;
    if (!this.#stamp.readSeconds(line, index, "monotonic")) return false;
    const close = line.indexOf("]", this.#stamp.end);
    return close >= 0 && close - at < 40 && this.#take(line, close + 1);
  }

  /** ` UTC` or ` -04` after a short-full time makes it exact; any other name of a zone leaves it local. */
  #namedZone(line: string, end: number): number {
    const stamp = this.#stamp;
    if (line.charCodeAt(end) !== SPACE || stamp.clock === "utc") return end;
    if (line.startsWith("UTC ", end + 1)) {
      stamp.clock = "utc";
      return end + 4;
    }
    const next = line.indexOf(" ", end + 1);
    const zone = next > 0 ? line.slice(end + 1, next) : "";
    const offset = /^([+-])(\d\d)(\d\d)?$/.exec(zone);
    if (!offset && !/^[A-Z]{2,5}$/.test(zone)) return end;
    if (!offset) {
      this.zoneName = zone;
      return next;
    }
    const east = Number(offset[2]) * HOUR + Number(offset[3] ?? 0) * MINUTE;
    stamp.stated -= offset[1] === "-" ? -east : east;
    stamp.clock = "utc";
    return next;
  }

  #withPriority(line: string): boolean {
    const priority = readSyslogPriority(line);
    if (priority === null) return false;
    this.level = priority.level;
    if (priority.rfc5424 === null) return this.#at(line, priority.length, line.charCodeAt(priority.length));
    const { time, origin, rest } = priority.rfc5424;
    this.stated = time.stated;
    this.clock = time.clock;
    this.precision = time.precision;
    this.origin = origin;
    this.named = true;
    this.rest = rest;
    return true;
  }

  #odd(line: string, at: number): boolean {
    const odd = readOddTime(line, at);
    if (odd === null) return false;
    this.stated = odd.time.stated;
    this.clock = odd.time.clock;
    this.precision = odd.time.precision;
    this.#source(line, odd.end);
    return true;
  }

  /** ` k1 kubelet[319]: `. Without a host, or without a process, the message starts where they would stand. */
  #source(line: string, end: number): void {
    let at = end + 1;
    if (line.charCodeAt(end) !== SPACE || line.charCodeAt(at) === SPACE) {
      while (line.charCodeAt(at) === SPACE) at++;
      this.rest = Math.min(line.charCodeAt(end) === SPACE ? at : end, line.length);
      return;
    }
    const sameHost = this.#host !== "" && line.startsWith(this.#host, at);
    const hostEnd = sameHost ? at + this.#host.length : line.indexOf(" ", at) + 1;
    if (hostEnd > 0 && line.charCodeAt(hostEnd - 2) !== COLON) {
      if (this.#processAt(line, hostEnd)) {
        if (!sameHost) this.#host = line.slice(at, hostEnd);
        return;
      }
      if (sameHost) at = hostEnd;
    } else if (this.#processAt(line, at)) return;
    this.rest = at;
  }

  #processAt(line: string, at: number): boolean {
    for (const { mark, origin } of this.#recent) {
      if (!line.startsWith(mark, at)) continue;
      this.rest = at + mark.length;
      this.origin = origin;
      this.named = true;
      return true;
    }
    let nameEnd = -1;
    for (let index = at; index < line.length; index++) {
      const code = line.charCodeAt(index);
      if (code === SPACE) return this.#afterFacility(line, at, index) || this.#spacedProcess(line, at);
      if (code === BRACKET) {
        nameEnd = index;
        while (isDigit(line.charCodeAt(index + 1))) index++;
        if (line.charCodeAt(index + 1) === CLOSE && endsName(line, index + 2)) {
          return this.#keepProcess(line, at, nameEnd, index + 3);
        }
      } else if (code === COLON && endsName(line, index)) {
        return index > at && this.#keepProcess(line, at, index, index + 1);
      }
    }
    return false;
  }

  #afterFacility(line: string, at: number, end: number): boolean {
    const level = readFacilityLevel(line.slice(at, Math.min(end, at + 20)));
    if (level === null || !this.#processAt(line, end + 1)) return false;
    this.level ??= level;
    return true;
  }

  #spacedProcess(line: string, at: number): boolean {
    const match = /^[^:[\]"=]{1,40}(?=\[(\d+)\]:(?: |$))/.exec(line.slice(at, at + 60));
    if (!match) return false;
    const nameEnd = at + match[0].length;
    return this.#keepProcess(line, at, nameEnd, nameEnd + (match[1] ?? "").length + 3);
  }

  #keepProcess(line: string, at: number, nameEnd: number, end: number): boolean {
    this.rest = Math.min(end + 1, line.length);
    const name = line.slice(at, nameEnd);
    this.origin = name.endsWith(".service") ? name.slice(0, -8) : name === "init.scope" ? "systemd" : name;
    this.named = true;
    if (line.length > end) {
      this.#recent[this.#oldest] = { mark: line.slice(at, end + 1), origin: this.origin };
      this.#oldest = (this.#oldest + 1) % RECENT;
    }
    return true;
  }
}

function endsName(line: string, colon: number): boolean {
  if (line.charCodeAt(colon) !== COLON) return false;
  return colon + 1 === line.length || line.charCodeAt(colon + 1) === SPACE;
}
