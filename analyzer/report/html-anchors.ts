/** Names for places in the report: findings by their id, lines of evidence by artifact and number. */
import { createHash } from "node:crypto";
import type { IncidentReport, ReportEvidence } from "../model/report.ts";

export interface Place {
  artifact: string;
  line: number;
}

export interface Anchors {
  finding: (id: string) => string;
  /** The name under which a line is shown in full, or null when it is not. */
  line: (place: Place) => string | null;
  /** The same, but only for the first who asks: a name may be given once. */
  claim: (place: Place) => string | null;
  /** Lines that the story cites and no finding shows. */
  citedOnly: ReportEvidence[];
  /** Lines that rows of tables cite and nothing else shows. */
  rowLines: ReportEvidence[];
}

function keyOf({ artifact, line }: Place): string {
  return `${artifact}\n${line}`;
}

function lineName(place: Place): string {
  return `e-${createHash("sha256").update(keyOf(place)).digest("hex").slice(0, 10)}`;
}

function findingNames(report: IncidentReport): Map<string, string> {
  const names = new Map<string, string>();
  const used = new Set<string>();
  for (const { id } of report.findings) {
    const base = `f-${id.replace(/[^A-Za-z0-9_.-]+/g, "-").slice(0, 80)}`;
    let name = base;
    for (let copy = 2; used.has(name); copy += 1) name = `${base}-${copy}`;
    used.add(name);
    names.set(id, name);
  }
  return names;
}

/** Gives each finding and each line that the report shows a name of its own. */
export function anchorsOf(report: IncidentReport): Anchors {
  const findings = findingNames(report);
  const shown = new Set(
    report.findings.flatMap((finding) => [...finding.evidence, ...finding.counterEvidence]).map(keyOf),
  );
  const compared = (report.comparison?.sentences ?? []).flatMap(({ evidence }) => evidence);
  const told = report.rootCauses.flatMap(({ narrative, triggers }) =>
    [...narrative, ...triggers].flatMap(({ evidence }) => evidence),
  );
  const isNew = (evidence: ReportEvidence): boolean => !shown.has(keyOf(evidence)) && !!shown.add(keyOf(evidence));
  const citedOnly = [...compared, ...told].filter(isNew);
  const rowLines = (report.lines ?? []).filter(isNew);
  const claimed = new Set<string>();
  const line = (place: Place): string | null => (shown.has(keyOf(place)) ? lineName(place) : null);
  return {
    finding: (id) => findings.get(id) ?? "findings",
    line,
    claim: (place) => {
      const name = line(place);
      if (name === null || claimed.has(name)) return null;
      claimed.add(name);
      return name;
    },
    citedOnly,
    rowLines,
  };
}
