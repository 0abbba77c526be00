/** What the runs of an artifact become on their way to placements. */
import type { Micros } from "../model/time.ts";
import type { TimeBasis } from "../model/words.ts";
import type { ClockRun } from "./run.ts";

export interface Placed {
  run: ClockRun;
  shift: Micros;
  before: Micros;
  after: Micros;
  basis: TimeBasis;
  /** From the year of the stated times to the right one. */
  yearShift: Micros;
  first: Micros;
  last: Micros;
  /** It has the later reading of an hour that a clock change repeats. */
  isLater?: boolean;
}

/** A run or a part of one, with its place by the clock that wrote it. */
export interface Part {
  run: ClockRun;
  placed: Placed | null;
  /** Its clock was not set. */
  unset: boolean;
}
