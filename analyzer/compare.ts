/** Several bundles of one node: each through the pipeline, then one report on all of them. */
import type { Database } from "better-sqlite3";
import { examine } from "./analyze.ts";
import { compareBundles } from "./diagnosis/repair.ts";
import { inOrder, sameNode } from "./diagnosis/same-node.ts";
import type { AnalysisOptions, Progress } from "./model/analysis.ts";
import type { OpenedBundle } from "./model/artifact.ts";
import type { BundleSnapshot } from "./model/comparison.ts";
import type { IncidentReport } from "./model/report.ts";
import { mergeReports } from "./report/merge.ts";
import { visibilityOf } from "./rules/_witnesses.ts";
import { identityOf } from "./store/identity.ts";

export interface BundleInput {
  /** As given on the command line. */
  label: string;
  open: () => Promise<OpenedBundle>;
  /** Empty; stays open until the report is there. */
  database: Database;
}

/** The bundles are of different nodes. */
export class DifferentNodes extends Error {}

/**
 * Analyses bundles of one node and reports on all of them together.
 * @returns the report, and which of the inputs is the newest
 * @throws DifferentNodes, and what `examine` throws
 */
export async function analyzeSeveral(
  inputs: BundleInput[],
  options: AnalysisOptions,
  onProgress: (progress: Progress) => void,
): Promise<{ report: IncidentReport; newest: BundleInput }> {
  const bySnapshot = new Map<BundleSnapshot, BundleInput>();
  for (const input of inputs) bySnapshot.set(await snapshot(input, options, onProgress), input);
  const snapshots = [...bySnapshot.keys()];
  const notes = checkNodes(snapshots, inputs);
  const { ordered, why } = inOrder(snapshots);
  const newest = ordered.at(-1) as BundleSnapshot;
  const report = mergeReports(ordered, compareBundles(ordered), [...notes, `Ordered by ${why}.`]);
  return { report, newest: bySnapshot.get(newest) as BundleInput };
}

async function snapshot(
  { open, database }: BundleInput,
  options: AnalysisOptions,
  onProgress: (progress: Progress) => void,
): Promise<BundleSnapshot> {
  const examined = await examine(open, database, options, onProgress);
  const { report } = examined;
  const refused = report.coverage.filter(({ status }) => status !== "ok" && status !== "empty");
  return {
    ...examined,
    identity: identityOf(database, report.node.host),
    visibility: visibilityOf(database, new Set(refused.map(({ item }) => item))),
  };
}

function checkNodes(snapshots: BundleSnapshot[], inputs: BundleInput[]): string[] {
  const [first, ...others] = snapshots;
  if (first === undefined) return [];
  const reasons = others.map((other, index) => {
    const verdict = sameNode(first.identity, other.identity);
    if (verdict.same) return verdict.why;
    throw new DifferentNodes(`${inputs[0]?.label} and ${inputs[index + 1]?.label} are not of one node: ${verdict.why}`);
  });
  return [`Taken to be of one node: ${[...new Set(reasons)].join("; ")}.`];
}
