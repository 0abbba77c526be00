import { analyze } from "../../analyzer/analyze.ts";
import { analyzeSeveral } from "../../analyzer/compare.ts";
import { openBundle } from "../../analyzer/bundle/open.ts";
import type { AnalysisOptions } from "../../analyzer/model/analysis.ts";
import type { OpenedBundle } from "../../analyzer/model/artifact.ts";
import type { IncidentReport } from "../../analyzer/model/report.ts";
import { createStore } from "../../analyzer/store/open.ts";
import { memoryBundle } from "./memory-bundle.ts";

const PLAIN: AnalysisOptions = {
  timezone: null,
  year: null,
  collectedAt: null,
  rules: null,
  version: "0.0.0-test",
};

/** The report of a bundle on disk, or of texts in memory. */
export async function reportOf(
  bundle: string | Record<string, string>,
  options: Partial<AnalysisOptions> = {},
): Promise<IncidentReport> {
  const open: () => Promise<OpenedBundle> =
    typeof bundle === "string" ? () => openBundle([bundle]) : memoryBundle(bundle);
  const database = await createStore("");
  try {
    return await analyze(open, database, { ...PLAIN, ...options }, () => undefined);
  } finally {
    database.close();
  }
}

/** The one report on several bundles; a list of paths is a bundle of loose files. */
export async function reportOnSeveral(bundles: (string | string[])[]): Promise<IncidentReport> {
  const inputs = await Promise.all(
    bundles.map(async (paths) => ({
      label: paths.toString(),
      open: () => openBundle([paths].flat()),
      database: await createStore(""),
    })),
  );
  try {
    return (await analyzeSeveral(inputs, PLAIN, () => undefined)).report;
  } finally {
    for (const { database } of inputs) database.close();
  }
}
