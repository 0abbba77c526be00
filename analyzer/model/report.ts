import type { Custody } from "./artifact.ts";
import type {
  Cause,
  Change,
  Conclusion,
  Confidence,
  CoverageStatus,
  EntityKind,
  GapKind,
  Layer,
  RedactionMode,
  RepairAnswer,
  Role,
  Severity,
  TimeBasis,
  Verdict,
} from "./words.ts";
import type { RemedyStep } from "./rule.ts";

/**
 * The one versioned object that every renderer is a pure function of. Times are ISO 8601 UTC with as many digits as are
 * known; durations are µs. Arrays are in a fixed order, so that the same bundle gives the same bytes.
 */
export interface IncidentReport {
  schemaVersion: 1;
  tool: { name: "coldcase"; version: string };
  conclusion: Conclusion;
  conclusionReasons: string[];
  /** One line: what is wrong, for a title. */
  headline: string;
  /** In order of collection. */
  bundles: ReportBundle[];
  /** Only in a report on several bundles of one node; all else then describes the newest of them. */
  comparison?: ReportComparison;
  node: ReportNode;
  clock: ReportClock;
  rootCauses: ReportRootCause[];
  findings: ReportFinding[];
  entities: { id: string; kind: EntityKind; key: string; title: string }[];
  links: { from: string; to: string; kind: string; evidence: ReportEvidence | null }[];
  containers: ReportContainer[];
  checks: ReportCheck[];
  coverage: { item: string; status: CoverageStatus; detail: string }[];
  /** Evidence that would have helped and is not in the bundle, with the command that gets it on the node. */
  notCollected: { item: string; why: string; command: string | null }[];
  gaps: ReportGap[];
  damage: { path: string | null; message: string }[];
  warnings: { artifact: string; line: number; message: string }[];
  counts: { events: number; facts: number; artifacts: number; bySource: Record<string, number>; warnings: number };
  /** Events by time and level for the overview; at most 240 bins of equal width. */
  histogram: ReportHistogram | null;
  /** Key entries, at most 2,000, in order of time. */
  timeline: ReportTimelineEntry[];
  redaction: ReportRedaction;
  /**
   * Lines that rows cite and no finding shows, at most 400, by artifact and line, each with one neighbour on either side.
   * Reports of older versions have none.
   */
  lines?: ReportEvidence[];
}

/** Where something stands. */
export interface ReportPlace {
  artifact: string;
  line: number;
}

/** What was masked before the report left: how many different values of each kind, and at how many places. */
export interface ReportRedaction {
  mode: RedactionMode;
  masked: { kind: string; values: number; places: number }[];
  /** Places that only the last look over the finished report found. */
  late: number;
}

/** Null where nothing is known. `from` = `to` for a point; `~` is for renderers to add when basis is not `exact`. */
export interface ReportTime {
  from: string;
  to: string;
  basis: TimeBasis;
  /** Where it most likely lies, when that is not simply `from`: the time under the assumption that `basis` names. */
  best?: string;
  /**
   * What the artifact says itself, where that differs: ISO 8601 with `Z` for UTC, without for local time,
   * `--MM-DDThh:mm:ss` without a year; else words: `33.120 s after boot`, `3 days ago`.
   */
  stated?: string;
}

export interface ReportBundle {
  name: string;
  form: string;
  sha256: string | null;
  collectedAt: ReportTime | null;
  complete: boolean;
  redacted: boolean;
  /** What the collector says of itself; null for a bundle that it did not make. */
  custody: Custody | null;
}

/** Evidence of earlier bundles is cited as `<name of the bundle>:<artifact>`. */
export interface ReportComparison {
  answer: RepairAnswer;
  /** Sentences for the answer, the most important first, each with the lines that prove it. */
  sentences: { text: string; evidence: ReportEvidence[] }[];
  /** Findings by what became of them. */
  counts: Record<Change, number>;
  /** Why the bundles are taken to be of one node, and in this order. */
  notes: string[];
}

export interface ReportNode {
  host: string | null;
  model: string | null;
  /** The hypervisor under it, as its kernel or systemd calls it; null when nothing says that it is a virtual machine. */
  hypervisor?: string | null;
  os: string | null;
  kernel: string | null;
  runtime: string | null;
  kubernetes: string | null;
}

