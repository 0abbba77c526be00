import { analyze } from "../../analyzer/analyze.ts";
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
  redact: "default",
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
