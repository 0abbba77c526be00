import type { TimeBasis } from "./words.ts";

/** Microseconds since 1970-01-01T00:00:00Z. A double holds them exactly until the year 2255. */
export type Micros = number;

/**
 * Which clock wrote a time, and how much of it:
 * `utc` a full date with a zone; `local` a full date without one; `local-no-year` neither zone nor year (syslog, klog,
 * `ls -l`); `monotonic` seconds since boot; `none` the line carries no time and only its place in the file is known.
 */
export type ClockKind = "utc" | "local" | "local-no-year" | "monotonic" | "none";

/**
 * A time as written. `stated` is the civil time read as if it were UTC, in µs; a reading without a year is stated in
 * 1972, a leap year; a monotonic one counts from boot. `precision` is the length of the unit that was written, in µs.
 */
export interface TimeReading {
  stated: Micros;
  clock: ClockKind;
  precision: Micros;
}

/** A place on the time axis. The true time lies in [lo, hi); `best` is where to draw it. */
export interface Instant {
  lo: Micros;
  hi: Micros;
  best: Micros;
  basis: TimeBasis;
}

/**
 * One segment of the second pass: the events `firstEvent..lastEvent` (store ids, inclusive) lie at stated + offset,
 * give or take [-before, +after]. An `order-only` segment carries fixed bounds instead, in `lo` and `hi`.
 */
export interface Placement {
  firstEvent: number;
  lastEvent: number;
  offset: Micros;
  before: Micros;
  after: Micros;
  basis: TimeBasis;
  lo: Micros | null;
  hi: Micros | null;
}

export const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** Civil time zones lie between UTC-12 and UTC+14. */
export const WIDEST_ZONE_WEST = 12 * HOUR;
export const WIDEST_ZONE_EAST = 14 * HOUR;
/** Before 2010 no clock of a node was right. */
export const FIRST_SENSIBLE: Micros = Date.UTC(2010, 0, 1) * 1000;
