/** What stays damaged when the cause is gone, and how to mend it. */
import type { IncidentReport, ReportFinding } from "../model/report.ts";

/** Said before them where their steps can be had. */
export const LASTING_WORDS = "What stays damaged after that has steps of its own:";

/** Links of the first chain that tell of damage, each with the steps that the cause's own do not hold. */
export function lastingFindings({ rootCauses: [cause], findings }: IncidentReport): ReportFinding[] {
  const told = new Set(cause?.remedy.map(({ text }) => text));
  return (cause?.chain.slice(1) ?? []).flatMap((id) => {
    const finding = findings.find((one) => one.id === id);
    if (!finding?.cause.endsWith("-corruption")) return [];
    const remedy = finding.remedy.filter(({ text }) => !told.has(text));
    return remedy.length > 0 ? [{ ...finding, remedy }] : [];
  });
}
