import type { ClockKind, Micros } from "../model/time.ts";

/** A stretch of events of one artifact that one clock wrote, in file order. */
export interface ClockRun {
  artifact: number;
  /** Counts the outputs of commands that an artifact holds one after the other. */
  section: number;
  /** The program in whose zone a local time is; null for the node. */
  process: string | null;
  /** Another machine's: its clock was another one. */
  foreign?: boolean;
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
