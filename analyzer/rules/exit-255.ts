/**
 * `Exited (255)` has two readings (moby daemon/daemon.go, restore): dockerd came back and found the container gone, or
 * the process itself ended with 255, as glog's and klog's Fatal do. Says which, or both.
 */
import type { Fact } from "../model/fact.ts";
import type { Evidence, FindingDraft } from "../model/rule.ts";
import type { Instant } from "../model/time.ts";
import { SECOND } from "../model/time.ts";
import { formatInterval } from "./_text.ts";
import { windowOf } from "./_time.ts";
import type { RuleView, StructuralRule } from "./types.ts";

const TOGETHER = 10 * SECOND;

/** One fact per container: the one that knows most of its times. */
function dead255(view: RuleView): Fact<"container">[] {
  const best = new Map<string, Fact<"container">>();
  for (const fact of view.facts("container")) {
    if (fact.value.exitCode !== 255 || fact.value.state === "running") continue;
    const { key } = view.resolve("container", fact.value.id);
    const known = best.get(key);
    if (!known || (known.value.finishedAt === null && fact.value.finishedAt !== null)) best.set(key, fact);
  }
  return [...best.values()];
}

function finished(view: RuleView, fact: Fact<"container">): Instant | null {
  return view.factTime(fact, "finishedAt") ?? view.factTime(fact, "stateAge");
}

/** Siblings that run since before the death: dockerd was not restarted in between (unless live-restore is on). */
function upForLonger(view: RuleView, death: Instant | null): Fact<"container">[] {
  return view.facts("container").filter((fact) => {
    if (fact.value.state !== "running" || !death) return false;
    const started = view.factTime(fact, "startedAt") ?? view.factTime(fact, "stateAge");
    return started !== null && started.hi <= death.lo;
  });
}

function burstDraft(view: RuleView, facts: Fact<"container">[]): FindingDraft {
  const at = windowOf(facts.map((fact) => finished(view, fact)));
  const evidence = facts.slice(0, 4).flatMap((fact) => linesOf(view, fact));
  return {
    subject: "burst",
    title: `${facts.length} containers were found dead when the runtime came back`,
    summary:
      `${facts.length} containers are “Exited (255)” with the same end, ${formatInterval(at)}. That is when dockerd started ` +
      "again and found them gone, not when they died: the death lies between the last sign of life before it and this time.",
    confidence: "certain",
    window: at,
    active: null,
    count: facts.length,
    evidence,
    entities: facts.map((fact) => view.resolve("container", fact.value.id)),
  };
}

/** The line of the fact; with those of its exit code and its end, where they are others. */
function linesOf(view: RuleView, fact: Fact<"container">): Evidence[] {
  const { id, status, finishedAt, name, places } = fact.value;
  const text = `${id} ${status ?? `exit code 255, finished ${finishedAt ?? "?"}`} ${name ?? ""}`;
  const own = (["exitCode", "finishedAt"] as const).filter((field) => places?.[field] !== undefined);
  const fields = ["", ...own];
  // The last of them tells the time, and stands for all of them among the key events.
  return fields.map((field) => view.evidence(fact, text, field === fields.at(-1) ? finished(view, fact) : null, field));
}

function singleDraft(view: RuleView, fact: Fact<"container">): FindingDraft {
  const at = finished(view, fact);
  const siblings = upForLonger(view, at);
  const container = view.resolve("container", fact.value.id);
  const name = fact.value.pod?.container ?? fact.value.name ?? fact.value.id;
  const against =
    siblings.length > 0
      ? ` ${siblings.length} other containers have been up since before that, which speaks against a restart of dockerd (unless live-restore is on).`
      : "";
  return {
    subject: container.key.slice(0, 12),
    title: `${name} (${container.key.slice(0, 12)}) is “Exited (255)”: the time may not be its death`,
    summary:
      `${name} is “${fact.value.status ?? "Exited (255)"}”, that is ${formatInterval(at)}. Either dockerd came back then and found it ` +
      `dead, so that it died earlier, or the process itself ended with 255 then.${against}`,
    confidence: "certain",
    window: at,
    active: null,
    count: 1,
    evidence: linesOf(view, fact),
    counterEvidence: siblings.slice(0, 4).map((other) => {
      return view.evidence(
        other,
        `${other.value.id} ${other.value.status ?? other.value.state} ${other.value.name ?? ""}`,
        null,
      );
    }),
    entities: [container, ...view.linked(container, "pod")],
  };
}

function evaluate(view: RuleView): FindingDraft[] {
  const dead = dead255(view);
  const timed = dead.filter((fact) => view.factTime(fact, "finishedAt") !== null);
  const burst = timed.filter((fact) => {
    const own = view.factTime(fact, "finishedAt")?.best ?? 0;
    return (
      timed.filter((other) => Math.abs((view.factTime(other, "finishedAt")?.best ?? 0) - own) < TOGETHER).length >= 3
    );
  });
  const rest = dead.filter((fact) => !burst.includes(fact));
  const together = burst.length >= 3 ? [burstDraft(view, burst)] : [];
  return [...together, ...rest.slice(0, 10).map((fact) => singleDraft(view, fact))];
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "exit-255",
  title: "A container is “Exited (255)”",
  passTitle: "No container is “Exited (255)”",
  why: "255 is what dockerd writes for a container that it finds gone when it starts. Its finish time is then the time of that start. Taking it for the death sends the search to the wrong hour.",
  layer: "runtime",
  role: "marker",
  cause: "unknown",
  severity: "info",
  confidence: "certain",
  explains: [],
  remedy: [],
  references: ["https://github.com/moby/moby/blob/master/daemon/daemon.go"],
  needs: ["container-list"],
  evaluate,
  cases: {
    fires: [
      {
        "ps.txt": [
          "CONTAINER ID   IMAGE   COMMAND   CREATED      STATUS                      PORTS   NAMES",
          'aa00bb11cc22   web:1   "web"     3 days ago   Exited (255) 3 hours ago            web',
        ].join("\n"),
      },
    ],
    quiet: [
      {
        "ps.txt": [
          "CONTAINER ID   IMAGE   COMMAND   CREATED      STATUS                      PORTS   NAMES",
          'aa00bb11cc22   web:1   "web"     3 days ago   Exited (137) 3 hours ago            web',
        ].join("\n"),
      },
    ],
  },
};

export default rule;
