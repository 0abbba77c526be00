import type { Database } from "better-sqlite3";
import { entityId } from "../model/entity.ts";
import type { Fact, PodName } from "../model/fact.ts";
import type { ReportContainer, ReportTime } from "../model/report.ts";
import type { EntityRef, Finding } from "../model/rule.ts";
import type { Instant } from "../model/time.ts";
import type { Graph } from "../store/graph.ts";
import { artifactSpans, factsOf } from "../store/queries.ts";
import { reportTime } from "./instants.ts";
import { addTo } from "./stated.ts";

/** One row per container, whatever number of outputs describe it: the most exact value of each. */
export function containersOf(database: Database, graph: Graph, findings: Finding[]): ReportContainer[] {
  const groups = new Map<string, Fact<"container">[]>();
  for (const fact of factsOf(database, "container")) {
    const { key } = graph.resolve("container", fact.value.id);
    groups.set(key, [...(groups.get(key) ?? []), fact]);
  }
  const damaged = damagedEntities(findings);
  const signs = lastSigns(database, graph);
  return [...groups].map(([key, facts]) => toContainer(database, graph, key, facts, damaged, signs));
}

function damagedEntities(findings: Finding[]): Set<string> {
  const damage = findings.filter(({ cause, role }) => /corruption/.test(cause) && role !== "marker");
  return new Set(damage.flatMap(({ entities }) => entities.map(({ kind, key }) => entityId(kind, key))));
}

function lastSigns(database: Database, graph: Graph): Map<string, Instant> {
  const spans = new Map(artifactSpans(database).map((span) => [span.artifact, span.last?.at ?? null]));
  const signs = new Map<string, Instant>();
  for (const { value, artifact } of factsOf(database, "pod-log")) {
    const at = spans.get(artifact);
    if (!value.collected || !value.containerId || !at) continue;
    signs.set(graph.resolve("container", value.containerId).key, at);
  }
  return signs;
}

/** The pod's names; older versions of crictl leave them to the sandbox. */
function podTitle(graph: Graph, container: EntityRef, { namespace, name }: PodName): string | null {
  if (namespace !== "" && name !== "") return `${namespace}/${name}`;
  const [pod] = graph.linked(container, "pod");
  return pod ? graph.title(pod) : name || null;
}

/** A container that ended gave no sign after that: a log that goes on holds the lines of a later one as well. */
function signOf(sign: Instant | undefined, finished: Instant | null): Instant | null {
  if (!sign) return null;
  return finished && sign.lo > finished.hi ? null : sign;
}

interface StatedInstant extends Instant {
  stated: string | null;
}

function statedTime(at: StatedInstant | null): ReportTime | null {
  const time = reportTime(at);
  return time && at ? addTo(time, at.stated) : null;
}

function toContainer(
  database: Database,
  graph: Graph,
  key: string,
  facts: Fact<"container">[],
  damaged: Set<string>,
  signs: Map<string, Instant>,
): ReportContainer {
  const time = database.prepare("SELECT lo, hi, best, basis, stated FROM fact_time WHERE fact = ? AND field = ?");
  const timeOf = (field: string): StatedInstant | null => {
    const found = facts
      .map((fact) => time.get(fact.id, field) as StatedInstant | undefined)
      .filter((at) => at !== undefined);
    return found.toSorted((a, b) => a.hi - a.lo - (b.hi - b.lo))[0] ?? null;
  };
  const first = <T>(read: (fact: Fact<"container">) => T | null): T | null => {
    return facts.map(read).find((value) => value !== null) ?? null;
  };
  const ref = { kind: "container" as const, key };
  const layers = graph.linked(ref, "layer").map(({ key: layer }) => layer);
  const state = first(({ value }) => value.status) ?? first(({ value }) => value.state) ?? "not known";
  const running = facts.some(({ value }) => value.state === "running");
  const exit255 = facts.some(({ value }) => value.exitCode === 255) && !running;
  const pod = first(({ value }) => value.pod);
  return {
    id: key,
    name: pod
      ? pod.sandbox
        ? "POD (sandbox)"
        : pod.container
      : (first(({ value }) => value.name) ?? key.slice(0, 12)),
    pod: pod ? podTitle(graph, ref, pod) : null,
    image: first(({ value }) => value.image),
    state,
    // A container of a pod is started once, right after it was created; crictl's table tells only that.
    started: statedTime(
      timeOf("startedAt") ?? (running ? (timeOf("stateAge") ?? (pod ? timeOf("createdAge") : null)) : null),
    ),
    finished: running ? null : statedTime(timeOf("finishedAt") ?? timeOf("stateAge")),
    finishedNote: exit255 ? "255: found dead at this time, or ended with 255 itself; the death may lie earlier" : null,
    lastSign: reportTime(signOf(signs.get(key), running ? null : timeOf("finishedAt"))),
    layers,
    damaged: damaged.has(entityId("container", key)) || layers.some((layer) => damaged.has(entityId("layer", layer))),
  };
}
