/** The report as JSON: for scripts, and inside the HTML report so that it can be rendered again. */
import type { IncidentReport } from "../model/report.ts";

/** Characters that a terminal, an editor or an HTML parser could act upon; JSON can write all of them as escapes. */
const RISKY = new RegExp("[\\u007f-\\u009f\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff]", "g");

function escapeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** JSON without characters that whoever shows it could act upon. */
export function inertJson(json: string): string {
  return json.replace(RISKY, escapeUnit);
}

function ordered(report: IncidentReport): IncidentReport {
  const bySource = Object.entries(report.counts.bySource).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { ...report, counts: { ...report.counts, bySource: Object.fromEntries(bySource) } };
}

/** The report as indented JSON with a newline at the end; the same report gives the same bytes. */
export function renderJson(report: IncidentReport): string {
  return `${inertJson(JSON.stringify(ordered(report), null, 2))}\n`;
}

/** The report as one line of JSON, for the HTML report to carry. */
export function compactJson(report: IncidentReport): string {
  return JSON.stringify(ordered(report));
}
