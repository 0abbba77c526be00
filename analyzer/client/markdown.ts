/** Findings and events as Markdown, with the same pieces as the report's Markdown twin: fences and mentions are safe. */
import type { IncidentReport, ReportFinding } from "../model/report.ts";
import { codeSpan, evidenceBlock, fence, remedySteps, sentence } from "../report/markdown-blocks.ts";
import { countWords } from "../report/tallies.ts";
import { clipLine, visibleData, visibleText } from "../report/text.ts";
import { confidenceWords, severityWords } from "../report/text-words.ts";
import { formatTime } from "../report/times.ts";
import { wrongClockText } from "./stated.ts";
import type { Table } from "./table.ts";
import { eventId, originOf, placeOf, textOf } from "./table.ts";
import type { Zone } from "./zone.ts";
import { precisionOf, timeText } from "./zone.ts";

const SHOWN = 5;
const MOST_PLACES = 8;

function footer(report: IncidentReport): string {
  const [bundle] = report.bundles;
  const name = bundle ? `${codeSpan(bundle.name)}, sha256 ${codeSpan(bundle.sha256?.slice(0, 16) ?? "not known")}` : "";
  return `*coldcase ${report.tool.version}, bundle ${name}*`;
}

/** One finding with its evidence; what does not fit on a screen goes into a fold. */
export function findingMarkdown(original: IncidentReport, finding: ReportFinding): string {
  const report = visibleData(original);
  const { severity, title, summary, why, confidence, window, evidence, remedy, rule } = visibleData(finding);
  const { icon, word } = severityWords[severity];
  const blocks = evidence.map(evidenceBlock);
  const rest = blocks.slice(SHOWN, 60);
  const fold = `<details><summary>${rest.length} more lines of evidence</summary>\n\n${rest.join("\n\n")}\n\n</details>`;
  return [
    `### ${icon} ${word}: ${sentence(title)}`,
    `rule ${codeSpan(rule)}, confidence ${confidenceWords[confidence]}, seen ${formatTime(window)} UTC${finding.count > 1 ? `, ${countWords(finding, 60)}` : ""}`,
    sentence(summary),
    sentence(why),
    ...blocks.slice(0, SHOWN),
    ...(rest.length ? [fold] : []),
    ...(remedy.length ? ["**What to do**", remedySteps(remedy, 12)] : []),
    footer(report),
  ].join("\n\n");
}

/** Events as a fenced list, in the chosen zone and in the order given. */
export function eventsMarkdown(report: IncidentReport, table: Table, zone: Zone, events: number[]): string {
  const lines = events.map((event) => {
    const place = placeOf(table, event);
    const mark = place.basis === "exact" || place.basis === null ? "" : "~";
    const wrong = wrongClockText(table, event);
    const stated = wrong === null ? "" : ` (stated ${wrong})`;
    const time =
      place.basis === null ? "no time" : timeText(zone, table.time[event] ?? 0, precisionOf(place.precision));
    return `${mark}${time}${stated} ${visibleText(originOf(table, event))}: ${clipLine(visibleText(textOf(table, event)), 700)}`;
  });
  const paths = [...new Set(events.map((event) => pathOf(table, event)))];
  const more = paths.length > MOST_PLACES ? ` and ${paths.length - MOST_PLACES} more lines` : "";
  const places = paths.slice(0, MOST_PLACES).map(codeSpan).join(", ") + more;
  const first = events[0];
  const link = first === undefined ? "" : ` \`#e=${eventId(table, first)}\``;
  return [`${places}, times: ${zone.label}${link}`, fence(lines, "text"), footer(report)].join("\n\n");
}

function pathOf(table: Table, event: number): string {
  return `${table.events.artifacts[table.artifact[event] ?? 0]?.path ?? ""}:${table.line[event]}`;
}
