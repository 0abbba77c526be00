import type { Instant } from "./time.ts";

/** What the user said on the command line. */
export interface AnalysisOptions {
  timezone: string | null;
  year: number | null;
  /** µs UTC. */
  collectedAt: number | null;
  redact: "default" | "strict" | "none";
  version: string;
}

/** The clock model's answers, as far as the report shows them. */
export interface ClockSummary {
  zone: string | null;
  zoneBasis: string;
  collectedAt: Instant | null;
  collectedBasis: string;
  yearBasis: string | null;
  notes: string[];
}

/** Emitted by the pipeline; only `cli/` shows it. */
export interface Progress {
  stage: "read" | "clock" | "entities" | "rules" | "diagnosis" | "report";
  detail: string;
}
