import type { Database } from "better-sqlite3";
import { entityId } from "../model/entity.ts";
import type { Fact, PodName } from "../model/fact.ts";
import type { ReportContainer, ReportPlace, ReportTime } from "../model/report.ts";
import type { EntityRef, Finding } from "../model/rule.ts";
import type { Instant } from "../model/time.ts";
import type { Graph } from "../store/graph.ts";
import { artifactSpans, factsOf, fieldPlace } from "../store/queries.ts";
import { placeOf } from "./row-lines.ts";
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

/** A time, and where it is told. */
interface Told {
  at: Instant;
  place: ReportPlace;
}

function lastSigns(database: Database, graph: Graph): Map<string, Told> {
  const spans = new Map(artifactSpans(database).map((span) => [span.artifact, span.last]));
  const signs = new Map<string, Told>();
  for (const { value, artifact } of factsOf(database, "pod-log")) {
    const last = spans.get(artifact);
    if (!value.collected || !value.containerId || !last?.at) continue;
    signs.set(graph.resolve("container", value.containerId).key, { at: last.at, place: placeOf(last) });
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
function signOf(sign: Told | undefined, finished: Instant | null): Told | null {
  if (!sign) return null;
  return finished && sign.at.lo > finished.hi ? null : sign;
}

interface StatedInstant extends Instant {
  stated: string | null;
}

interface ToldStated extends Told {
  at: StatedInstant;
}

function statedTime(told: ToldStated | null): ReportTime | null {
  const time = reportTime(told?.at ?? null);
  return time && told ? addTo(time, told.at.stated) : null;
}

/** The sharpest of the times that facts give for a field. */
function createTimeLookup(database: Database, facts: Fact<"container">[]): (field: string) => ToldStated | null {
  const time = database.prepare("SELECT lo, hi, best, basis, stated FROM fact_time WHERE fact = ? AND field = ?");
  return (field) => {
    const found = facts.flatMap((fact): ToldStated[] => {
      const at = time.get(fact.id, field) as StatedInstant | undefined;
      return at ? [{ at, place: placeIn(fact, field) }] : [];
    });
    return found.toSorted((a, b) => a.at.hi - a.at.lo - (b.at.hi - b.at.lo))[0] ?? null;
  };
}

/** Where a fact tells one of its values. */
function placeIn(fact: Fact<"container">, field: string): ReportPlace {
  return { artifact: fact.artifact, line: fieldPlace(fact, field).line };
}

/** The state in the words of the node, and where it is told. */
function stateIn(facts: Fact<"container">[]): { state: string; place: ReportPlace | null } {
  const fact = facts.find(({ value }) => value.status !== null) ?? facts.find(({ value }) => value.state !== null);
  const state = fact?.value.status ?? fact?.value.state ?? "not known";
  return { state, place: fact ? placeIn(fact, "state") : null };
}

/** What of a container's life is known, with where each is told. */
function lifeOf(facts: Fact<"container">[], timeOf: (field: string) => ToldStated | null, sign: Told | undefined) {
  const running = facts.some(({ value }) => value.state === "running");
  const isOfPod = facts.some(({ value }) => value.pod !== null);
  // A container of a pod is started once, right after it was created; crictl's table tells only that.
  const age = running ? (timeOf("stateAge") ?? (isOfPod ? timeOf("createdAge") : null)) : null;
  const started = timeOf("startedAt") ?? age;
  const finished = running ? null : (timeOf("finishedAt") ?? timeOf("stateAge"));
  const lastSign = signOf(sign, running ? null : (timeOf("finishedAt")?.at ?? null));
  const { state, place } = stateIn(facts);
  const cites = Object.fromEntries(
    Object.entries({
      state: place,
      started: started?.place,
      finished: finished?.place,
      lastSign: lastSign?.place,
    }).filter(([, cite]) => cite),
  ) as Required<ReportContainer>["cites"];
  return { running, state, started, finished, lastSign, cites };
}

function toContainer(
  database: Database,
  graph: Graph,
  key: string,
  facts: Fact<"container">[],
  damaged: Set<string>,
  signs: Map<string, Told>,
): ReportContainer {
  const first = <T>(read: (fact: Fact<"container">) => T | null): T | null => {
    return facts.map(read).find((value) => value !== null) ?? null;
  };
  const ref = { kind: "container" as const, key };
  const layers = graph.linked(ref, "layer").map(({ key: layer }) => layer);
  const life = lifeOf(facts, createTimeLookup(database, facts), signs.get(key));
  const exit255 = facts.some(({ value }) => value.exitCode === 255) && !life.running;
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
    state: life.state,
    started: statedTime(life.started),
    finished: statedTime(life.finished),
    finishedNote: exit255 ? "255: found dead at this time, or ended with 255 itself; the death may lie earlier" : null,
    lastSign: reportTime(life.lastSign?.at ?? null),
    layers,
    damaged: damaged.has(entityId("container", key)) || layers.some((layer) => damaged.has(entityId("layer", layer))),
    cites: life.cites,
  };
}
