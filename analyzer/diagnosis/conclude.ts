/** From root causes, or from their absence, to the conclusion. */
import type { Diagnosis, DiagnosisInput, RootCause } from "../model/diagnosis.ts";
import type { Finding } from "../model/rule.ts";
import type { Micros } from "../model/time.ts";
import { DAY } from "../model/time.ts";
import { severities } from "../model/words.ts";

/** Fewer events and facts than this are too little to call a node healthy. */
const LEAST_EVENTS = 20;
/** Evidence of which a healthy verdict needs at least this much. */
const LEAST_NEEDS = 3;

/** @param setAside small troubles that were over and that nothing followed from */
export function conclude(
  roots: RootCause[],
  setAside: RootCause[],
  input: DiagnosisInput,
): Omit<Diagnosis, "rootCauses"> {
  const [first] = roots;
  if (first) {
    const state = first.active === false ? " (over by the end of the evidence)" : "";
    return { conclusion: "cause-found", reasons: first.reasons, headline: `${first.finding.title}${state}` };
  }
  const old = setAside.map(({ finding }) => `${overOf(finding, input.endOfLogs ?? null)}: ${finding.title}.`);
  const over = new Set(
    setAside.flatMap(({ finding, chain, consequences }) => [
      finding,
      ...consequences,
      ...chain.filter(({ active }) => active === false),
    ]),
  );
  const trouble = input.findings.filter(
    (finding) => finding.severity !== "info" && finding.role !== "marker" && !over.has(finding),
  );
  if (trouble.length > 0) {
    const worst = trouble.toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity))[0];
    const reasons = [
      trouble.length === 1
        ? "One finding says that something is wrong, and nothing says why."
        : `${trouble.length} findings say that something is wrong, and none of them says why.`,
      ...old,
      ...lack(input),
    ];
    return { conclusion: "trouble-cause-unknown", reasons, headline: worst?.title ?? "Trouble of unknown cause" };
  }
  const { events, facts } = input.counts;
  if (events + facts < LEAST_EVENTS || input.present.size < LEAST_NEEDS) {
    const reasons = [`${events} events and ${facts} facts are too little to tell.`, ...old, ...lack(input)];
    return {
      conclusion: "insufficient-evidence",
      reasons,
      headline: "Too little evidence to say anything about this node",
    };
  }
  const passed = input.checks.filter(({ verdict }) => verdict === "pass").length;
  const reasons = [`${passed} checks ran over ${events} events and ${facts} facts and found nothing wrong.`, ...old];
  const headline = old.length > 0 ? "Nothing is wrong on this node now" : "Nothing wrong was found on this node";
  return { conclusion: "healthy", reasons, headline };
}

/** How a trouble that is no root cause is told: one that ended days ago with the length of the calm after it. */
function overOf({ window }: Finding, endOfLogs: Micros | null): string {
  const calm = window && endOfLogs !== null ? Math.floor((endOfLogs - window.hi) / DAY) : 0;
  if (calm >= 2) return `Over for ${calm} days when the logs end`;
  return "Over by the end of the evidence, without consequences";
}

function lack(input: DiagnosisInput): string[] {
  if (input.missing.length === 0) return [];
  return [`Not in the bundle: ${input.missing.map(({ title }) => title).join("; ")}.`];
}