export interface ReportClock {
  zone: string | null;
  zoneBasis: string;
  /** How the year was found for sources that do not write it; null when all did. */
  yearBasis: string | null;
  boots: ReportBoot[];
  /** `cite`: the line that tells what set the clock. */
  steps: { bootId: string | null; at: ReportTime | null; deltaUs: number; cause: string; cite?: ReportPlace | null }[];
  /** Sentences: what was assumed, inferred or corrected, each for a named artifact or for all. */
  notes: string[];
  /** Where the artifacts tell of clock and zone, and where stretches begin that were written with a clock not set. */
  cites?: { read: ReportPlace[]; unset: ReportPlace[] };
}

export interface ReportBoot {
  id: string;
  first: ReportTime | null;
  last: ReportTime | null;
  offsetUs: number;
  basis: string;
  /** The first and the last entry. */
  cites?: ReportPlace[];
}

/** A line that proves something. `text` is the line as it stands in the artifact, control characters and all. */
export interface ReportEvidence {
  artifact: string;
  line: number;
  text: string;
  at: ReportTime | null;
  /** The lines before and after in the same artifact. */
  before?: string[];
  after?: string[];
  /** The header of the output that it stands in, where that is further above: the command, or the name of the file. */
  under?: { line: number; text: string };
}

export interface ReportRootCause {
  cause: Cause;
  title: string;
  summary: string;
  confidence: Confidence;
  reasons: string[];
  /** Id of the finding that is the cause. */
  finding: string;
  /** Finding ids, cause first, last symptom last. */
  chain: string[];
  /** The chain in sentences, each with the lines that prove it. */
  narrative: { text: string; evidence: ReportEvidence[] }[];
  /** Other findings that follow from the same cause, outside of the chain. */
  consequences: string[];
  /** What brought the cause about, as far as that is known; `unknown` is said with what would tell. */
  trigger: string;
  /** What may have brought it about, the likeliest first; lines that show each, and why it stands there. */
  triggers: { finding: string; title: string; likelihood: Confidence; why: string; evidence: ReportEvidence[] }[];
  /** The one command whose answer decides between what is still possible, and what its answer means. */
  deciding: { text: string; command: string } | null;
  alternatives: { cause: Cause; title: string; whyNot: string }[];
  remedy: RemedyStep[];
  active: boolean | null;
}

export interface ReportFinding {
  id: string;
  rule: string;
  cause: Cause;
  layer: Layer;
  role: Role;
  severity: Severity;
  confidence: Confidence;
  title: string;
  summary: string;
  why: string;
  window: ReportTime | null;
  active: boolean | null;
  count: number;
  /** What `count` counts, in the singular: lines of logs, or signs of any kind. */
  counted?: "line" | "sign";
  /** What the count adds up, where that is of several kinds. */
  countedFrom?: string;
  evidence: ReportEvidence[];
  counterEvidence: ReportEvidence[];
  /** Entity ids. */
  entities: string[];
  remedy: RemedyStep[];
  references: string[];
  /** Only in a report on several bundles: since the earlier ones, and how that is known. */
  change?: Change;
  changeReason?: string;
}

export interface ReportContainer {
  id: string;
  name: string;
  pod: string | null;
  image: string | null;
  state: string;
  started: ReportTime | null;
  finished: ReportTime | null;
  /** Why `finished` may not be the time of death, or null. */
  finishedNote: string | null;
  lastSign: ReportTime | null;
  layers: string[];
  damaged: boolean;
  /** Where each of these is told. */
  cites?: Partial<Record<"state" | "started" | "finished" | "lastSign", ReportPlace>>;
}

/** A rule that was run. `pass` = looked for and not found; `unknown` = could not be looked for, `missing` says why. */
export interface ReportCheck {
  rule: string;
  title: string;
  verdict: Verdict;
  missing?: string;
}

export interface ReportGap {
  artifact: string;
  entity?: string;
  from: ReportTime | null;
  to: ReportTime | null;
  kind: GapKind;
  detail: string;
  /** The last line before it and the first after it, as far as there are any. */
  cites?: ReportPlace[];
}

export interface ReportHistogram {
  from: string;
  to: string;
  binUs: number;
  /** Counts per bin for levels 0-3 (error), 4 (warning), 5-7 (other). Bins without events are zero. */
  error: number[];
  warning: number[];
  other: number[];
  /** Events that could not be placed on the axis, or whose clock was not set. */
  unplaced: number;
}

export interface ReportTimelineEntry {
  at: ReportTime | null;
  /** Entity or source it belongs to. */
  lane: string;
  severity: Severity;
  text: string;
  artifact: string;
  line: number;
  count: number;
  /** Finding it proves, when there is one. */
  finding?: string;
}
