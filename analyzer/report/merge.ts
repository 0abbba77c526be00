/** One report on several bundles: the newest bundle's, with what became of every finding of all of them. */
import type { BundleSnapshot, Comparison, TrackedFinding } from "../model/comparison.ts";
import type { IncidentReport, ReportBundle, ReportComparison, ReportEvidence, ReportFinding } from "../model/report.ts";
import { changes } from "../model/words.ts";
import { bySeverity } from "./build.ts";

const MOST_CITED = 3;

/** @param bundles oldest first, with the excerpts of their evidence in their reports */
export function mergeReports(bundles: BundleSnapshot[], comparison: Comparison, notes: string[]): IncidentReport {
  const newest = bundles.at(-1)?.report;
  if (newest === undefined) throw new RangeError("no bundle to report on");
  const names = distinctNames(bundles.map(({ report }) => report.bundles[0]?.name ?? "bundle"));
  const findings = findingsOf(bundles, comparison, names);
  const { verdict } = comparison;
  const sentences = verdict.sentences.map(({ text, about }) => ({
    text,
    evidence: about.flatMap((track) => proofOf(track, findings.get(track))),
  }));
  const unsure = verdict.answer === "cannot-tell" && newest.conclusion === "healthy";
  const known = new Set(newest.entities.map(({ id }) => id));
  const older = bundles.slice(0, -1).flatMap(({ report }) => report.entities);
  const missing = older.filter(({ id }) => !known.has(id) && known.add(id));
  const wanted = new Set([...findings.values()].flatMap(({ entities }) => entities));
  return {
    ...newest,
    conclusion: unsure ? "insufficient-evidence" : newest.conclusion,
    conclusionReasons: [...sentences.map(({ text }) => text), ...newest.conclusionReasons],
    headline: verdict.headline,
    bundles: bundles.flatMap(({ report }, index) => named(report.bundles, names[index] ?? "")),
    comparison: { answer: verdict.answer, sentences, counts: countsOf(comparison), notes },
    findings: [...findings.values()].toSorted(bySeverity),
    entities: [...newest.entities, ...missing.filter(({ id }) => wanted.has(id))],
  };
}

/** What is fixed is proven by what was seen later. */
function proofOf({ change }: TrackedFinding, finding: ReportFinding | undefined): ReportEvidence[] {
  const { evidence = [], counterEvidence = [] } = finding ?? {};
  return [...(change === "fixed" ? counterEvidence.slice(0, 1) : []), ...evidence].slice(0, MOST_CITED);
}

function named(list: ReportBundle[], name: string): ReportBundle[] {
  return list.map((bundle) => ({ ...bundle, name }));
}

function distinctNames(names: string[]): string[] {
  return names.map((name, index) => {
    const before = names.slice(0, index).filter((other) => other === name).length;
    return before === 0 ? name : `${name} (${before + 1})`;
  });
}

function countsOf({ tracked }: Comparison): ReportComparison["counts"] {
  const count = (change: TrackedFinding["change"]): number => tracked.filter((track) => track.change === change).length;
  return Object.fromEntries(changes.map((change) => [change, count(change)])) as ReportComparison["counts"];
}

function findingsOf(
  bundles: BundleSnapshot[],
  { tracked }: Comparison,
  names: string[],
): Map<TrackedFinding, ReportFinding> {
  const used = new Set<string>();
  const found = new Map<TrackedFinding, ReportFinding>();
  for (const track of tracked) {
    const { findingId } = track.last;
    const own = bundles[track.lastSeen]?.report.findings.find(({ id }) => id === findingId);
    if (own === undefined) continue;
    let id = own.id;
    for (let copy = 2; used.has(id); copy++) id = `${own.id}-${copy}`;
    used.add(id);
    const old = track.lastSeen < bundles.length - 1;
    found.set(track, {
      ...own,
      id,
      active: old && track.change === "fixed" ? false : old ? null : own.active,
      evidence: old ? cited(own.evidence, names[track.lastSeen] ?? "") : own.evidence,
      counterEvidence: old ? cited(own.counterEvidence, names[track.lastSeen] ?? "") : own.counterEvidence,
      change: track.change,
      changeReason: track.reason,
    });
  }
  return found;
}

/** Evidence of an earlier bundle is told from that of the newest by the bundle's name. */
function cited(evidence: ReportEvidence[], name: string): ReportEvidence[] {
  return evidence.map((line) => ({ ...line, artifact: `${name}:${line.artifact}` }));
}
