import type { RedactionOptions } from "../model/analysis.ts";
import type { ReportRedaction } from "../model/report.ts";
import { maskEvents } from "../report/events.ts";
import type { StoredReport } from "../report/read.ts";
import { redactReport } from "../report/redact-report.ts";
import { UsageError } from "./errors.ts";

/** An earlier report can be masked further; what was masked is not in it any more. @throws UsageError for the wish to unmask it */
export function maskAgain(path: string, stored: StoredReport, masking: RedactionOptions): StoredReport {
  const { mode, masked: table } = stored.report.redaction;
  if (masking.mode === "none") {
    if (mode === "none") return stored;
    const hint = "what was masked is not in the report any more: analyse the bundle with --no-redact";
    throw new UsageError(`${path} was masked (${mode}), and cannot be unmasked`, hint);
  }
  const asBefore = masking.mode === mode || masking.mode === "default";
  if (asBefore && mode !== "none" && masking.words.length === 0) return stored;
  const redaction = redactReport(stored.report, masking);
  const events = stored.events === null ? null : maskEvents(stored.events, redaction.mask);
  const summary = redaction.summary();
  const strict = mode === "strict" || summary.mode === "strict";
  const all = { ...summary, mode: strict ? ("strict" as const) : summary.mode, masked: sums(table, summary.masked) };
  return { report: { ...redaction.report, redaction: all }, events };
}

function sums(...tables: ReportRedaction["masked"][]): ReportRedaction["masked"] {
  const kinds = new Map<string, ReportRedaction["masked"][number]>();
  for (const { kind, values, places } of tables.flat()) {
    const known = kinds.get(kind);
    kinds.set(kind, { kind, values: values + (known?.values ?? 0), places: places + (known?.places ?? 0) });
  }
  return [...kinds.values()].toSorted((a, b) => (a.kind < b.kind ? -1 : 1));
}
