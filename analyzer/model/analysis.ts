import type { Instant, Micros } from "./time.ts";
import type { RedactionMode } from "./words.ts";

/** What the user said on the command line. */
export interface AnalysisOptions {
  timezone: string | null;
  year: number | null;
  /** µs UTC. */
  collectedAt: number | null;
  /** A directory with rules of the user's own. */
  rules: string | null;
  version: string;
}

/** What is masked in everything that leaves. The database keeps what the bundle holds. */
export interface RedactionOptions {
  mode: RedactionMode;
  /** Words that the user wants masked as well. */
  words: readonly string[];
}

/** The clock model's answers, as far as the report shows them. */
export interface ClockSummary {
  zone: string | null;
  zoneBasis: string;
  collectedAt: Instant | null;
  collectedBasis: string;
  yearBasis: string | null;
  notes: string[];
  /** In true order. */
  boots: ClockBoot[];
  steps: ClockStep[];
}

/** One boot. `offset`: how far its first times were corrected, true less stated. */
export interface ClockBoot {
  id: string;
  first: Instant | null;
  last: Instant | null;
  offset: Micros;
  basis: string;
}

/** A moment at which the wall clock was moved by `delta`. */
export interface ClockStep {
  bootId: string;
  at: Instant;
  delta: Micros;
  cause: string;
  /** Store id of the event that tells the cause. */
  line: number | null;
}

/** Emitted by the pipeline; only `cli/` shows it. */
export interface Progress {
  stage: "read" | "clock" | "entities" | "rules" | "diagnosis" | "report";
  detail: string;
}
