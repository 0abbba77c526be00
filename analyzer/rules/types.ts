import type { Fact, FactKind } from "../model/fact.ts";
import type { Evidence, EntityRef, FindingDraft, RuleMeta } from "../model/rule.ts";
import type { Instant, Micros } from "../model/time.ts";
import type { EntityKind } from "../model/words.ts";

/** An entity that a line names: `capture` is the group of the pattern that holds its key or alias. */
export interface EntityCapture {
  kind: EntityKind;
  capture: string;
}

export interface LinkCapture {
  from: string;
  to: string;
  kind: string;
}

/** A line signature, written as `<id>.yaml`. */
export interface LineRule extends RuleMeta {
  type: "line";
  /** A rule of the user's own: its patterns run with a limit on their time. */
  guarded?: boolean;
  summary: string;
  /** One of the patterns must match; each has literals of which one must occur for it to be tried. */
  match: { literals: string[]; pattern: RegExp }[];
  /** A text that matches this is left alone. */
  except: RegExp | null;
  /** Groups whose values tell findings apart. */
  subject: string[];
  entities: EntityCapture[];
  links: LinkCapture[];
  /** A line tells of something that has happened, not of a state that may go on. */
  instant: boolean;
  /** Lines that other rules read: neither a finding nor a check of their own. */
  note: boolean;
  /** Fewer lines than this are no finding. */
  atLeast: number;
  cases: { fires: string[]; quiet: string[] };
}

/** Small artifacts by path, as a hand-saved bundle. */
export type CaseBundle = Record<string, string>;

/** A check over facts, entities and the findings of line rules, written as `<id>.ts`. */
export interface StructuralRule extends RuleMeta {
  type: "structural";
  /** Structural rules run in order of stage, then id: 1 reads facts, 2 reads findings of stage 1. */
  stage: 1 | 2;
  /** No findings = looked for and not found. */
  evaluate(view: RuleView): FindingDraft[];
  cases: { fires: CaseBundle[]; quiet: CaseBundle[] };
}

export type Rule = LineRule | StructuralRule;

/** A text that a line rule matched, with the events that said it. */
export interface MatchedText {
  captures: Record<string, string>;
  count: number;
  /** First and last are so in time, as far as the events have a place on the time axis. */
  firstEvent: number;
  lastAt: Micros | null;
  first(): Evidence;
  last(): Evidence;
}

/** One line that a line rule matched. */
export interface MatchedLine extends Evidence {
  /** The log shows that the boot before the line's own was shut down. */
  afterShutdown: boolean;
}

/** What a structural rule may ask. Read only; matches in order of time, everything else in bundle order. */
export interface RuleView {
  facts<K extends FactKind>(kind: K): Fact<K>[];
  /** The place on the time axis of a time inside of a fact; `field` is the property's name. */
  factTime(fact: Fact, field: string): Instant | null;
  /**
   * A line of evidence for a fact, that of one of its fields where it has several. `text` is used where the raw line
   * cannot be shown.
   */
  evidence(fact: Fact, text: string, at?: Instant | null, field?: string): Evidence;
  matches(rule: string): MatchedText[];
  /** Every line that a rule matched, for rules whose lines are few. */
  lines(rule: string): MatchedLine[];
  /** Findings so far: of line rules, and of structural rules of an earlier stage. */
  findings(rule: string): FindingDraft[];
  /** Full key for an alias: a container id prefix, a pod's `name_namespace`, an overlay2 short link. */
  resolve(kind: EntityKind, alias: string): EntityRef;
  linked(ref: EntityRef, kind?: EntityKind): EntityRef[];
  title(ref: EntityRef): string;
  /** Makes an entity that a line names known. */
  note(ref: EntityRef): void;
  link(from: EntityRef, to: EntityRef, kind: string, evidence: Evidence | null): void;
  has(need: string): boolean;
  collectedAt: Instant | null;
  /** The device and mount point that a path lies on, when the mounts are known. */
  mountOf(path: string): { source: string; target: string } | null;
  count(table: "event" | "fact"): number;
  /** The last error that one of the origins told of before an event, in the same artifact. */
  lastWords(event: number, origins: string[]): Evidence | null;
  /** The last and the first event of an artifact that carry a time. */
  lastEventOf(artifact: string): Evidence | null;
  /** Last words of programs whose names match, of those that no rule knows, in order; the first of many. */
  fatal(programs: RegExp): Evidence[];
  /** When the log that reaches furthest ends, µs UTC. */
  endOfLogs: Micros | null;
  firstEventOf(artifact: string): Evidence | null;
}
