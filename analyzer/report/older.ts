/** Reports of older versions: what they do not have yet is filled in with what that version stood for. */
import type { IncidentReport, ReportBundle, ReportRootCause } from "../model/report.ts";

type Older<T, Late extends keyof T> = Omit<T, Late> & Partial<Pick<T, Late>>;

/** A report as any version wrote it, its properties checked. */
export type OlderReport = Older<Omit<IncidentReport, "bundles" | "rootCauses">, "redaction"> & {
  bundles: Older<ReportBundle, "custody">[];
  rootCauses: Older<ReportRootCause, "triggers" | "deciding">[];
};

/** The same report with all that today's templates read. Versions that say nothing of redaction masked nothing. */
export function completed(report: OlderReport): IncidentReport {
  return {
    ...report,
    bundles: report.bundles.map((bundle) => ({ ...bundle, custody: bundle.custody ?? null })),
    rootCauses: report.rootCauses.map((cause) => ({
      ...cause,
      triggers: cause.triggers ?? [],
      deciding: cause.deciding ?? null,
    })),
    redaction: report.redaction ?? { mode: "none", masked: [], late: 0 },
  };
}
