import type { ClockKind, Micros } from "../model/time.ts";

/** A stretch of events of one artifact that one clock wrote, in file order. */
export interface ClockRun {
  artifact: number;
  path: string;
  /** Ids of the parsers that read the artifact. */
  source: string | null;
  firstEvent: number;
  lastEvent: number;
  clock: ClockKind;
  firstStated: Micros | null;
  lastStated: Micros | null;
  boot: string | null;
  /** µs since that boot. */
  firstMonotonic: Micros | null;
  lastMonotonic: Micros | null;
}
