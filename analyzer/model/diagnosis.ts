import type { ReportCheck } from "./report.ts";
import type { EntityRef, Finding, RemedyStep } from "./rule.ts";
import type { Micros } from "./time.ts";
import type { Cause, Conclusion, Confidence } from "./words.ts";

export interface RootCause {
  cause: Cause;
  finding: Finding;
  confidence: Confidence;
  reasons: string[];
  /** Cause first, last symptom last. */
  chain: Finding[];
  /** Findings of the same cause, and others that follow from it outside of the chain. */
  consequences: Finding[];
  /** What may have brought the cause about, the likeliest first, and what cannot have; in words in `trigger`. */
  triggers: Trigger[];
  trigger: string;
  /** The one thing to look at that decides between what is still possible; null when nothing is open. */
  deciding: { text: string; command: string } | null;
  alternatives: { cause: Cause; title: string; whyNot: string }[];
  remedy: RemedyStep[];
  active: boolean | null;
}

/** `why` ends a sentence that begins with the title of the finding. `unknown` = it cannot have been this. */
export interface Trigger {
  finding: Finding;
  likelihood: Confidence;
  why: string;
}

export interface Diagnosis {
  conclusion: Conclusion;
  reasons: string[];
  headline: string;
  rootCauses: RootCause[];
}

/** What the diagnosis reads. It never sees the store. */
export interface DiagnosisInput {
  findings: Finding[];
  checks: ReportCheck[];
  /** Whether two entities are the same or hang together. */
  connected(a: EntityRef, b: EntityRef): boolean;
  /** Ids of the needs that are met, and titles with commands of those that are not. */
  present: Set<string>;
  missing: { id: string; title: string; command: string | null }[];
  /** Device of the filesystem that holds the containers, as in the mounts; null when not known. */
  device: string | null;
  counts: { events: number; facts: number; containers: number };
  /** When the log that reaches furthest ends, µs UTC. */
  endOfLogs?: Micros | null;
  /** Whether a container is down at the collection that did not end by itself without an error. */
  containersDown?: boolean;
}
