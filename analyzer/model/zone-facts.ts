/** What logs tell of the zones and years of their times. */
import type { Micros } from "./time.ts";

/** Lines of one artifact that state one moment twice, by clocks of two zones. */
export interface ZoneProbeFact {
  /** Local minus UTC, or minus the local time of `base`, rounded to 15 minutes. */
  offset: Micros;
  /** The program against whose local time the offset is; null for UTC. */
  base: string | null;
  /** How many lines agree on it. */
  count: number;
  /** The program that wrote the local time; null when it was the node's own journal or syslog. */
  process: string | null;
  /** Ids of the processes that it was, as klog writes them; the first few. */
  pids: number[];
  /** Earliest and latest full date beside a local time without a year, µs UTC: they tell its year. */
  dates?: [Micros, Micros];
  /** `host`: a program of the node; `container`: one in a container, which says nothing of the node's zone. */
  writer: "host" | "container";
}

/** The end of a journal as journalctl prints it above the lines, with a year: local time as if UTC. */
export interface JournalEndFact {
  at: Micros;
}

/** The abbreviation of a zone that a log writes behind its local times. */
export interface ZoneNameFact {
  name: string;
}
