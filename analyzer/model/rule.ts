import type { Locator } from "./artifact.ts";
import type { Instant } from "./time.ts";
import type { Cause, Confidence, EntityKind, Layer, Role, Severity } from "./words.ts";

/** One thing to do. `command` is literal shell; placeholders are filled from the finding's entities. */
export interface RemedyStep {
  text: string;
  command?: string;
  /** `safe` reads only; `backup` copies; `change` alters the node and must follow a backup. */
  risk: "safe" | "backup" | "change";
}

export interface RuleMeta {
  id: string;
  /** What is said when it fires. `{name}` is replaced by a captured entity or value. */
  title: string;
  /** Why it matters, for someone who does not know the component. */
  why: string;
  /** What is said when it was looked for and not found. */
  passTitle: string;
  layer: Layer;
  role: Role;
  cause: Cause;
  severity: Severity;
  confidence: Confidence;
  /** Rule ids, `cause:<cause>` or `layer:<layer>` of findings that follow from this one. */
  explains: string[];
  remedy: RemedyStep[];
  references: string[];
  /** Names of evidence without which the rule cannot say anything (see rules/needs). */
  needs: string[];
  /** Names of evidence that would speak against a finding if it were wrong: where it is missing, nobody looked. */
  refutedBy?: string[];
  /** The words name the cause: no other looks the same, and none is asked for. */
  unmistakable?: boolean;
}

export interface Evidence extends Locator {
  /** The message, or what a fact says; the raw line is read again from the bundle for the report. */
  text: string;
  at: Instant | null;
  /** Who says so: a program, or a kind of output. Copies of one log in two files are one witness. */
  witness: string;
}

export interface EntityRef {
  kind: EntityKind;
  key: string;
}

/** What a rule found. `active`: still so at the end of the evidence; null when that cannot be told. */
export interface FindingDraft {
  /** Tells findings of one rule apart; empty when there is only one. */
  subject: string;
  title: string;
  summary: string;
  confidence: Confidence;
  severity?: Severity;
  cause?: Cause;
  role?: Role;
  window: Instant | null;
  active: boolean | null;
  /** The log begins with it, so that it may have begun earlier than `window` says. */
  openStart?: boolean;
  count: number;
  /** What `count` counts; signs of any kind when not said. */
  counted?: "line" | "sign";
  /** What the count adds up, where that is of several kinds. */
  countedFrom?: string;
  evidence: Evidence[];
  entities: EntityRef[];
  remedy?: RemedyStep[];
  /** Markers that it tells whole, with its own lines and count: they are no findings beside it. */
  weighs?: { rule: string; subject: string }[];
  /** Sentences that speak against the finding, or limit it. */
  counterEvidence?: Evidence[];
}

export interface Finding
  extends RuleMeta, Required<Omit<FindingDraft, "remedy" | "openStart" | "counted" | "countedFrom" | "weighs">> {
  counted?: "line" | "sign";
  countedFrom?: string;
  openStart?: boolean;
  findingId: string;
}
