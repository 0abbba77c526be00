import type { IncidentReport, ReportEvidence } from "../model/report.ts";

type Excerpts = Map<
  string,
  Map<number, Pick<ReportEvidence, "text" | "under"> & { before: string[]; after: string[] }>
>;

/** Every list of evidence in the report, the same objects that the report holds. */
export function* evidenceOf(report: IncidentReport): Generator<ReportEvidence> {
  for (const finding of report.findings) {
    yield* finding.evidence;
    yield* finding.counterEvidence;
  }
  for (const root of report.rootCauses) {
    for (const sentence of root.narrative) yield* sentence.evidence;
    for (const trigger of root.triggers) yield* trigger.evidence;
  }
  yield* report.lines ?? [];
}

/** Line numbers of each artifact that the report cites. */
export function wantedLines(report: IncidentReport): Map<string, number[]> {
  const wanted = new Map<string, Set<number>>();
  for (const { artifact, line } of evidenceOf(report)) {
    const lines = wanted.get(artifact);
    if (lines) lines.add(line);
    else wanted.set(artifact, new Set([line]));
  }
  return new Map([...wanted].map(([artifact, lines]) => [artifact, [...lines].sort((a, b) => a - b)]));
}

/**
 * Puts the raw lines and their surroundings into the report. Lines that could not be read again keep their message; what
 * rows cite has one line on either side, and goes where it could not be read.
 */
export function addExcerpts(report: IncidentReport, excerpts: Excerpts): void {
  for (const evidence of evidenceOf(report)) {
    const raw = excerpts.get(evidence.artifact)?.get(evidence.line);
    if (!raw) continue;
    evidence.text = raw.text;
    evidence.before = raw.before;
    evidence.after = raw.after;
    if (raw.under) evidence.under = raw.under;
  }
  report.lines = (report.lines ?? [])
    .filter(({ before }) => before !== undefined)
    .map((line) => ({
      ...line,
      before: line.before?.slice(-1) ?? [],
      after: line.after?.slice(0, 1) ?? [],
    }));
}
