/** The report without secrets: every string in it passes here before any renderer sees it. */
import type { RedactionOptions } from "../model/analysis.ts";
import type { IncidentReport, ReportEvidence, ReportRedaction } from "../model/report.ts";
import { evidenceOf } from "./excerpts.ts";
import { maskNeighbours } from "./redact-lines.ts";
import type { Redactor, RedactorOptions } from "./redactor.ts";
import { createRedactor, holdsEvidentSecret, numbersIn } from "./redactor.ts";

/** Names in the report that a stranger need not know, for mode strict. */
const NAMED = new Set(["node", "pod", "container", "unit", "image"]);
/** Where ids of findings stand; they are made of what a finding is about, so a secret may be part of them. */
const ID_FIELDS = new Set(["id", "finding", "chain", "consequences", "entities", "from", "to"]);

export interface Redaction {
  /** A copy of the report in which secrets are tokens. */
  report: IncidentReport;
  /** Masks a text that leaves beside the report, with the same tokens; see `Redactor.mask`. */
  mask(text: string, clean?: boolean): string;
  /** What was masked so far, for the report. */
  summary(): ReportRedaction;
}

/**
 * Masks the secrets of a report. Tokens are numbered in the order of artifacts and lines. Mode `none` masks nothing, and
 * the summary says so. A report that was masked before may be masked further: its tokens stay, and new ones are numbered
 * after them.
 * @param neighbours what only the lines around it gave away
 */
export function redactReport(
  report: IncidentReport,
  { mode, words }: RedactionOptions,
  neighbours: Pick<RedactorOptions, "keyLines" | "namedValues"> = {},
): Redaction {
  if (mode === "none") {
    return { report, mask: (text) => text, summary: () => ({ mode, masked: [], late: 0 }) };
  }
  const numbered = report.redaction.masked.length > 0 ? numbersIn(JSON.stringify(report)) : new Map<string, number>();
  const names = mode === "strict" ? namesOf(report) : [];
  const redactor = createRedactor({ mode, words, names, ...neighbours, numbered });
  numberInOrder(report, redactor);
  const masked = walk(report, "", redactor) as IncidentReport;
  const late = maskLate(masked);
  const bundles = late.report.bundles.map((bundle) => ({ ...bundle, redacted: true }));
  return {
    report: { ...late.report, bundles },
    mask: redactor.mask,
    summary: () => ({ mode, masked: redactor.table(), late: late.places }),
  };
}

/** The kinds and numbers of tokens come from the lines as they stand in the bundle, not from the order of the report. */
function numberInOrder(report: IncidentReport, redactor: Redactor): void {
  const lines = [...evidenceOf(report), ...report.timeline].toSorted((a, b) =>
    a.artifact === b.artifact ? a.line - b.line : a.artifact < b.artifact ? -1 : 1,
  );
  for (const line of lines) {
    redactor.learn(line.artifact);
    for (const text of "before" in line ? linesOf(line) : [line.text]) redactor.learn(text);
  }
}

function linesOf({ before = [], text, after = [] }: Pick<ReportEvidence, "before" | "text" | "after">): string[] {
  return [...before, text, ...after];
}

function namesOf(report: IncidentReport): string[] {
  const names = report.entities
    .filter(({ kind }) => NAMED.has(kind))
    .flatMap(({ key, title }) => [...key.split("/"), title]);
  return [report.node.host ?? "", ...names].filter((name) => name.length >= 2);
}

function walk(value: unknown, field: string, redactor: Redactor): unknown {
  if (typeof value === "string") return ID_FIELDS.has(field) ? redactor.maskId(value) : redactor.mask(value);
  if (Array.isArray(value)) return value.map((item) => walk(item, field, redactor));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(isEvidence(value) ? withMaskedNeighbours(value, redactor) : value);
  return Object.fromEntries(entries.map(([name, item]) => [redactor.mask(name), walk(item, name, redactor)]));
}

function isEvidence(value: object): value is ReportEvidence {
  return "artifact" in value && "text" in value && "before" in value && Array.isArray(value.before);
}

function withMaskedNeighbours(evidence: ReportEvidence, redactor: Redactor): ReportEvidence {
  const before = evidence.before ?? [];
  const lines = maskNeighbours(linesOf(evidence), redactor.token);
  const at = before.length;
  return { ...evidence, before: lines.slice(0, at), text: lines[at] ?? "", after: lines.slice(at + 1) };
}

/** A second look at what is about to leave: what is a secret by its own form must not be there any more. */
function maskLate(report: IncidentReport): { report: IncidentReport; places: number } {
  if (!holdsEvidentSecret(JSON.stringify(report))) return { report, places: 0 };
  const redactor = createRedactor({ mode: "default", words: [], names: [] });
  const masked = walk(report, "", redactor) as IncidentReport;
  return { report: masked, places: redactor.table().reduce((sum, { places }) => sum + places, 0) };
}
