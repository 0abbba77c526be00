/** Why the times in a chain may run against its order: a time tells when something was first seen, not when it was done. */
import type { IncidentReport, ReportEvidence, ReportFinding, ReportRootCause } from "../model/report.ts";
import { formatTime, timeMs } from "./times.ts";

function linksOf(report: IncidentReport, { chain }: ReportRootCause): (ReportFinding | undefined)[] {
  const byId = new Map(report.findings.map((finding) => [finding.id, finding]));
  return chain.map((id) => byId.get(id));
}

/** The lines that prove the links of a chain, in its order. */
export function chainEvidence(report: IncidentReport, cause: ReportRootCause): ReportEvidence[] {
  return linksOf(report, cause).flatMap((finding) => finding?.evidence ?? []);
}

/** `2`, `2 and 3`, `2, 3 and 5`. */
function numbersText(numbers: number[]): string {
  const last = numbers.at(-1) ?? "";
  return numbers.length > 1 ? `${numbers.slice(0, -1).join(", ")} and ${last}` : `${last}`;
}

/** Sentences on links of a chain that are dated before its cause, and on times that come from a rounded age. */
export function chainOrderNotes(report: IncidentReport, cause: ReportRootCause): string[] {
  const links = linksOf(report, cause).map((finding, index) => ({
    number: index + 1,
    window: finding?.window ?? null,
  }));
  const start = links[0]?.window;
  if (!start) return [];
  const early = links.slice(1).flatMap(({ number, window }) => {
    return window && timeMs(window.to) < timeMs(start.from) ? number : [];
  });
  const aged = links.filter(({ window }) => window?.basis === "relative-age" && window.from !== window.to);
  const many = early.length > 1;
  return [
    ...(early.length
      ? [
          `${many ? "Links" : "Link"} ${numbersText(early)} ${many ? "are" : "is"} dated before link 1, which is dated by its first sign in the bundle: ` +
            `what is broken may lie unnoticed until something reads it.`,
        ]
      : []),
    ...aged.map(
      ({ number, window }) =>
        `The time of link ${number} comes from an age that is rounded, as in “3 days ago”: it lies somewhere in ${formatTime(window)} UTC.`,
    ),
  ];
}
