/** What is compared when several bundles of one node are given. */
import type { IncidentReport, ReportComparison } from "./report.ts";
import type { Finding } from "./rule.ts";
import type { Micros } from "./time.ts";
import type { Change } from "./words.ts";

/** What tells one node from another. */
export interface NodeIdentity {
  hosts: string[];
  /** Full container ids: docker and containerd draw them at random. */
  containers: string[];
  /** Boot ids without dashes, oldest first; the last is the boot of the collection when that is known. */
  boots: string[];
}

/** What a bundle would have shown: needed to tell what is gone from what was not looked at. */
export interface Visibility {
  /** `state` for a witness that tells how things stand; for one that writes a log, its last word; null when absent. */
  witness(name: string): "state" | { until: Micros | null } | null;
  /** Whether an artifact of that path was read, and not cut or refused. */
  artifact(path: string): boolean;
  /** Whether a listing shows how a path stands: its own directory was listed, or one above it without the next step. */
  listed(path: string): boolean;
}

export interface BundleSnapshot {
  report: IncidentReport;
  findings: Finding[];
  /** µs UTC; null when not known. */
  collectedAt: Micros | null;
  identity: NodeIdentity;
  visibility: Visibility;
}

/** One finding over all bundles. `last` is how it stood when it was last found, in bundle `lastSeen`. */
export interface TrackedFinding {
  rule: string;
  last: Finding;
  lastSeen: number;
  firstSeen: number;
  change: Change;
  reason: string;
}

export interface Comparison {
  tracked: TrackedFinding[];
  verdict: Pick<ReportComparison, "answer"> & {
    /** One line for the title. */
    headline: string;
    sentences: { text: string; about: TrackedFinding[] }[];
  };
}
