import type { Database } from "better-sqlite3";
import type { Fact, FactKind, FactValues } from "../model/fact.ts";
import type { Evidence, FindingDraft } from "../model/rule.ts";
import type { Instant, Micros } from "../model/time.ts";
import { createShutdownBefore } from "../store/boot-ends.ts";
import { ruleLines } from "../store/clock-queries.ts";
import type { Graph } from "../store/graph.ts";
import type { ArtifactSpan, TimelineEvent } from "../store/queries.ts";
import {
  artifactSpans,
  eventById,
  factsOf,
  fatalEvents,
  fieldPlace,
  lastErrorBefore,
  matchesOf,
} from "../store/queries.ts";
import type { MatchedText, RuleView } from "./types.ts";
import { eventWitness, factWitness } from "./_witnesses.ts";

/** What the engine hands to the view besides the store. */
export interface ViewContext {
  database: Database;
  graph: Graph;
  collectedAt: Instant | null;
  present: Set<string>;
  findings: Map<string, FindingDraft[]>;
  mountOf(path: string): { source: string; target: string } | null;
  /** Ids of the boots in true order. */
  boots: string[];
}

/** An event as a line of evidence. */
export function evidenceOf(event: TimelineEvent): Evidence {
  const { artifact, line, byteOffset, byteLength, text, at, origin } = event;
  return { artifact, line, byteOffset, byteLength, text, at, witness: eventWitness(origin) };
}

/** Texts that a line rule matched. Their events are read only when they are asked for. */
export function matchedTexts(database: Database, rule: string): MatchedText[] {
  return matchesOf(database, rule).map(({ captures, count, firstEvent, lastEvent, lastAt }) => ({
    captures,
    count,
    firstEvent,
    lastAt,
    first: () => evidenceOf(eventById(database, firstEvent)),
    last: () => evidenceOf(eventById(database, lastEvent)),
  }));
}

/** The last time in the logs. What lies after the collection is of a clock that was ahead, and says nothing. */
function endOf(spans: ArtifactSpan[], collectedAt: Instant | null): Micros | null {
  const ends = spans.flatMap(({ last }) => last?.at?.best ?? []).filter((end) => end <= (collectedAt?.hi ?? Infinity));
  return ends.length === 0 ? null : Math.max(...ends);
}

/** The read-only view of one bundle that structural rules get. Queries are made once. */
export function createView(context: ViewContext): RuleView {
  const { database, graph } = context;
  const facts = new Map<FactKind, Fact[]>();
  const matches = new Map<string, MatchedText[]>();
  const time = database.prepare("SELECT lo, hi, best, basis FROM fact_time WHERE fact = ? AND field = ?");
  const spans = new Map(artifactSpans(database).map((span) => [span.artifact, span]));
  const shutdownBefore = createShutdownBefore(database, context.boots);
  const once = <K, V>(cache: Map<K, V>, key: K, make: () => V): V => {
    const known = cache.get(key);
    if (known !== undefined) return known;
    const made = make();
    cache.set(key, made);
    return made;
  };
  return {
    facts: <K extends FactKind>(kind: K) => once(facts, kind, () => factsOf(database, kind) as Fact[]) as Fact<K>[],
    factTime: (fact, field) => (time.get(fact.id, field) as Instant | undefined) ?? null,
    evidence: (fact: Fact<keyof FactValues>, text, at = null, field = "") => {
      return { artifact: fact.artifact, ...fieldPlace(fact, field), text, at, witness: factWitness(fact.kind) };
    },
    matches: (rule) => once(matches, rule, () => matchedTexts(database, rule)),
    lines: (rule) =>
      ruleLines(database, rule).map(({ event }) => ({
        ...evidenceOf(eventById(database, event)),
        afterShutdown: shutdownBefore(event),
      })),
    findings: (rule) => context.findings.get(rule) ?? [],
    resolve: (kind, alias) => graph.resolve(kind, alias),
    linked: (ref, kind) => graph.linked(ref, kind),
    title: (ref) => graph.title(ref),
    note: (ref) => void graph.add(ref.kind, ref.key, graph.title(ref)),
    link: (from, to, kind, evidence) => graph.link(from, to, kind, evidence),
    has: (need) => context.present.has(need),
    collectedAt: context.collectedAt,
    mountOf: (path) => context.mountOf(path),
    count: (table) => (database.prepare(`SELECT count(*) AS count FROM ${table}`).get() as { count: number }).count,
    lastWords: (event, origins) => {
      const id = lastErrorBefore(database, event, origins);
      return id === null ? null : evidenceOf(eventById(database, id));
    },
    fatal: (programs) => fatalEvents(database, programs).map((id) => evidenceOf(eventById(database, id))),
    endOfLogs: endOf([...spans.values()], context.collectedAt),
    lastEventOf: (artifact) => {
      const last = spans.get(artifact)?.last;
      return last ? evidenceOf(last) : null;
    },
    firstEventOf: (artifact) => {
      const first = spans.get(artifact)?.first;
      return first ? evidenceOf(first) : null;
    },
  };
}
