/** The small pieces that several sections of the page share, as view models for the templates. */
import type { ReportEvidence, ReportRootCause, ReportTime } from "../model/report.ts";
import type { RemedyStep } from "../model/rule.ts";
import type { Severity } from "../model/words.ts";
import type { Anchors, Place } from "./html-anchors.ts";
import { clipLine, cutStart } from "./text.ts";
import { riskWords, severityWords } from "./text-words.ts";
import type { TimeText } from "./times.ts";
import { timeParts } from "./times.ts";

const LONGEST_LINE = 4000;
const LONGEST_CONTEXT = 400;

export interface TimeView {
  approximate: string;
  from: TimeText;
  to: TimeText | null;
}

/** A time for the `time` partial. */
export function timeView(time: ReportTime | null): TimeView | null {
  if (!time) return null;
  const { approximate, from, to } = timeParts(time);
  return { approximate: approximate ? "~" : "", from, to };
}

/** Severity as word, icon and colour. */
export function severityView(severity: Severity) {
  return { ...severityWords[severity], tone: severity };
}

/** `artifact:line`, as a link when the line is shown in this report. */
export function citeView(place: Place, anchors: Anchors) {
  const name = anchors.line(place);
  return { label: cutStart(`${place.artifact}:${place.line}`, 200), href: name ? `#${name}` : null };
}

/** Citations without repetition. */
export function citeViews(evidence: ReportEvidence[], anchors: Anchors) {
  const views = evidence.map((place) => citeView(place, anchors));
  return views.filter((view, index) => views.findIndex(({ label }) => label === view.label) === index);
}

/** A line of evidence between the lines around it. The first time a line is shown, it gets its name. */
export function evidenceView(evidence: ReportEvidence, anchors: Anchors) {
  const { before = [], after = [], line, text } = evidence;
  const context = (lines: string[], first: number) =>
    lines.map((other, index) => ({ number: first + index, text: clipLine(other, LONGEST_CONTEXT), hit: false }));
  return {
    id: anchors.claim(evidence),
    label: cutStart(`${evidence.artifact}:${line}`, 200),
    time: timeView(evidence.at),
    lines: [
      ...context(before, line - before.length),
      { number: line, text: clipLine(text, LONGEST_LINE), hit: true },
      ...context(after, line + 1),
    ],
  };
}

/** Numbered steps, each with what it does to the node. */
export function remedyView(steps: RemedyStep[], prose: (text: string) => unknown) {
  return steps.map(({ text, command, risk }) => ({
    text: prose(text),
    command: command ?? null,
    risk: { ...riskWords[risk], tone: risk },
  }));
}

/** The sentences of a root cause with their citations. */
export function narrativeView(cause: ReportRootCause, anchors: Anchors, prose: (text: string) => unknown) {
  return cause.narrative.map(({ text, evidence }) => ({ text: prose(text), cites: citeViews(evidence, anchors) }));
}
