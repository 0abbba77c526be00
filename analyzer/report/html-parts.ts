/** The small pieces that several sections of the page share, as view models for the templates. */
import type { ReportEvidence, ReportRootCause, ReportTime } from "../model/report.ts";
import type { RemedyStep } from "../model/rule.ts";
import type { Severity } from "../model/words.ts";
import type { Anchors, Place } from "./html-anchors.ts";
import { withNotes } from "./step-notes.ts";
import { clipLine, cutStart } from "./text.ts";
import { riskWords, severityWords } from "./text-words.ts";
import type { TimeText } from "./times.ts";
import { statedText, timeParts } from "./times.ts";

/** Characters of a line that is shown, and of those around it. */
interface LineLimits {
  line: number;
  context: number;
}

const EVIDENCE_LIMITS: LineLimits = { line: 4000, context: 600 };

export interface TimeView {
  approximate: string;
  from: TimeText;
  to: TimeText | null;
  /** What the line says itself, where the clock that wrote it was wrong; else empty. */
  stated: string;
}

/** A time for the `time` partial. */
export function timeView(time: ReportTime | null): TimeView | null {
  if (!time) return null;
  const { approximate, from, to } = timeParts(time);
  return { approximate: approximate ? "~" : "", from, to, stated: statedText(time) };
}

/** Severity as word, icon and colour. */
export function severityView(severity: Severity) {
  return { ...severityWords[severity], tone: severity };
}

const LONGEST_LABEL = 200;

/** `artifact:line`, as a link when the line is shown in this report; `longest` is of the words of a link. */
export function citeView(place: Place, anchors: Anchors, longest = LONGEST_LABEL) {
  const name = anchors.line(place);
  const label = cutStart(`${place.artifact}:${place.line}`, name ? longest : LONGEST_LABEL);
  return { label, href: name ? `#${name}` : null };
}

/** Citations without repetition. */
export function citeViews(evidence: Place[], anchors: Anchors, longest = LONGEST_LABEL) {
  const views = evidence.map((place) => citeView(place, anchors, longest));
  return views.filter((view, index) => views.findIndex(({ label }) => label === view.label) === index);
}

interface ExcerptLine {
  number: number;
  text: string;
  hit: boolean;
  id: string | null;
}

interface Excerpt {
  artifact: string;
  hits: ReportEvidence[];
  lines: Map<number, ExcerptLine>;
}

function touches({ lines }: Excerpt, evidence: ReportEvidence): boolean {
  const first = evidence.line - (evidence.before?.length ?? 0);
  const last = evidence.line + (evidence.after?.length ?? 0);
  return [...lines.keys()].some((number) => number >= first - 1 && number <= last + 1);
}

function addLines({ lines }: Excerpt, evidence: ReportEvidence, anchors: Anchors, limits: LineLimits): void {
  const { before = [], after = [], line, text } = evidence;
  const context = (texts: string[], first: number): void =>
    texts.forEach((other, index) => {
      const number = first + index;
      if (lines.has(number)) return;
      lines.set(number, { number, text: clipLine(other, limits.context), hit: false, id: null });
    });
  const id = lines.get(line)?.id ?? anchors.claim(evidence);
  lines.set(line, { number: line, text: clipLine(text, limits.line), hit: true, id });
  if (evidence.under) context([evidence.under.text], evidence.under.line);
  context(before, line - before.length);
  context(after, line + 1);
}

/** The lines that count in an excerpt: those of one time together, each once. */
function hitViews(hits: ReportEvidence[]) {
  const groups: { lines: Set<number>; time: TimeView | null }[] = [];
  for (const { line, at } of hits.toSorted((a, b) => a.line - b.line)) {
    const time = timeView(at);
    const last = groups.at(-1);
    if (last && JSON.stringify(last.time) === JSON.stringify(time)) last.lines.add(line);
    else groups.push({ lines: new Set([line]), time });
  }
  return groups.map(({ lines, time }) => ({
    label: `${lines.size > 1 ? "lines" : "line"} ${[...lines].join(", ")}`,
    time,
  }));
}

/**
 * Lines of evidence between the lines around them; what lies side by side becomes one excerpt. The first time a line is
 * shown, it gets its name.
 */
export function excerptViews(evidence: ReportEvidence[], anchors: Anchors, limits = EVIDENCE_LIMITS) {
  const excerpts: Excerpt[] = [];
  for (const item of evidence) {
    const near = excerpts.find((excerpt) => excerpt.artifact === item.artifact && touches(excerpt, item));
    const excerpt = near ?? { artifact: item.artifact, hits: [], lines: new Map<number, ExcerptLine>() };
    if (!near) excerpts.push(excerpt);
    excerpt.hits.push(item);
    addLines(excerpt, item, anchors, limits);
  }
  return excerpts.map(({ artifact, hits, lines }) => ({
    artifact: cutStart(artifact, 200),
    hits: hitViews(hits),
    lines: [...lines.values()].toSorted((a, b) => a.number - b.number),
  }));
}

/** Numbered steps, each with what it does to the node. */
export function remedyView(steps: RemedyStep[], prose: (text: string) => unknown) {
  return withNotes(steps).map(({ text, command, risk }) => ({
    text: prose(text),
    command: command ?? null,
    risk: { ...riskWords[risk], tone: risk },
  }));
}

/** The sentences of a root cause with their citations. */
export function narrativeView(cause: ReportRootCause, anchors: Anchors, prose: (text: string) => unknown) {
  return cause.narrative.map(({ text, evidence }) => ({ text: prose(text), cites: citeViews(evidence, anchors) }));
}
