/**
 * The rarer headers of journal and syslog lines: names of months in the node's language, weekdays in front, days
 * without padding, `<priority>` prefixes.
 *
 *     8月 13 06:00:04 m7-devops dockerd[34157]: …             LANG=zh_CN.UTF-8 journalctl (glibc LC_TIME abmon)
 *     Okt 05 06:07:57 pi kubelet[319]: …                      de_DE
 *     5. Nov 06:07:57 pi kubelet[319]: …                      day first, as people set their shells and syslog templates
 *     <30>Nov  5 06:07:57 k1 dockerd[338]: …                  RFC 3164
 *     <13>1 2026-03-02T11:46:11.186143Z k1 cron 319 - - text  RFC 5424
 */
import type { Level } from "../model/source.ts";
import type { TimeReading } from "../model/time.ts";
import { SECOND } from "../model/time.ts";
import { monthNamed } from "./_months.ts";
import { YEARLESS, civil, fractionOf, parseIso } from "./_time.ts";

const ODD =
  /(?:(?:\p{L}{1,5}\.?,? )?(?:(\p{L}{3,5})\.?|(\d{1,2})[月월])| (\d{1,2})[月월]) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?= |$)/uy;
const DAY_FIRST = /(?:\p{L}{1,5}\.?,? )? ?(\d{1,2})\.? (\p{L}{3,5})\.? (\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?= |$)/uy;
const WEEKDAY = /\p{L}{2,5}\.?,? (?=\d{4}-)/uy;
const PRIORITY = /^<(\d{1,3})>/;
const RFC5424 = /1 (\S+) \S+ (\S+) \S+ \S+ (?:-|(?:\[[^\]]*\])+)(?: |$)\uFEFF?/y;

/** A time in a form the fast path does not know, and the index after it; null when there is none. */
export function readOddTime(line: string, at: number): { time: TimeReading; end: number } | null {
  ODD.lastIndex = at;
  const match = ODD.exec(line);
  if (!match) return readDayFirst(line, at) ?? readWeekday(line, at);
  const [all, name, first, second, day, ...clock] = match;
  const month = name === undefined ? Number(first ?? second) : monthNamed(name);
  const time = month < 1 || month > 12 ? null : yearless(month, Number(day), clock);
  return time && { time, end: at + all.length };
}

function readDayFirst(line: string, at: number): { time: TimeReading; end: number } | null {
  DAY_FIRST.lastIndex = at;
  const match = DAY_FIRST.exec(line);
  if (!match) return null;
  const [all, day, name = "", ...clock] = match;
  const month = monthNamed(name);
  const time = month === 0 ? null : yearless(month, Number(day), clock);
  return time && { time, end: at + all.length };
}

/** @param clock hour, minute, second, and digits of its fraction */
function yearless(month: number, day: number, [hour, minute, seconds, fraction]: (string | undefined)[]): TimeReading {
  const digits = fraction?.length ?? 0;
  const stated = civil(YEARLESS, month, day, Number(hour), Number(minute), Number(seconds), fractionOf(fraction));
  const precision = digits === 0 ? SECOND : 10 ** Math.max(0, 6 - digits);
  return { stated, clock: "local-no-year", precision };
}

function readWeekday(line: string, at: number): { time: TimeReading; end: number } | null {
  WEEKDAY.lastIndex = at;
  const match = WEEKDAY.exec(line);
  if (!match) return null;
  const start = at + match[0].length;
  const iso = parseIso(line.slice(start, start + 48));
  return iso && { time: iso.time, end: start + iso.length };
}

const LEVELS = ["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"];
const FACILITY =
  /^(?:kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|local[0-7])\.(panic|emerg|alert|crit|error|err|warning|warn|notice|info|debug)$/;

/** The level that busybox's syslogd writes as `daemon.err`; null for any other word. */
export function readFacilityLevel(word: string): Level | null {
  const name = FACILITY.exec(word)?.[1];
  if (name === undefined) return null;
  const index = LEVELS.findIndex((level) => name.startsWith(level));
  return (index < 0 ? 0 : index) as Level;
}

/** What a `<priority>` says, and the RFC 5424 header after it when there is one. */
export interface SyslogPriority {
  level: Level;
  length: number;
  rfc5424: { time: TimeReading; origin: string; rest: number } | null;
}

/** `<13>` at the line's start; null when the number is no priority. */
export function readSyslogPriority(line: string): SyslogPriority | null {
  const match = PRIORITY.exec(line);
  if (!match || Number(match[1]) > 191) return null;
  const level = (Number(match[1]) & 7) as Level;
  const length = match[0].length;
  RFC5424.lastIndex = length;
  const header = RFC5424.exec(line);
  if (!header) return { level, length, rfc5424: null };
  const iso = parseIso(header[1] ?? "");
  const time: TimeReading | null = iso?.time ?? null;
  if (time === null) return null;
  const origin = header[2] === "-" ? "syslog" : (header[2] ?? "syslog");
  return { level, length, rfc5424: { time, origin, rest: RFC5424.lastIndex } };
}
