/** Findings by severity, each with the lines that prove it, and the table of key events. */
import type { IncidentReport, ReportFinding } from "../model/report.ts";
import { severities } from "../model/words.ts";
import type { Anchors } from "./html-anchors.ts";
import { citeView, excerptViews, remedyView, severityView, timeView } from "./html-parts.ts";
import { shownEvents } from "./row-lines.ts";
import { clipLine, cutEnd, plural, proseSpans } from "./text.ts";
import { COUNT_WORDS, countWords, findingTally } from "./tallies.ts";
import { activeWords, confidenceWords } from "./text-words.ts";

const SHOWN_EVIDENCE = 8;
const MOST_EVIDENCE = 60;
/** Of lines that only rows of tables cite. */
const ROW_LIMITS = { line: 1000, context: 200 };

/** Whether what to do about a finding is what the page says under "What to do" already. */
function isPlan({ rootCauses: [cause] }: IncidentReport, { id, remedy }: ReportFinding): boolean {
  const texts = (steps: ReportFinding["remedy"]): string => steps.map(({ text }) => text).join("\n");
  return remedy.length > 0 && cause !== undefined && (id === cause.chain[0] || texts(cause.remedy) === texts(remedy));
}

function findingView(report: IncidentReport, finding: ReportFinding, anchors: Anchors) {
  const titles = new Map(report.entities.map(({ id, title }) => [id, title]));
  const more = finding.evidence.slice(SHOWN_EVIDENCE, MOST_EVIDENCE);
  const beyond = finding.evidence.length - MOST_EVIDENCE;
  return {
    id: anchors.finding(finding.id),
    finding: finding.id,
    severity: severityView(finding.severity),
    title: proseSpans(finding.title),
    meta: [
      `rule ${finding.rule}`,
      finding.layer,
      finding.role,
      `confidence: ${confidenceWords[finding.confidence]}`,
      activeWords(finding.active),
      ...(finding.count > 1 ? [countWords(finding, MOST_EVIDENCE)] : []),
      ...(finding.change ? [`since the earlier bundle: ${finding.change}`] : []),
    ],
    window: timeView(finding.window),
    change: finding.change ? { word: finding.change, reason: proseSpans(finding.changeReason ?? "") } : null,
    summary: proseSpans(finding.summary),
    why: proseSpans(finding.why),
    evidence: excerptViews(finding.evidence.slice(0, SHOWN_EVIDENCE), anchors),
    more: excerptViews(more, anchors),
    moreTitle: `${plural(more.length, "more line")} of evidence${beyond > 0 ? `; ${plural(beyond, "further line")} only in the JSON` : ""}`,
    counterEvidence: excerptViews(finding.counterEvidence, anchors),
    remedy: isPlan(report, finding) ? [] : remedyView(finding.remedy, proseSpans),
    plan: isPlan(report, finding),
    entities: finding.entities
      .slice(0, 40)
      .map((id) => proseSpans(cutEnd(titles.get(id) ?? id.replace(/^[a-z]+:/, ""), 300))),
    references: finding.references.map((text) => ({ text, link: /^https?:\/\/[^\s]+$/.test(text) })),
  };
}

/** All findings, most severe first, and the lines that only the story cites. */
export function findingsView(report: IncidentReport, anchors: Anchors) {
  const ordered = severities.flatMap((severity) => report.findings.filter((finding) => finding.severity === severity));
  const notes = ordered.filter(({ severity }) => severity === "info");
  const views = (findings: ReportFinding[]) => findings.map((finding) => findingView(report, finding, anchors));
  return {
    summary: ordered.length ? `${findingTally(report)}. ${COUNT_WORDS}` : null,
    list: views(ordered.filter(({ severity }) => severity !== "info")),
    notes: views(notes),
    notesTitle: `Notes: ${plural(notes.length, "finding")} of severity info`,
    cited: excerptViews(anchors.citedOnly, anchors),
  };
}

/** At most 200 key events in order of time, the most important ones when there are more. */
export function eventsView(report: IncidentReport, anchors: Anchors) {
  const shown = shownEvents(report);
  const left = report.timeline.length - shown.length;
  const isStated = shown.some((entry) => entry.at?.stated !== undefined);
  const stated = isStated ? "; stated: what the artifact says itself" : "";
  return {
    summary: left
      ? `The ${shown.length} most important of ${plural(report.timeline.length, "key event")}, in order.`
      : `${plural(shown.length, "key event")}, in order, repeats in one row (×). ~ marks an inferred time${stated}.`,
    rows: shown.map((entry) => ({
      time: timeView(entry.at),
      severity: severityView(entry.severity),
      lane: proseSpans(cutEnd(entry.lane, 200)),
      text: proseSpans(clipLine(entry.text, 500)),
      count: entry.count > 1 ? entry.count : null,
      cite: citeView(entry, anchors),
    })),
  };
}

/** The lines that rows of tables cite, each between its neighbours; null when the findings show all of them. */
export function linesView(anchors: Anchors) {
  const excerpts = excerptViews(anchors.rowLines, anchors, ROW_LIMITS);
  return excerpts.length > 0 ? { excerpts } : null;
}
