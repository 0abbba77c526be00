/**
 * Times as the tools of a node write them, read into TimeReadings. Nothing is guessed here: a time without a zone stays
 * `local`, one without a year stays `local-no-year` and is stated in 1972, a leap year.
 */
import type { ClockKind, Micros, TimeReading } from "../model/time.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../model/time.ts";

export const YEARLESS = 1972;

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/** Month 1-12 of an English short or long month name, 0 when it is none. */
export function monthOf(name: string): number {
  return MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1;
}

/** Days from 1970-01-01 to the date, in the proleptic Gregorian calendar. */
export function daysFromEpoch(year: number, month: number, day: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const before = year - 1;
  const leapDays = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400) - 477;
  const monthDays = (DAYS_BEFORE_MONTH[month - 1] ?? 0) + (leap && month > 2 ? 1 : 0);
  return (year - 1970) * 365 + leapDays + monthDays + day - 1;
}

/** µs since 1970 of a civil time read as UTC. `fraction` is in µs. No check of ranges. */
export function civil(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  fraction = 0,
): Micros {
  return daysFromEpoch(year, month, day) * DAY + hour * HOUR + minute * MINUTE + second * SECOND + fraction;
}

/** µs of a decimal fraction's digits (`028616` → 28616, `5` → 500000); digits beyond the sixth are dropped. */
export function fractionOf(digits: string | undefined): Micros {
  return digits ? Number(digits.slice(0, 6).padEnd(6, "0")) : 0;
}

function precisionOf(digits: string | undefined): Micros {
  return digits ? 10 ** Math.max(0, 6 - digits.length) : SECOND;
}

/** Offset east of UTC in µs of `Z`, `UTC`, `GMT`, `+01:00`, `-0500`, `+01`; null for names whose meaning is not sure. */
export function zoneOffset(zone: string): Micros | null {
  if (/^(?:Z|UTC|GMT)$/i.test(zone)) return 0;
  const match = /^([+-])(\d\d):?(\d\d)?$/.exec(zone);
  if (!match) return null;
  const size = Number(match[2]) * HOUR + Number(match[3] ?? 0) * MINUTE;
  return match[1] === "-" ? -size : size;
}

function reading(stated: Micros, zone: string | undefined, precision: Micros): TimeReading {
  const offset = zone === undefined ? null : zoneOffset(zone);
  return offset === null ? { stated, clock: "local", precision } : { stated: stated - offset, clock: "utc", precision };
}

const ISO =
  /^(?:[A-Z][a-z]{2} )?(\d{4})[-/](\d\d)[-/](\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)? ?(Z|UTC|GMT|[+-]\d\d:?(?:\d\d)?)?(?![\w])/;

/**
 * An ISO 8601 time at the start of the text: `2026-03-02T11:46:11.186143760Z`, `2026-03-02 05:45:05 +0000 UTC`,
 * `Mon 2026-03-02 05:45:05 UTC`, `2026-03-02T11:45:14,000000+00:00`, `2026/03/02 11:46:53`.
 * @returns the reading and how many characters it took, or null.
 */
export function parseIso(text: string): { time: TimeReading; length: number } | null {
  const match = ISO.exec(text);
  if (!match) return null;
  const [all, year, month, day, hour, minute, second, fraction, zone] = match;
  const stated = civil(
    Number(year),
    Number(month),
    Number(day),
    Number(hour ?? 0),
    Number(minute ?? 0),
    Number(second ?? 0),
    fractionOf(fraction),
  );
  const precision = hour === undefined ? DAY : second === undefined ? MINUTE : precisionOf(fraction);
  return { time: reading(stated, zone, precision), length: all.length };
}

const CTIME = /^(?:[A-Z][a-z]{2},? +)?([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d):(\d\d)(?: ([A-Z]{3,5}))? (\d{4})/;

/** `Mon Mar  2 11:46:11 2026` and `Mon Mar  2 11:48:06 UTC 2026`, as of dumpe2fs, `date` and `dmesg -T`. */
export function parseCtime(text: string): { time: TimeReading; length: number } | null {
  const match = CTIME.exec(text);
  if (!match) return null;
  const [all, name, day, hour, minute, second, zone, year] = match;
  const month = monthOf(name ?? "");
  if (month === 0) return null;
  const stated = civil(Number(year), month, Number(day), Number(hour), Number(minute), Number(second));
  return { time: reading(stated, zone, SECOND), length: all.length };
}

const SYSLOG = /^([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?/;

/** `Nov 05 06:07:57` of syslog and `journalctl -o short`: neither year nor zone. */
export function parseSyslogTime(text: string): { time: TimeReading; length: number } | null {
  const match = SYSLOG.exec(text);
  if (!match) return null;
  const [all, name, day, hour, minute, second, fraction] = match;
  const month = monthOf(name ?? "");
  if (month === 0) return null;
  const stated = civil(
    YEARLESS,
    month,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    fractionOf(fraction),
  );
  return { time: { stated, clock: "local-no-year", precision: precisionOf(fraction) }, length: all.length };
}

const LS_TIME = /^([A-Z][a-z]{2}) +(\d{1,2}) +(?:(\d\d):(\d\d)|(\d{4}))/;

/**
 * The time column of `ls -l`: `Oct 23 04:17` (within six months of the listing, no year) or `Nov 23  2026` (to the day).
 */
export function parseLsTime(text: string): { time: TimeReading; length: number } | null {
  const match = LS_TIME.exec(text);
  if (!match) return parseIso(text);
  const [all, name, day, hour, minute, year] = match;
  const month = monthOf(name ?? "");
  if (month === 0) return null;
  const time: TimeReading =
    year === undefined
      ? {
          stated: civil(YEARLESS, month, Number(day), Number(hour), Number(minute), 0),
          clock: "local-no-year",
          precision: MINUTE,
        }
      : { stated: civil(Number(year), month, Number(day), 0, 0, 0), clock: "local", precision: DAY };
  return { time, length: all.length };
}

/** A reading of seconds since 1970, as in superblock counters. Null for 0, which means never. */
export function epochSeconds(text: string): TimeReading | null {
  const match = /^(\d{1,12})(?:\.(\d{1,9}))?$/.exec(text.trim());
  if (!match || Number(match[1]) === 0) return null;
  return { stated: Number(match[1]) * SECOND + fractionOf(match[2]), clock: "utc", precision: precisionOf(match[2]) };
}

/** A line's time in the flat form of an EventDraft; `none` when there is none. */
export function flat(time: TimeReading | null): { stated: Micros | null; clock: ClockKind; precision: Micros } {
  return time ?? { stated: null, clock: "none", precision: 0 };
}
