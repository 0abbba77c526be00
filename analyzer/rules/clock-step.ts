/**
 * A clock that ran at a wrong time until the network told it the right one. That is how a Raspberry Pi without a battery
 * boots, and by itself no fault; but what was logged before the step carries a wrong time, and a gap before it is none.
 */
import type { Evidence, FindingDraft } from "../model/rule.ts";
import { MINUTE } from "../model/time.ts";
import type { ClockStepLine } from "./_clock-steps.ts";
import { clockLines, stepBetween } from "./_clock-steps.ts";
import { formatSpan, windowOf } from "./_time.ts";
import type { RuleView, StructuralRule } from "./types.ts";

/** Smaller steps put nothing out of order that matters. */
const WORTH = MINUTE;

interface Step {
  text: string;
  delta: number | null;
  evidence: Evidence[];
}

function ownSteps(lines: ClockStepLine[]): Step[] {
  return lines.flatMap(({ kind, delta, evidence }) => {
    if ((kind !== "stepped" && kind !== "refused") || delta === null || Math.abs(delta) < WORTH) return [];
    const way = delta > 0 ? "forward" : "back";
    const verb = kind === "refused" ? "was wrong and not corrected: it should move" : "was stepped";
    return [{ text: `the clock ${verb} ${way} by ${formatSpan(Math.abs(delta))}`, delta, evidence: [evidence] }];
  });
}

/** A restored time and the first synchronization after it in the same file. */
function pairs(lines: ClockStepLine[]): Step[] {
  const restored = lines.filter(({ kind }) => kind === "restored");
  return lines
    .filter(({ kind }) => kind === "synced")
    .flatMap((to): Step[] => {
      const before = restored.filter(({ evidence }) => {
        return evidence.artifact === to.evidence.artifact && evidence.line < to.evidence.line;
      });
      const from = before.findLast(({ stated }) => stated !== null);
      const evidence = [...before.slice(-2).map((line) => line.evidence), to.evidence];
      const step = from ? stepBetween(from, to) : null;
      const set = `the clock was set to ${to.stated ?? "the right time"} when the network's time came (initial clock synchronization)`;
      if (step && step.delta < WORTH) return [];
      if (step && from) {
        const size = `${step.upTo ? "at most " : ""}${formatSpan(step.delta)}`;
        return [
          {
            text: `the clock was restored to ${from.stated}, and ${set}: a step forward of ${size}`,
            delta: step.delta,
            evidence,
          },
        ];
      }
      return [{ text: set, delta: null, evidence }];
    });
}

/** The wrapped second half of a line may hold the restored time alone. */
function evaluate(view: RuleView): FindingDraft[] {
  const lines = clockLines(view);
  const steps = [...ownSteps(lines), ...pairs(lines)];
  const jumps = lines.filter(({ kind }) => kind === "jumped");
  const changed = lines.filter(({ kind }) => kind === "changed");
  const sized = steps.filter(({ delta }) => delta !== null);
  if (steps.length === 0 && jumps.length === 0) return [];
  if (sized.length === 0 && jumps.length === 0 && changed.length === 0) return [];
  const synchronized = view.facts("clock").some(({ value }) => value.synchronized === true);
  const told =
    steps.length > 0 ? steps.map(({ text }) => text) : ["the clock jumped backwards between two lines of the journal"];
  const evidence = [
    ...steps.flatMap((step) => step.evidence),
    ...jumps.slice(0, 2).map((line) => line.evidence),
    ...changed.slice(0, 1).map((line) => line.evidence),
  ];
  const refused = lines.some(({ kind }) => kind === "refused");
  const harmless = (synchronized || sized.length === 0) && !refused && changed.length === 0;
  return [
    {
      subject: "",
      title: "The clock was wrong at first and was stepped: times before the step are wrong",
      summary:
        `${[...new Set(told)].slice(0, 3).join("; ").replace(/^t/, "T")}. What was logged before the step is backdated or too late by as much; ` +
        "order it by the seconds since boot, and take no gap before the step for an outage.",
      confidence: sized.length > 0 ? "certain" : "likely",
      severity: refused ? "major" : harmless || synchronized ? "info" : "minor",
      window: windowOf(evidence.map(({ at }) => at)),
      active: refused ? true : null,
      count: steps.length + jumps.length,
      evidence: evidence.slice(0, 8),
      entities: [],
    },
  ];
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "clock-step",
  title: "The clock was wrong and was stepped",
  passTitle: "The clock was not stepped, as far as the logs tell",
  why: "Without a clock that runs on a battery, a machine starts at the last time it saved. Certificates may seem not valid yet, leases expire, and the log's times before the step are wrong.",
  layer: "clock",
  role: "cause",
  cause: "clock-wrong",
  severity: "minor",
  confidence: "certain",
  explains: ["clock-before-certificate", "etcd-clock-drift"],
  remedy: [
    {
      text: "See what sets the clock, and whether it is right now.",
      command:
        "timedatectl; timedatectl timesync-status 2>/dev/null; chronyc tracking 2>/dev/null; ls /dev/rtc* 2>/dev/null",
      risk: "safe",
    },
    {
      text: "Read the log in order of the seconds since boot.",
      command: "sudo journalctl -b -o short-monotonic --no-pager | less",
      risk: "safe",
    },
    {
      text: "Let what needs the right time wait for it, or add a clock module with a battery (a Pi 5 has a connector for one).",
      command: "sudo systemctl enable --now systemd-time-wait-sync.service",
      risk: "change",
    },
  ],
  references: ["https://www.freedesktop.org/software/systemd/man/latest/systemd-timesyncd.service.html"],
  needs: ["logs"],
  evaluate,
  cases: {
    fires: [
      {
        "boot.log": [
          "[   14.100000] systemd-timesyncd[311]: System clock time unset or jumped backwards, restored from recorded timestamp: Mon 2024-03-04 10:00:00 UTC",
          "[   60.100000] systemd-timesyncd[311]: Initial clock synchronization to Mon 2024-03-04 15:12:13.123456 UTC.",
        ].join("\n"),
      },
      { "chrony.log": "Mar 04 11:12:13 n7 chronyd[412]: System clock wrong by 4211.235 seconds\n" },
    ],
    quiet: [
      {
        "sync.log":
          "Mar 04 11:12:13 n7 systemd-timesyncd[311]: Initial clock synchronization to Mon 2024-03-04 11:12:13.123456 UTC.\n",
      },
      { "chrony.log": "Mar 04 11:12:13 n7 chronyd[412]: System clock wrong by -0.004 seconds\n" },
    ],
  },
};

export default rule;
