/**
 * The node was started not long before the collection, and the containers with it: containers that are older than the
 * boot and all run since it did not fail on their own.
 */
import type { Fact } from "../model/fact.ts";
import type { FindingDraft } from "../model/rule.ts";
import { DAY, MINUTE, SECOND } from "../model/time.ts";
import { formatSpan } from "./_time.ts";
import type { RuleView, StructuralRule } from "./types.ts";

const NEAR = DAY;

function uptime(view: RuleView): Fact<"clock"> | null {
  return view.facts("clock").find(({ value }) => value.reading === "uptime" && value.seconds !== null) ?? null;
}

/** Seconds of an age such as `21 minutes` or `About an hour`, rounded as docker does; null for others. */
function ageOf(text: string | null): number | null {
  const match = /(\d+|an?|less than a) (second|minute|hour|day|week|month|year)/i.exec(text ?? "");
  if (!match) return null;
  const count = /\d/.test(match[1] ?? "") ? Number(match[1]) : 1;
  const unit = { second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800, month: 2_592_000, year: 31_536_000 };
  return count * (unit[(match[2] ?? "").toLowerCase() as keyof typeof unit] ?? 0);
}

function evaluate(view: RuleView): FindingDraft[] {
  const boot = uptime(view);
  const seconds = boot?.value.seconds ?? 0;
  const length = seconds * SECOND;
  if (!boot || length > NEAR) return [];
  const names = new Map<string, Fact<"container">>();
  for (const fact of view.facts("container")) {
    const { state, createdAge, stateAge, status, pod, name, id } = fact.value;
    const created = ageOf(createdAge);
    const up = ageOf(stateAge ?? status);
    if (state !== "running" || created === null || up === null || pod?.sandbox) continue;
    if (created > seconds * 2 && up <= seconds + 120) names.set(pod?.container ?? name ?? id, fact);
  }
  if (names.size < 2) return [];
  const listed = [...names.keys()].slice(0, 5).join(", ");
  const at = view.collectedAt;
  const started = at
    ? { ...at, lo: at.lo - length - MINUTE, hi: at.hi - length + MINUTE, best: at.best - length }
    : null;
  return [
    {
      subject: "",
      title: `The node was rebooted ${formatSpan(length)} before the collection, and its containers came back with it`,
      summary:
        `The node is up for ${formatSpan(length)} only, while ${names.size} of its containers (${listed}) are older and run since then: ` +
        "the whole machine restarted, not a container of its own accord. Why, only the log of the boot before would tell.",
      confidence: "certain",
      window: started,
      active: null,
      count: names.size,
      evidence: [
        view.evidence(boot, `up ${formatSpan(length)}`, at),
        ...[...names.values()]
          .slice(0, 5)
          .map((fact) => view.evidence(fact, `${fact.value.name ?? fact.value.id} ${fact.value.status ?? ""}`)),
      ],
      entities: [],
    },
  ];
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "recent-reboot",
  title: "The node was rebooted shortly before the collection",
  passTitle: "No running container was started again by a reboot of the node",
  why: "When all containers restart together, the search belongs to the machine: power, heat, the kernel, or a person. It does not belong to the containers.",
  layer: "power",
  role: "marker",
  cause: "unknown",
  severity: "info",
  confidence: "certain",
  explains: [],
  remedy: [],
  references: [],
  needs: ["clock", "container-list"],
  evaluate,
  cases: {
    fires: [
      {
        "uptime.txt": " 12:03:11 up 41 min,  1 user,  load average: 0.31, 0.25, 0.19\n",
        "ps.txt": [
          "CONTAINER ID   IMAGE   COMMAND   CREATED      STATUS          PORTS   NAMES",
          'aa00bb11cc22   web:1   "web"     3 weeks ago  Up 40 minutes           web',
          'bb00bb11cc22   db:1    "db"      3 weeks ago  Up 40 minutes           db',
        ].join("\n"),
      },
    ],
    quiet: [
      {
        "uptime.txt": " 12:03:11 up 41 min,  1 user,  load average: 0.31, 0.25, 0.19\n",
        "ps.txt": [
          "CONTAINER ID   IMAGE   COMMAND   CREATED          STATUS          PORTS   NAMES",
          'aa00bb11cc22   web:1   "web"     30 minutes ago   Up 30 minutes           web',
        ].join("\n"),
      },
    ],
  },
};

export default rule;
