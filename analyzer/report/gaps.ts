/** Silence is evidence: what ends or pauses, from when to when, and why as far as that can be told. */
import type { Database } from "better-sqlite3";
import type { Fact } from "../model/fact.ts";
import type { ReportGap, ReportPlace } from "../model/report.ts";
import { entityId } from "../model/entity.ts";
import type { Instant } from "../model/time.ts";
import { MINUTE } from "../model/time.ts";
import type { Graph } from "../store/graph.ts";
import type { TimelineEvent } from "../store/queries.ts";
import { placeOf } from "./row-lines.ts";
import { allRuns, artifactSpans, eventById, factsOf } from "../store/queries.ts";
import { reportTime } from "./instants.ts";

const LONG_PAUSE = 30 * MINUTE;

/** All gaps: containers whose own log is not in the bundle, then pauses between stretches of a log. */
export function gapsOf(database: Database, graph: Graph, collectedAt: Instant | null): ReportGap[] {
  return [...missingLogs(database, graph, collectedAt), ...pauses(database)];
}

/** A dead container of which only logs of other attempts are in the bundle. */
function missingLogs(database: Database, graph: Graph, collectedAt: Instant | null): ReportGap[] {
  const logs = factsOf(database, "pod-log");
  const spans = new Map(artifactSpans(database).map((span) => [span.artifact, span]));
  const seen = new Set<string>();
  return factsOf(database, "container").flatMap((fact): ReportGap[] => {
    const { pod, state } = fact.value;
    if (!pod || pod.sandbox || state === "running" || state === null) return [];
    const container = graph.resolve("container", fact.value.id);
    // crictl's tables leave the uid of the pod to its links.
    const uid = pod.uid || (graph.linked(container, "pod")[0]?.key ?? "");
    const key = `${uid} ${pod.container} ${pod.attempt}`;
    if (seen.has(key)) return [];
    seen.add(key);
    const collected = logs.filter(({ value }) => value.collected);
    const own = collected.filter(({ value }) => value.uid === uid && value.container === pod.container);
    if (own.some(({ value }) => value.attempt === pod.attempt)) return [];
    if (collected.some(({ value }) => value.containerId !== null && container.key === value.containerId)) return [];
    return [missingLog(fact, own, container.key, spans, collectedAt)];
  });
}

function missingLog(
  fact: Fact<"container">,
  own: Fact<"pod-log">[],
  key: string,
  spans: Map<string, ReturnType<typeof artifactSpans>[number]>,
  collectedAt: Instant | null,
): ReportGap {
  const pod = fact.value.pod;
  const latest = own.toSorted((a, b) => a.value.attempt - b.value.attempt).at(-1);
  const last = latest ? (spans.get(latest.artifact)?.last ?? null) : null;
  const attempt = pod?.attempt ?? 0;
  const detail = latest
    ? `The log of ${pod?.container} in the bundle belongs to attempt ${latest.value.attempt}; container ${key.slice(0, 12)} is attempt ${attempt}. Its own log is not in the bundle.`
    : `No log of ${pod?.container} (container ${key.slice(0, 12)}, attempt ${attempt}) is in the bundle.`;
  return {
    artifact: latest?.artifact ?? fact.artifact,
    entity: entityId("container", key),
    from: reportTime(last?.at ?? null),
    to: reportTime(collectedAt),
    kind: "not-collected",
    detail,
    cites: [placeOf(last ?? fact)],
  };
}

/** Between two stretches of a journal: the power was off when a boot follows, otherwise nobody knows. */
function pauses(database: Database): ReportGap[] {
  const boot = database.prepare(
    `SELECT 1 FROM event JOIN text ON text.id = event.text
     WHERE event.id BETWEEN ? AND ? AND (text.text LIKE 'Linux version %' OR text.text LIKE 'Booting Linux on %') LIMIT 1`,
  );
  const journals = new Set(
    artifactSpans(database).flatMap(({ artifact, source }) => (/^journal-[a-z]+$/.test(source ?? "") ? artifact : [])),
  );
  const runs = allRuns(database).filter(({ firstStated, path }) => firstStated !== null && journals.has(path));
  let before: { artifact: number; lastEvent: number } | null = null;
  const found = runs.flatMap((run): Pause[] => {
    const start = eventById(database, run.firstEvent);
    const previous = before?.artifact === run.artifact ? before : null;
    if (start.at === null || start.at.basis === "order-only") return [];
    before = run;
    const end = previous && lastPlaced(database, previous.lastEvent);
    if (!previous || !end?.at || start.at.lo - end.at.hi < LONG_PAUSE) return [];
    const booted = boot.get(previous.lastEvent, Math.min(run.firstEvent + 2000, run.lastEvent)) !== undefined;
    return [{ artifact: run.path, from: end.at, to: start.at, booted, cites: [placeOf(end), placeOf(start)] }];
  });
  return found.map((pause) => toGap(pause, found));
}

interface Pause {
  artifact: string;
  from: Instant;
  to: Instant;
  booted: boolean;
  cites: ReportPlace[];
}

/** A log of one unit does not show the boot; another log of the same time may. */
function toGap({ artifact, from, to, booted, cites }: Pause, all: Pause[]): ReportGap {
  const seen = booted
    ? null
    : all.find((other) => other.booted && other.from.best < to.best && from.best < other.to.best);
  const off = booted || (seen !== undefined && seen !== null);
  const detail = booted
    ? "The machine booted after this pause."
    : off
      ? `The machine was off or frozen, as ${seen?.artifact ?? "another log"} shows.`
      : "Nothing tells why nothing was written.";
  return { artifact, from: reportTime(from), to: reportTime(to), kind: off ? "power-off" : "unknown", detail, cites };
}

/** The last event at or before `id` that carries a time. */
function lastPlaced(database: Database, id: number): TimelineEvent | null {
  const row = database
    .prepare("SELECT max(id) AS id FROM event WHERE id <= ? AND id > ? - 10000 AND stated IS NOT NULL")
    .get(id, id) as { id: number | null };
  return row.id === null ? null : eventById(database, row.id);
}
