/** Pieces of Markdown in which text from a bundle cannot become markup, a link, a mention or the end of its fence. */
import type { ReportEvidence } from "../model/report.ts";
import type { RemedyStep } from "../model/rule.ts";
import type { Severity } from "../model/words.ts";
import { withNotes } from "./step-notes.ts";
import { clipLine, cutStart, proseSpans } from "./text.ts";
import { riskWords } from "./text-words.ts";
import { formatTime, statedText } from "./times.ts";

function longestRun(text: string, character: string): number {
  let [longest, run] = [0, 0];
  for (const current of text) {
    run = current === character ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

/** A fenced block. The fence is longer than any run of backticks inside, and of tildes for readers that mix them up. */
export function fence(lines: string[], language: string): string {
  const text = lines.join("\n");
  const length = Math.max(2, longestRun(text, "`"), longestRun(text, "~")) + 1;
  const mark = "`".repeat(length);
  return `${mark}${language}\n${text}\n${mark}`;
}

/** A code span on one line, delimited by more backticks than the text holds in a row. */
export function codeSpan(text: string): string {
  const flat = text.replace(/[\n\t]/g, " ");
  const mark = "`".repeat(longestRun(flat, "`") + 1);
  const pad = /^`|`$|^ .* $/.test(flat) || flat.trim() === "" ? " " : "";
  return `${mark}${pad}${flat}${pad}${mark}`;
}

function plain(text: string): string {
  return text
    .replace(/[\\`*_{}[\]<>|~#&]/g, "\\$&")
    .replace(/@(?=\S)/g, "@\u200b")
    .replace(/#(?=\d)/g, "#\u200b")
    .replace(/\b(https?|ftp|GH)(:|-(?=\d))/gi, "$1\u200b$2")
    .replace(/\b(www)\./gi, "$1\u200b.")
    .replace(/\$/g, "\\$");
}

/** A sentence: paths, ids and addresses in code spans, the rest escaped. */
export function sentence(text: string): string {
  const spans = proseSpans(text);
  return spans
    .map((span, index) => {
      if (!span.code) return plain(span.text.replace(/\s+/g, " "));
      // Two spans side by side would make one longer run of backticks, which ends neither.
      return `${spans[index - 1]?.code ? " " : ""}${codeSpan(span.text)}`;
    })
    .join("")
    .trim();
}

/** Where a line stands, as `artifact:line`. */
export function cite(evidence: { artifact: string; line: number }): string {
  return codeSpan(cutStart(`${evidence.artifact}:${evidence.line}`, 160));
}

/** Distinct citations in order, at most `limit`. */
export function cites(evidence: ReportEvidence[], limit = 6): string {
  const distinct = [...new Set(evidence.map(cite))];
  const more = distinct.length > limit ? ` and ${distinct.length - limit} more` : "";
  return distinct.slice(0, limit).join(", ") + more;
}

const LONGEST_LINE = 700;

/** Evidence: where it stands, when it was, and the line itself in a fence. */
export function evidenceBlock(evidence: ReportEvidence): string {
  const stated = evidence.at?.stated ? ` (stated ${statedText(evidence.at)})` : "";
  const time = evidence.at ? ` at ${formatTime(evidence.at)} UTC${stated}` : "";
  return `${cite(evidence)}${time}\n\n${fence([clipLine(evidence.text, LONGEST_LINE)], "text")}`;
}

/** The steps as paragraphs with bold numbers: a fence inside a list item would need its exact indentation. */
export function remedySteps(steps: RemedyStep[], limit: number): string {
  const shown = withNotes(steps.slice(0, limit)).map((step, index) => {
    const { icon, word } = riskWords[step.risk];
    const text = `**${index + 1}.** ${sentence(step.text)} *(${icon} ${word})*`;
    return step.command ? `${text}\n\n${fence(clipLine(step.command, 2000).split("\n"), "sh")}` : text;
  });
  const more = steps.length > limit ? [`… and ${steps.length - limit} more steps in the HTML report.`] : [];
  return [...shown, ...more].join("\n\n");
}

/** A part that stands or falls as a whole; the lowest `rank` is kept longest. */
export interface Part {
  rank: number;
  text: string;
  /** What the notice calls it when it had to go. */
  cut: Severity | "section" | "list";
}

/** Items as a list, the first `limit` of them, and how many more there are. */
export function list(items: string[], limit: number): string {
  const shown = items.slice(0, limit).map((item) => `- ${item}`);
  return [...shown, ...(items.length > limit ? [`- … and ${items.length - limit} more`] : [])].join("\n");
}
