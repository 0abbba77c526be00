/**
 * Times at fixed places of a line, read character by character: the readers of logs call this for every line.
 *
 *     Nov 05 06:07:57                       journalctl -o short, RFC 3164
 *     2026-03-02T11:46:11.186143760Z        docker, CRI, journalctl -o short-iso, rsyslog
 *     1105 06:07:57.028616                  klog
 *
 * A Stamp remembers the last day it has seen, since nearly every line of a log repeats it. `_time.ts` reads the odd forms.
 */
import type { ClockKind, Micros } from "../model/time.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../model/time.ts";
import { YEARLESS, civil, monthOf } from "./_time.ts";

export const SPACE = 32;
export const COLON = 58;
const COMMA = 44;
const DOT = 46;
const MINUS = 45;
const PLUS = 43;
const ZERO = 48;
const UPPER_Z = 90;

/** True for `0` to `9`. */
export function isDigit(code: number): boolean {
  return code >= ZERO && code <= 57;
}

/** The number of two digits at a place, -1 when there are none. */
export function two(text: string, at: number): number {
  const high = text.charCodeAt(at) - ZERO;
  const low = text.charCodeAt(at + 1) - ZERO;
  return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? high * 10 + low : -1;
}

/** µs since midnight of `06:07:57` at a place, -1 when there is none. A leap second counts as the next minute. */
export function timeOfDay(text: string, at: number): number {
  if (text.charCodeAt(at + 2) !== COLON || text.charCodeAt(at + 5) !== COLON) return -1;
  const hour = two(text, at);
  const minute = two(text, at + 3);
  const second = two(text, at + 6);
  if (hour < 0 || minute < 0 || second < 0 || hour > 23 || minute > 59 || second > 60) return -1;
  return hour * HOUR + minute * MINUTE + second * SECOND;
}

function dayOfMonth(text: string, at: number): number {
  const day = text.charCodeAt(at) === SPACE ? text.charCodeAt(at + 1) - ZERO : two(text, at);
  return day >= 1 && day <= 31 ? day : 0;
}

/** A time reading that is filled anew for each line. After a read that failed its fields mean nothing. */
export class Stamp {
  stated: Micros = 0;
  clock: ClockKind = "none";
  precision: Micros = SECOND;
  /** Index after the time. */
  end = 0;
  #day = "";
  #dayStart: Micros = 0;
  #zone = "";
  #offset: Micros = 0;

  /** `Nov 05 06:07:57`, `Nov  5 06:07:57.028616`. */
  readSyslog(text: string, at: number): boolean {
    if (!this.#sameDay(text, at)) {
      const month = monthOf(text.slice(at, at + 3));
      const day = dayOfMonth(text, at + 4);
      if (month === 0 || day === 0 || text.charCodeAt(at + 3) !== SPACE || text.charCodeAt(at + 6) !== SPACE)
        return false;
      this.#keepDay(text.slice(at, at + 7), civil(YEARLESS, month, day, 0, 0, 0));
    }
    const time = timeOfDay(text, at + 7);
    if (time < 0) return false;
    this.clock = "local-no-year";
    this.#finish(text, at + 15, this.#dayStart + time);
    return true;
  }

  /** `2026-03-02T11:46:11.186143760Z`, `2026-03-02 11:46:11,123`, `2026/03/02 11:46:11`, `…+0000`, `…-05:00`. */
  readIso(text: string, at: number): boolean {
    if (!this.#sameDay(text, at) && !this.#isoDay(text, at)) return false;
    const time = timeOfDay(text, at + 11);
    if (time < 0) return false;
    this.clock = "local";
    this.#finish(text, at + 19, this.#dayStart + time);
    this.#zoneAt(text, this.end);
    return true;
  }

  /** `1105 06:07:57.028616`. */
  readKlog(text: string, at: number): boolean {
    if (!this.#sameDay(text, at)) {
      const month = two(text, at);
      const day = two(text, at + 2);
      if (month < 1 || month > 12 || day < 1 || day > 31 || text.charCodeAt(at + 4) !== SPACE) return false;
      this.#keepDay(text.slice(at, at + 5), civil(YEARLESS, month, day, 0, 0, 0));
    }
    const time = timeOfDay(text, at + 5);
    if (time < 0) return false;
    this.clock = "local-no-year";
    this.#finish(text, at + 13, this.#dayStart + time);
    return true;
  }

  /** Seconds and an optional fraction: `8.117270`, `1772444701.123456`. The caller knows which clock counts them. */
  readSeconds(text: string, at: number, clock: ClockKind): boolean {
    let seconds = 0;
    let index = at;
    for (let code = text.charCodeAt(index); isDigit(code) && index - at < 12; code = text.charCodeAt(++index)) {
      seconds = seconds * 10 + code - ZERO;
    }
    if (index === at) return false;
    this.clock = clock;
    this.#finish(text, index, seconds * SECOND);
    return true;
  }

  #sameDay(text: string, at: number): boolean {
    return this.#day !== "" && text.startsWith(this.#day, at);
  }

  #keepDay(day: string, start: Micros): void {
    this.#day = day;
    this.#dayStart = start;
  }

  #isoDay(text: string, at: number): boolean {
    const century = two(text, at);
    const years = two(text, at + 2);
    const month = two(text, at + 5);
    const day = two(text, at + 8);
    const dash = text.charAt(at + 4);
    const letter = text.charAt(at + 10);
    if (century < 0 || years < 0 || month < 1 || month > 12 || day < 1 || day > 31) return false;
    if ((dash !== "-" && dash !== "/") || text.charAt(at + 7) !== dash) return false;
    if (letter !== "T" && letter !== " " && letter !== "t") return false;
    this.#keepDay(text.slice(at, at + 11), civil(century * 100 + years, month, day, 0, 0, 0));
    return true;
  }

  #finish(text: string, at: number, whole: Micros): void {
    let index = at;
    let fraction = 0;
    let unit = SECOND;
    const mark = text.charCodeAt(at);
    if ((mark === DOT || mark === COMMA) && isDigit(text.charCodeAt(at + 1))) {
      for (let code = text.charCodeAt(++index); isDigit(code); code = text.charCodeAt(++index)) {
        if (unit === 1) continue;
        unit /= 10;
        fraction += (code - ZERO) * unit;
      }
    }
    this.stated = whole + fraction;
    this.precision = unit;
    this.end = index;
  }

  #zoneAt(text: string, at: number): void {
    const sign = text.charCodeAt(at);
    if (sign === UPPER_Z) {
      this.clock = "utc";
      this.end = at + 1;
    } else if (sign === PLUS || sign === MINUS) {
      if (!this.#sameZone(text, at) && !this.#keepZone(text, at)) return;
      this.clock = "utc";
      this.stated -= this.#offset;
      this.end = at + this.#zone.length;
    }
  }

  #sameZone(text: string, at: number): boolean {
    if (this.#zone === "" || !text.startsWith(this.#zone, at)) return false;
    const next = text.charCodeAt(at + this.#zone.length);
    return next !== COLON && !isDigit(next);
  }

  #keepZone(text: string, at: number): boolean {
    const match = /^[+-](\d\d)(?::?(\d\d))?(?!\d)/.exec(text.slice(at, at + 7));
    if (!match) return false;
    const size = Number(match[1]) * HOUR + Number(match[2] ?? 0) * MINUTE;
    this.#zone = match[0];
    this.#offset = text.charCodeAt(at) === MINUS ? -size : size;
    return size < DAY;
  }
}
