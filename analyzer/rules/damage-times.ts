/**
 * What else happened when a damaged directory last changed: the end of a log, the end of a container. A coincidence is
 * worth knowing and proves nothing, so this is a marker and never a cause.
 */
import type { Fact } from "../model/fact.ts";
import type { EntityRef, Evidence, FindingDraft } from "../model/rule.ts";
import type { Instant } from "../model/time.ts";
import { HOUR, MINUTE } from "../model/time.ts";
import { shortId } from "./_fill.ts";
import { formatInterval } from "./_text.ts";
import type { RuleView, StructuralRule } from "./types.ts";

interface Changed {
  fact: Fact<"directory-entry">;
  at: Instant;
  layer: string | null;
}

/** Other times that are told with a change. */
const MOST_TOLD = 2;
const NEAR = HOUR;

/** The damaged layers' own directories, and `overlay2/` above them, with the time they last changed. */
function changedDirectories(view: RuleView): Changed[] {
  const damaged = new Set(
    view
      .findings("filesystem-damage")
      .flatMap(({ entities }) => entities)
      .filter(({ kind }) => kind === "layer")
      .map(({ key }) => key),
  );
  if (damaged.size === 0) return [];
  return view.facts("directory-entry").flatMap((fact): Changed[] => {
    const layer = /\/overlay2\/([0-9a-f]{32,64})$/.exec(fact.value.path)?.[1] ?? null;
    const above = fact.value.path.endsWith("/overlay2");
    const at = view.factTime(fact, "modified");
    if (!at || !(above || (layer !== null && damaged.has(layer)))) return [];
    return [{ fact, at, layer }];
  });
}

function timeOfDay(at: Instant): string {
  return `${new Date(at.best / 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function condition(at: Instant): string {
  return at.basis === "zone-assumed" ? ", if the node's zone is UTC (assumed)" : "";
}

/** Logs of the pods that hang on the layer and end within an hour of the change. */
function nearLogEnds(view: RuleView, changed: Changed): { text: string; evidence: Evidence }[] {
  if (changed.layer === null) return [];
  const containers = view.linked({ kind: "layer", key: changed.layer }, "container");
  const pods = new Set(containers.flatMap((container) => view.linked(container, "pod")).map(({ key }) => key));
  return view.facts("pod-log").flatMap(({ value, artifact }) => {
    const last = value.collected && pods.has(value.uid) ? view.lastEventOf(artifact) : null;
    if (!last?.at || Math.abs(changed.at.best - last.at.best) > NEAR) return [];
    const minutes = Math.round(Math.abs(changed.at.best - last.at.best) / MINUTE);
    const order = changed.at.best >= last.at.best ? "after" : "before";
    return [
      { text: `${minutes} minutes ${order} the last line of the ${value.container} log in the bundle`, evidence: last },
    ];
  });
}

/** Ends of containers, known as an interval, that hold the time of the change. */
function holdingIntervals(view: RuleView, changed: Changed): { text: string; evidence: Evidence }[] {
  return view.facts("container").flatMap((fact) => {
    const at = fact.value.state === "running" ? null : view.factTime(fact, "stateAge");
    if (!at || changed.at.best < at.lo || changed.at.best >= at.hi || fact.value.pod?.sandbox) return [];
    const name = fact.value.pod?.container ?? fact.value.name ?? fact.value.id;
    const text = `inside the interval in which ${name} came to be “${fact.value.status}” (${formatInterval(at)})`;
    return [{ text, evidence: view.evidence(fact, `${fact.value.id} ${fact.value.status ?? ""}`, at) }];
  });
}

function draftFor(view: RuleView, changed: Changed): FindingDraft | null {
  const near = [...nearLogEnds(view, changed), ...holdingIntervals(view, changed)];
  if (near.length === 0) return null;
  const what = changed.layer === null ? changed.fact.value.path : `The damaged layer ${shortId(changed.layer)}`;
  const when = `${what} last changed at ~${timeOfDay(changed.at)}${condition(changed.at)}`;
  const texts = [...new Set(near.map(({ text }) => text))];
  const rest = texts.length > MOST_TOLD ? `, and ${texts.length - MOST_TOLD} more such times` : "";
  const told = `${texts.slice(0, MOST_TOLD).join(", and ")}${rest}`;
  const entities: EntityRef[] = changed.layer === null ? [] : [{ kind: "layer", key: changed.layer }];
  return {
    subject: changed.layer ?? changed.fact.value.path,
    title: `${what} last changed ${told}`,
    summary: `${when}, ${told}. That is a correlation, not a cause.`,
    confidence: "possible",
    window: changed.at,
    active: null,
    count: 1,
    evidence: [
      view.evidence(changed.fact, `${changed.fact.value.path}: last changed`, changed.at),
      ...near.map(({ evidence }) => evidence),
    ],
    entities,
  };
}

/** One directory may be listed several times. */
function distinct(changed: Changed[]): Changed[] {
  return [...new Map(changed.map((entry) => [entry.fact.value.path, entry])).values()];
}

const layer = "77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa";

const rule: StructuralRule = {
  type: "structural",
  stage: 2,
  id: "damage-times",
  title: "A damaged directory last changed when something else happened",
  passTitle: "No damaged directory changed near the end of a log or of a container",
  why: "The time of the last change is one of the few times that a damaged directory still has. What happened near it may lead to what damaged it, or may be chance.",
  layer: "runtime-storage",
  role: "marker",
  cause: "unknown",
  severity: "info",
  confidence: "possible",
  explains: [],
  remedy: [],
  references: [],
  needs: ["layer-listing"],
  evaluate: (view) => distinct(changedDirectories(view)).flatMap((changed) => draftFor(view, changed) ?? []),
  cases: {
    fires: [
      {
        "manifest.json": '{"host":"n7","collectedAt":"2024-01-06T10:00:00Z"}',
        "listing.txt": [
          "/var/lib/docker/overlay2:",
          "total 8",
          "drwx------ 9 root root 4096 Jan  3 10:00 .",
          `drwx------ 4 root root 4096 Jan  3 10:00 ${layer}`,
          "",
          `/var/lib/docker/overlay2/${layer}:`,
          "total 8",
          "drwx------ 4 root root 4096 Jan  3 10:00 .",
          "drwx------ 9 root root 4096 Jan  3 10:00 ..",
          "-????????? ? ?    ?       ?            ? link",
        ].join("\n"),
        "ps.txt": [
          "CONTAINER ID   IMAGE   COMMAND   CREATED      STATUS                    PORTS   NAMES",
          'aa00bb11cc22   web:1   "web"     9 days ago   Exited (137) 3 days ago           web',
        ].join("\n"),
      },
    ],
    quiet: [
      {
        "listing.txt": ["/var/lib/docker/overlay2:", "total 8", "drwx------ 9 root root 4096 Jan  3 10:00 ."].join(
          "\n",
        ),
      },
    ],
  },
};

export default rule;
