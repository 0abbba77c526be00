/**
 * A container that has ended, and whose own log stops long before: what it said last was not said when it died. The log
 * was cut (a disk that took no more writes, a power cut), or the program had been silent; containers that dockerd
 * found dead when it came back (255) have no end of their own, and are left to the check of those.
 */
import type { Fact } from "../model/fact.ts";
import type { FindingDraft } from "../model/rule.ts";
import { HOUR } from "../model/time.ts";
import { formatSpan, utcMinute } from "./_time.ts";
import type { RuleView, StructuralRule } from "./types.ts";

/** What dockerd writes for a container that is gone when it starts; its end is then that start. */
const FOUND_DEAD = 255;

/** The runtime's end of a container, when its time is known. */
function ends(view: RuleView): { fact: Fact<"container">; lo: number }[] {
  const best = new Map<string, { fact: Fact<"container">; lo: number; width: number }>();
  for (const fact of view.facts("container")) {
    const { state, pod, id, exitCode } = fact.value;
    if (state !== "exited" || pod?.sandbox || exitCode === FOUND_DEAD) continue;
    const at = view.factTime(fact, "finishedAt") ?? view.factTime(fact, "stateAge");
    const { key } = view.resolve("container", id);
    const known = best.get(key);
    if (at && (!known || at.hi - at.lo < known.width)) best.set(key, { fact, lo: at.lo, width: at.hi - at.lo });
  }
  return [...best.values()];
}

/** The log of this very container: by its id, or by pod, name and attempt. */
function logOf(view: RuleView, { value }: Fact<"container">): Fact<"pod-log"> | undefined {
  const container = view.resolve("container", value.id).key;
  return view.facts("pod-log").find(({ value: log }) => {
    if (!log.collected) return false;
    if (log.containerId !== null) return view.resolve("container", log.containerId).key === container;
    const uid = value.pod?.uid || view.linked({ kind: "container", key: container }, "pod")[0]?.key;
    return log.uid === uid && log.container === value.pod?.container && log.attempt === value.pod.attempt;
  });
}

function evaluate(view: RuleView): FindingDraft[] {
  return ends(view).flatMap(({ fact, lo }): FindingDraft[] => {
    const log = logOf(view, fact);
    const last = log ? view.lastEventOf(log.artifact) : null;
    if (!last?.at || lo - last.at.hi < HOUR) return [];
    const container = view.resolve("container", fact.value.id);
    const name = fact.value.pod?.container ?? fact.value.name ?? container.key.slice(0, 12);
    const silence = formatSpan(lo - last.at.hi);
    return [
      {
        subject: container.key.slice(0, 12),
        title: `The log of ${name} stops ${silence} before its container is said to have ended`,
        summary:
          `The last line in the log of ${name} (${container.key.slice(0, 12)}) is of ${utcMinute(last.at.best)}, and its container ended ` +
          `${silence} later (${fact.value.status ?? "exited"}). What it said last was not said at its end: it was silent, or what it wrote was lost.`,
        confidence: "certain",
        window: { lo: last.at.lo, hi: lo, best: last.at.best, basis: last.at.basis },
        active: null,
        count: 1,
        evidence: [
          last,
          view.evidence(fact, `${fact.value.id} ${fact.value.status ?? ""} ${fact.value.finishedAt ?? ""}`),
        ],
        entities: [container],
      },
    ];
  });
}

const ID = "aa00bb11cc22dd33ee44ff5566778899aa00bb11cc22dd33ee44ff5566778899";
const UID = "0123456789abcdef0123456789abcdef";

function bundle(last: string, exitCode = 1): Record<string, string> {
  const state = `{"Status":"exited","ExitCode":${exitCode},"StartedAt":"2026-02-10T09:00:00Z","FinishedAt":"2026-02-27T10:00:00Z"}`;
  return {
    "inspect.json": `[{"Id":"${ID}","Name":"/k8s_web_web-0_shop_${UID}_1","State":${state}}]`,
    [`pods/var/log/pods/shop_web-0_${UID}/web/1.log`]: `2026-02-10T09:00:01.1Z stdout F ready\n${last} stdout F served\n`,
  };
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "log-ends-early",
  title: "A container's log stops long before its end",
  passTitle: "No container's log stops long before its end",
  why: "The last lines of a log are taken for the last words of a program. Where hours lie between them and its death, they say nothing of its cause, and why the log stopped is a question of its own.",
  layer: "workload",
  role: "marker",
  cause: "unknown",
  severity: "info",
  confidence: "certain",
  explains: [],
  remedy: [],
  references: [],
  needs: ["container-list"],
  evaluate,
  cases: {
    fires: [bundle("2026-02-11T10:00:00.1Z")],
    quiet: [bundle("2026-02-27T09:59:59.1Z"), bundle("2026-02-11T10:00:00.1Z", 255)],
  },
};

export default rule;
