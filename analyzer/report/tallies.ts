/** The counts of a report in words: each says what it counts, and all outputs take them from here, so that they agree. */
import type { IncidentReport, ReportCheck, ReportFinding } from "../model/report.ts";
import { severities } from "../model/words.ts";
import { groupDigits, plural } from "./text.ts";

/** `5 critical, 2 major`; empty without findings. */
export function severityTally(findings: ReportFinding[]): string {
  const counts = severities.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count ? [`${count} ${severity}`] : [];
  });
  return counts.join(", ");
}

/** `12 findings: 5 critical, 7 info`. */
export function findingTally({ findings }: Pick<IncidentReport, "findings">): string {
  return findings.length ? `${plural(findings.length, "finding")}: ${severityTally(findings)}` : "No findings";
}

export interface CheckGroups {
  passed: ReportCheck[];
  open: ReportCheck[];
  /** Each made one finding or more. */
  found: ReportCheck[];
  notApplicable: ReportCheck[];
}

/** The checks by what came of them. One check is one rule. */
export function checkGroups({ checks }: Pick<IncidentReport, "checks">): CheckGroups {
  const of = (...verdicts: ReportCheck["verdict"][]) => checks.filter(({ verdict }) => verdicts.includes(verdict));
  return { passed: of("pass"), open: of("unknown", "error"), found: of("fail"), notApplicable: of("notApplicable") };
}

/**
 * `158 checks: 113 passed, 34 could not be run, 11 found something (told in 9 findings)`: what several checks found may be
 * one finding, and one check may make several.
 */
export function checkTally(report: Pick<IncidentReport, "checks" | "findings">): string {
  const { passed, open, found, notApplicable } = checkGroups(report);
  const parts = [
    `${passed.length} passed`,
    ...(open.length ? [`${open.length} could not be run`] : []),
    ...(found.length ? [`${found.length} found something${told(report.findings.length)}`] : []),
    ...(notApplicable.length ? [`${notApplicable.length} not for this node`] : []),
  ];
  return `${plural(report.checks.length, "check")}: ${parts.join(", ")}`;
}

function told(findings: number): string {
  return findings > 0 ? ` (told in ${plural(findings, "finding")})` : "";
}

/** What the count of a finding counts, for the head of the findings. */
export const COUNT_WORDS =
  "Lines are lines of logs. Signs are all that shows the same thing: lines, listings and readings together, so that a line may be counted by two findings.";

/** `301 lines, 10 of them quoted`: how often a finding was seen, and how much of it stands in the report. */
export function countWords(
  {
    count,
    counted = "sign",
    countedFrom,
    evidence = [],
  }: Pick<ReportFinding, "count" | "counted"> & Partial<ReportFinding>,
  most = Number.POSITIVE_INFINITY,
): string {
  const places = new Set(evidence.map(({ artifact, line }) => `${artifact}:${line}`));
  const quoted = Math.min(places.size, most);
  const from = countedFrom ? ` (${countedFrom})` : "";
  return `${plural(count, counted)}${from}${quoted > 0 && quoted < count ? `, ${quoted} of them quoted` : ""}`;
}

const MOST_SOURCES = 12;

/** `321 events … and 449 facts … from 74 artifacts …`, with the events of each source; the parts add up. */
export function coverageTally({ events, facts, artifacts, bySource }: IncidentReport["counts"]): string {
  const sources = Object.entries(bySource).toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const shown = sources.slice(0, MOST_SOURCES);
  const rest = events - shown.reduce((sum, [, count]) => sum + count, 0);
  const parts = [
    ...shown.map(([source, count]) => `${source} ${groupDigits(count)}`),
    ...(shown.length && rest > 0 ? [`all other sources ${groupDigits(rest)}`] : []),
  ];
  const what = `${plural(events, "event")} (lines and entries of logs), ${plural(facts, "fact")} (what commands and files say of the state), from ${plural(artifacts, "artifact")} (files of the bundle).`;
  return parts.length ? `${what} Events by source: ${parts.join(", ")}.` : what;
}
