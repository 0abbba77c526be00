/** Findings to ranked root causes with their chains (README.md, "From findings to causes"). */
import type { Diagnosis, DiagnosisInput, RootCause } from "../model/diagnosis.ts";
import type { Finding } from "../model/rule.ts";
import { confidences, layers, severities } from "../model/words.ts";
import { alternativesOf } from "./alternatives.ts";
import type { ExplanationGraph } from "./graph.ts";
import { explain, longestChain } from "./graph.ts";
import { byRank } from "./order.ts";
import { reasonsFor } from "./reasons.ts";
import { triggerOf } from "./trigger.ts";

/** Fewer events and facts than this are too little to call a node healthy. */
const LEAST_EVENTS = 20;
/** Evidence of which a healthy verdict needs at least this much. */
const LEAST_NEEDS = 3;

/** The verdict over all findings. */
export function diagnose(input: DiagnosisInput): Diagnosis {
  const findings = input.findings.toSorted(byRank);
  const graph = explain(findings, input.connected);
  const candidates = findings.filter((finding) => isCandidate(finding, graph));
  const rootCauses = merge(candidates, graph, input)
    .toSorted((a, b) => score(b, graph) - score(a, graph) || byRank(a.finding, b.finding))
    .slice(0, 5);
  return { ...conclude(rootCauses, input), rootCauses };
}

/** A root cause is a finding with a cause that no other finding explains; what is over explains nothing that goes on. */
function isCandidate(finding: Finding, graph: ExplanationGraph): boolean {
  if (finding.role !== "cause" && finding.role !== "effect") return false;
  if (finding.cause === "unknown" || finding.severity === "info") return false;
  const explainers = graph.explainers(finding).filter((other) => other.cause !== "unknown");
  return explainers.every((other) => other.active === false && finding.active !== false);
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
    (finding.active === false ? 0 : 100) + longestChain(finding, graph).length * 10 + finding.evidence.length;
  const finding = group.reduce((best, next) => (strength(next) > strength(best) ? next : best));
  const history = graph.explainers(finding).filter((other) => other.active === false && other.cause !== "unknown");
  const chain = [...history.slice(0, 1), ...longestChain(finding, graph)];
  const followers = group.flatMap((member) => [...graph.reach(member)]);
  const consequences = [...new Set([...group, ...followers])].filter((other) => !chain.includes(other));
  const { confidence, reasons } = reasonsFor(finding, [...group, ...chain], input);
  return {
    cause: finding.cause,
    finding,
    confidence,
    reasons,
    chain,
    consequences: consequences.toSorted(byRank),
    trigger: triggerOf(finding, input),
    alternatives: alternativesOf(finding, chain, input),
    remedy: finding.remedy,
    active: finding.active,
  };
}

/** What goes on counts first, then how much it explains, how sure it is, and how deep it lies. */
function score(root: RootCause, graph: ExplanationGraph): number {
  const { finding, active, chain, confidence } = root;
  const symptoms = [...graph.reach(finding)].filter(({ role }) => role === "symptom").length;
  return (
    (active === false ? 0 : 1000) +
    (chain.at(-1)?.role === "symptom" ? 200 : 0) +
    (severities.length - severities.indexOf(finding.severity)) * 60 +
    (confidences.length - confidences.indexOf(confidence)) * 40 +
    (finding.role === "cause" ? 80 : 0) +
    Math.min(symptoms, 5) * 10 +
    (layers.length - layers.indexOf(finding.layer)) * 4 -
    finding.counterEvidence.length * 10
  );
}

function conclude(roots: RootCause[], input: DiagnosisInput): Omit<Diagnosis, "rootCauses"> {
  const [first] = roots;
  if (first) {
    const state = first.active === false ? " (over by the end of the evidence)" : "";
    return { conclusion: "cause-found", reasons: first.reasons, headline: `${first.finding.title}${state}` };
  }
  const trouble = input.findings.filter(({ severity, role }) => severity !== "info" && role !== "marker");
  if (trouble.length > 0) {
    const worst = trouble.toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity))[0];
    const reasons = [
      `${trouble.length} findings say that something is wrong, and none of them says why.`,
      ...lack(input),
    ];
    return { conclusion: "trouble-cause-unknown", reasons, headline: worst?.title ?? "Trouble of unknown cause" };
  }
  const { events, facts } = input.counts;
  if (events + facts < LEAST_EVENTS || input.present.size < LEAST_NEEDS) {
    const reasons = [`${events} log lines and ${facts} facts are too little to tell.`, ...lack(input)];
    return {
      conclusion: "insufficient-evidence",
      reasons,
      headline: "Too little evidence to say anything about this node",
    };
  }
  const passed = input.checks.filter(({ verdict }) => verdict === "pass").length;
  const reasons = [`${passed} checks ran over ${events} log lines and ${facts} facts and found nothing wrong.`];
  return { conclusion: "healthy", reasons, headline: "Nothing wrong was found on this node" };
}

function lack(input: DiagnosisInput): string[] {
  if (input.missing.length === 0) return [];
  return [`Not in the bundle: ${input.missing.map(({ title }) => title).join("; ")}.`];
}
