/** A container that the runtime starts again and again, as its list or its own record says, and with what it ends. */
import type { Fact } from "../model/fact.ts";
import type { FindingDraft } from "../model/rule.ts";
import type { RuleView, StructuralRule } from "./types.ts";

/** Restarts after which a container that is down counts as one that does not come up. */
const MANY = 5;

const CODES: Record<number, string> = {
  126: "its program cannot be run",
  127: "its program was not found",
  132: "illegal instruction",
  134: "it aborted itself",
  135: "bus error",
  136: "arithmetic error",
  137: "killed, often for want of memory",
  139: "segmentation fault",
  143: "it was told to end",
};

/** One fact per container: the one that knows its restarts. */
function restarting(view: RuleView): Fact<"container">[] {
  const best = new Map<string, Fact<"container">>();
  for (const fact of view.facts("container")) {
    const { state, restartCount, exitCode } = fact.value;
    const isDown = state !== null && state !== "running" && (restartCount ?? 0) >= MANY && exitCode !== 0;
    if (state !== "restarting" && !isDown) continue;
    const { key } = view.resolve("container", fact.value.id);
    const known = best.get(key);
    if (!known || (known.value.restartCount === null && restartCount !== null)) best.set(key, fact);
  }
  return [...best.values()];
}

function draftFor(view: RuleView, fact: Fact<"container">): FindingDraft {
  const { id, name, exitCode, restartCount, status } = fact.value;
  const container = view.resolve("container", id);
  const called = name ?? container.key.slice(0, 12);
  const word = exitCode === null ? undefined : CODES[exitCode];
  const code = exitCode === null ? "" : `: it ends with ${exitCode}${word ? ` (${word})` : ""}`;
  const times = restartCount === null || restartCount === 0 ? "" : `, ${restartCount} times by now`;
  return {
    subject: container.key,
    title: `The container ${called} is started again and again${code}`,
    summary: `The runtime starts the container ${called} again each time it ends${times}${code}. Its own last lines tell why.`,
    confidence: "certain",
    window: view.factTime(fact, "finishedAt") ?? view.factTime(fact, "stateAge"),
    active: true,
    openStart: true,
    count: Math.max(1, restartCount ?? 1),
    evidence: [view.evidence(fact, `${container.key.slice(0, 12)} ${called}: ${status ?? `restarts ${restartCount}`}`)],
    entities: [container],
  };
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "container-restarting",
  title: "A container is started again and again",
  passTitle: "The runtime's list shows no container that is started again and again",
  why: "A container that ends soon after each start is seldom at fault itself: its code says how it ended, and its last lines why.",
  layer: "workload",
  role: "effect",
  cause: "unknown",
  severity: "minor",
  confidence: "certain",
  explains: [],
  remedy: [
    {
      text: "Read its last lines, and how it ended.",
      command: "docker logs --tail 50 <container>; docker inspect -f '{{json .State}}' <container>",
      risk: "safe",
    },
  ],
  references: ["https://docs.docker.com/engine/containers/start-containers-automatically/"],
  needs: ["container-list"],
  evaluate: (view) => restarting(view).map((fact) => draftFor(view, fact)),
  cases: {
    fires: [
      {
        "docker-ps.txt": [
          "CONTAINER ID   IMAGE     COMMAND   CREATED      STATUS                            PORTS   NAMES",
          'aa0bb1cc2dd3   worker:2  "/run"    2 days ago   Restarting (139) 41 seconds ago           worker',
        ].join("\n"),
      },
    ],
    quiet: [
      {
        "docker-ps.txt": [
          "CONTAINER ID   IMAGE     COMMAND   CREATED      STATUS                     PORTS   NAMES",
          'aa0bb1cc2dd3   worker:2  "/run"    2 days ago   Exited (139) 2 hours ago           worker',
          'bb0bb1cc2dd3   web:2     "/run"    2 days ago   Up 2 days                          web',
        ].join("\n"),
      },
    ],
  },
};

export default rule;
