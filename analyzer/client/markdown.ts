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

/**
 * Where the report with an event is: its address on the web, else the name of its file, since nobody else has this
 * machine's path.
 */
export function addressOf(
  { protocol, href, pathname }: Pick<Location, "protocol" | "href" | "pathname">,
  event: string,
): string {
  const hash = `#e=${event}`;
  if (/^https?:$/.test(protocol)) return `In the report: ${codeSpan(`${href.replace(/#.*$/, "")}${hash}`)}`;
  const file = decoded(pathname.slice(pathname.lastIndexOf("/") + 1));
  const what = /\.html?$/i.test(file) ? `the report ${codeSpan(file)}` : "the HTML report";
  return `To see it in ${what}: open that file and put ${codeSpan(hash)} at the end of its address.`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The raw line of an event, where the report carries it: as evidence, or as a line around one. */
export function rawLine(report: IncidentReport, artifact: string, line: number): string | null {
  for (const { evidence, counterEvidence } of report.findings) {
    for (const { artifact: file, line: at, text, before = [], after = [] } of [...evidence, ...counterEvidence]) {
      if (file !== artifact || Math.abs(at - line) > Math.max(before.length, after.length)) continue;
      const found = line === at ? text : line < at ? before.at(line - at) : after[line - at - 1];
      if (found !== undefined) return found;
    }
  }
  return null;
}

/** Events as a fenced list, in the chosen zone and in the order given. */
export function eventsMarkdown(report: IncidentReport, table: Table, zone: Zone, events: number[]): string {
  const [only] = events;
  if (only !== undefined && events.length === 1) return eventMarkdown(report, table, zone, only);
  const lines = events.map((event) => {
    return `${timeOf(table, zone, event)} ${visibleText(originOf(table, event))}: ${clipLine(visibleText(textOf(table, event)), 700)}`;
  });
  const paths = [...new Set(events.map((event) => pathOf(table, event)))];
  const more = paths.length > MOST_PLACES ? ` and ${paths.length - MOST_PLACES} more lines` : "";
  const places = paths.slice(0, MOST_PLACES).map(codeSpan).join(", ") + more;
  const link = only === undefined ? [] : [addressOf(window.location, eventId(table, only))];
  return [`${places}, times: ${zone.label}`, fence(lines, "text"), ...link, footer(report)].join("\n\n");
}

/** One event: where it stands, when it was, and its line as it stands there, as far as the report carries that. */
function eventMarkdown(report: IncidentReport, table: Table, zone: Zone, event: number): string {
  const raw = rawLine(report, table.events.artifacts[table.artifact[event] ?? 0]?.path ?? "", table.line[event] ?? 0);
  const text = clipLine(visibleText(raw ?? textOf(table, event)), 4000);
  const what = raw === null ? `, the message of ${codeSpan(visibleText(originOf(table, event)))}` : "";
  return [
    `${codeSpan(pathOf(table, event))}, ${timeOf(table, zone, event)} ${zone.label}${what}`,
    fence([text], "text"),
    addressOf(window.location, eventId(table, event)),
    footer(report),
  ].join("\n\n");
}

function timeOf(table: Table, zone: Zone, event: number): string {
  const place = placeOf(table, event);
  if (place.basis === null) return "no time";
  const mark = place.basis === "exact" ? "" : "~";
  const wrong = wrongClockText(table, event);
  const stated = wrong === null ? "" : ` (stated ${wrong})`;
  return `${mark}${timeText(zone, table.time[event] ?? 0, precisionOf(place.precision))}${stated}`;
}

function pathOf(table: Table, event: number): string {
  return `${table.events.artifacts[table.artifact[event] ?? 0]?.path ?? ""}:${table.line[event]}`;
}
