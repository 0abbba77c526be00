/** The lines that rows of tables cite: key events, containers, boots, gaps and lines that could not be read. */
import type { IncidentReport, ReportEvidence, ReportPlace, ReportTimelineEntry } from "../model/report.ts";
import { severities } from "../model/words.ts";

const MOST_LINES = 400;
const MOST_EVENTS = 200;
const MOST_CONTAINERS = 100;
const MOST_GAPS = 60;
const MOST_WARNINGS = 50;

/** Only where it stands. */
export function placeOf({ artifact, line }: ReportPlace): ReportPlace {
  return { artifact, line };
}

function importance(entry: ReportTimelineEntry): number {
  return severities.indexOf(entry.severity) * 2 + (entry.finding === undefined ? 1 : 0);
}

/** At most 200 key events in order of time, the most important ones when there are more. */
export function shownEvents({ timeline }: IncidentReport): ReportTimelineEntry[] {
  return timeline
    .map((entry, order) => ({ entry, order }))
    .toSorted((a, b) => importance(a.entry) - importance(b.entry) || a.order - b.order)
    .slice(0, MOST_EVENTS)
    .toSorted((a, b) => a.order - b.order)
    .map(({ entry }) => entry);
}

function places(report: IncidentReport): ReportPlace[] {
  const { clock, containers, gaps, warnings } = report;
  return [
    ...shownEvents(report),
    ...(clock.cites?.read ?? []),
    ...(clock.cites?.unset ?? []),
    ...clock.steps.flatMap(({ cite }) => cite ?? []),
    ...clock.boots.flatMap(({ cites = [] }) => cites),
    ...containers.slice(0, MOST_CONTAINERS).flatMap(({ cites = {} }) => Object.values(cites)),
    ...gaps.slice(0, MOST_GAPS).flatMap(({ cites = [] }) => cites),
    ...warnings.slice(0, MOST_WARNINGS),
  ];
}

/** Lines that rows cite and no finding shows, to be read again: their text is empty until then. */
export function rowLines(report: IncidentReport): ReportEvidence[] {
  const keyOf = ({ artifact, line }: ReportPlace): string => `${artifact}\n${line}`;
  const proofs = report.findings.flatMap(({ evidence, counterEvidence }) => [...evidence, ...counterEvidence]);
  const seen = new Set(proofs.map(keyOf));
  const found = places(report).filter((place) => !seen.has(keyOf(place)) && seen.add(keyOf(place)));
  return found
    .slice(0, MOST_LINES)
    .toSorted((a, b) => (a.artifact === b.artifact ? a.line - b.line : a.artifact < b.artifact ? -1 : 1))
    .map((place) => ({ ...placeOf(place), text: "", at: null }));
}
