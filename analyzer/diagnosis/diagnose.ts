/** Findings to ranked root causes with their chains (README.md, "From findings to causes"). */
import type { Diagnosis, DiagnosisInput, RootCause } from "../model/diagnosis.ts";
import type { Finding } from "../model/rule.ts";
import { DAY } from "../model/time.ts";
import { confidences, layers, severities } from "../model/words.ts";
import { alternativesOf } from "./alternatives.ts";
import { conclude } from "./conclude.ts";
import { decidingTest } from "./deciding.ts";
import type { ExplanationGraph } from "./graph.ts";
import { bestChain, explain } from "./graph.ts";
import { byRank, leavesDamage, NEAR } from "./order.ts";
import { reasonsFor } from "./reasons.ts";
import { triggersOf, triggerText } from "./trigger.ts";

/** Root causes of one node that are worth a reader's time. */
const MOST_ROOTS = 5;

/** The verdict over all findings. */
export function diagnose(input: DiagnosisInput): Diagnosis {
  const findings = input.findings.toSorted(byRank);
  const graph = explain(findings, input.connected);
  const candidates = findings.filter((finding) => isCandidate(finding, graph));
  const ranked = merge(candidates, graph, input).toSorted(
    (a, b) => score(b, graph) - score(a, graph) || byRank(a.finding, b.finding),
  );
  const { rootCauses, setAside } = weighOld(ranked, input);
  return { ...conclude(rootCauses, setAside, input), rootCauses: rootCauses.slice(0, MOST_ROOTS) };
}

/** A root cause is a finding with a cause that no other finding explains; what is over explains nothing that goes on. */
function isCandidate(finding: Finding, graph: ExplanationGraph): boolean {
  if (finding.role !== "cause" && finding.role !== "effect") return false;
  if (finding.cause === "unknown" || finding.severity === "info") return false;
  const explainers = graph.explainers(finding).filter((other) => other.cause !== "unknown");
  return explainers.every((other) => other.active === false && finding.active !== false);
}

function isOldAndSmall({ active, finding }: RootCause): boolean {
  return active === false && (finding.severity === "minor" || finding.severity === "info");
}

/** Whether a trouble was over long before the one that goes on began: another story. */
function isEarlierStory({ active, finding }: RootCause, first: RootCause | undefined): boolean {
  if (active !== false || first?.active !== true || !finding.window || !first.finding.window) return false;
  return first.finding.window.lo - finding.window.hi > NEAR;
}

/** Without a sign of it for so long, a trouble is history: whoever collects the bundle now has another reason. */
const HISTORY = 7 * DAY;

/** Whether a trouble was over long before the logs end, left nothing broken on the disk, and nothing is down since then. */
function isHistory({ active, finding }: RootCause, { endOfLogs = null, containersDown }: DiagnosisInput): boolean {
  if (active !== false || containersDown === true || !finding.window || endOfLogs === null || leavesDamage(finding))
    return false;
  return endOfLogs - finding.window.hi > HISTORY;
}

/** Troubles that are over and small, or long over, are no root causes, unless one of them likely set off what is. They are told as set aside. */
function weighOld(ranked: RootCause[], input: DiagnosisInput): { rootCauses: RootCause[]; setAside: RootCause[] } {
  const triggers = ranked.flatMap((root) =>
    root.triggers.filter(({ likelihood }) => likelihood === "likely").map(({ finding }) => finding),
  );
  const setAside = ranked.filter(
    (root) =>
      (isOldAndSmall(root) || isEarlierStory(root, ranked[0]) || isHistory(root, input)) &&
      !triggers.includes(root.finding),
  );
  const rootCauses = ranked.filter((root) => !setAside.includes(root));
  const [first, ...others] = rootCauses;
  if (!first) return { rootCauses, setAside };
  const told = setAside.filter(({ cause }) => !first.triggers.some(({ finding }) => finding.cause === cause));
  const whyNot = "It was over before the end of the evidence, and nothing that goes on follows from it.";
  const alternatives = [
    ...first.alternatives,
    ...told.map(({ cause, finding }) => ({ cause, title: finding.title, whyNot })),
  ];
  return { rootCauses: [{ ...first, alternatives }, ...others], setAside };
}

function merge(candidates: Finding[], graph: ExplanationGraph, input: DiagnosisInput): RootCause[] {
  const groups: Finding[][] = [];
  for (const finding of candidates) {
    const group = groups.find(([first]) => first !== undefined && belongTogether(first, finding, input));
    if (group) group.push(finding);
    else groups.push([finding]);
  }
  return groups.map((group) => rootCause(group, graph, input));
}

function belongTogether(a: Finding, b: Finding, input: DiagnosisInput): boolean {
  if (a.cause !== b.cause) return false;
  if (a.entities.length === 0 || b.entities.length === 0) return true;
  return a.layer === b.layer || a.entities.some((x) => b.entities.some((y) => input.connected(x, y)));
}

function rootCause(group: Finding[], graph: ExplanationGraph, input: DiagnosisInput): RootCause {
  const strength = (finding: Finding): number =>
    (finding.active === false ? 0 : 100) + bestChain(finding, graph).length * 10 + finding.evidence.length;
  const finding = group.reduce((best, next) => (strength(next) > strength(best) ? next : best));
  const history = graph.explainers(finding).filter((other) => other.active === false && other.cause !== "unknown");
  const chain = [...history.slice(0, 1), ...bestChain(finding, graph)];
  const followers = group.flatMap((member) => [...graph.reach(member)]);
  const consequences = [...new Set([...group, ...followers])].filter((other) => !chain.includes(other));
  const { confidence, reasons } = reasonsFor(finding, group, chain, input);
  const triggers = triggersOf(finding, chain, input);
  return {
    cause: finding.cause,
    finding,
    confidence,
    reasons,
    chain,
    consequences: consequences.toSorted(byRank),
    triggers,
    trigger: triggerText(finding, triggers, input),
    deciding: decidingTest(finding, triggers, input),
    alternatives: alternativesOf(finding, chain, triggers, graph, input),
    remedy: finding.remedy,
    active: finding.active,
  };
}

/** What goes on counts first, then how much it explains, how sure it is, and how deep it lies. */
function score(root: RootCause, graph: ExplanationGraph): number {
  const { finding, active, chain, confidence } = root;
  const symptoms = [...graph.reach(finding)].filter(({ role }) => role === "symptom").length;
  const against = active === false ? 0 : finding.counterEvidence.length;
  return (
    (active === false ? 0 : 1000) +
    (chain.at(-1)?.role === "symptom" ? 200 : 0) +
    (severities.length - severities.indexOf(finding.severity)) * 60 +
    (confidences.length - confidences.indexOf(confidence)) * 40 +
    (finding.role === "cause" ? 80 : 0) +
    Math.min(symptoms, 5) * 10 +
    (layers.length - layers.indexOf(finding.layer)) * 4 -
    Math.min(against, 3) * 20
  );
}
