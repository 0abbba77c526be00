import type { ClockKind, Micros } from "./time.ts";
import type { TimeBasis } from "./words.ts";

/** Where a stretch of events lies: stated + shift, at most `before` earlier and less than `after` later. */
export interface EventPlace {
  /** Null when nothing places these events; they then stand after the one before them in the same file. */
  basis: TimeBasis | null;
  clock: ClockKind;
  shift: Micros;
  before: Micros;
  after: Micros;
  /** Length of the smallest unit that was written, µs. */
  precision: Micros;
  /** Fixed bounds, µs UTC, where only the order is known. */
  lo: Micros | null;
  hi: Micros | null;
}

/**
 * The events that the HTML report carries, in columns of equal length and in order of time. Texts are interned and
 * sorted by shape: messages that differ in numbers and ids only lie side by side.
 */
export interface ReportEvents {
  version: 1;
  /** All events of the bundle; the columns hold `time.length` of them. */
  total: number;
  /** What was left out and by which rule, as a sentence; null when nothing was. */
  thinning: string | null;
  origins: { name: string; total: number; kept: number }[];
  /** `id` is eight hex digits that stand for the path in links. */
  artifacts: { path: string; id: string }[];
  texts: string[];
  /** How many texts each shape has, in the order of `texts`. */
  shapes: number[];
  places: EventPlace[];
  /** Index and stated time, µs, of events whose place does not give it back: those of which only the order is known. */
  unset: [index: number, stated: Micros][];
  columns: {
    /** µs UTC, each less the one before it. */
    time: Micros[];
    place: number[];
    level: number[];
    origin: number[];
    text: number[];
    artifact: number[];
    /** From 1, each less the one before it in the same artifact. */
    line: number[];
  };
}
