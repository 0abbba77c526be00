/** All that is known of one event: the line, its fields, what it names, and what stands around it in its file. */
import type { IncidentReport, ReportEvidence } from "../model/report.ts";
import { cutEnd, shortIds, visibleText } from "../report/text.ts";
import { formatDuration } from "../report/times.ts";
import { copyText } from "./copy.ts";
import { button, byId, make } from "./dom.ts";
import { eventTime } from "./row.ts";
import { eventsMarkdown, rawLine } from "./markdown.ts";
import type { Store } from "./state.ts";
import { statedText } from "./stated.ts";
import type { Table } from "./table.ts";
import { eventId, LEVELS, originOf, placeOf, textOf } from "./table.ts";

export interface DetailActions {
  /** Shows another event. */
  open: (event: number) => void;
  /** Narrows the list. */
  addTerm: (term: string) => void;
  /** Events that are folded with this one. */
  group: (event: number) => number[];
}

const NEIGHBOURS = 4;
const LONGEST_RAW = 4000;

const BASES: Record<string, string> = {
  exact: "written with its zone",
  "clock-corrected": "corrected: the clock was wrong when it was written",
  "zone-assumed": "its zone is not written, and assumed",
  "year-inferred": "its year is not written, and inferred",
  "relative-age": "from an age, which is rounded",
  "order-only": "only its order is known: its clock was not set",
};

function fieldsOf(table: Table, event: number, store: Store): [string, string][] {
  const place = placeOf(table, event);
  const level = LEVELS[table.level[event] ?? 6] ?? LEVELS[6]!;
  const stated = statedText(table, event);
  const width = place.before + place.after;
  const differs = stated !== null && (place.shift !== 0 || place.basis !== "exact");
  return [
    ["Time", place.basis === null ? "not known" : `${eventTime(table, event, store)} (${store.get().zone.label})`],
    ...(place.basis === null ? [] : [["How it is known", BASES[place.basis] ?? ""] as [string, string]]),
    ...(differs ? [["Stated in the line", stated] as [string, string]] : []),
    ...(place.shift !== 0 && place.clock === "utc"
      ? [["Correction", formatDuration(place.shift)] as [string, string]]
      : []),
    ...(width > 0 ? [["May be off by", formatDuration(width)] as [string, string]] : []),
    ["Level", `${level.icon} ${level.word} (${table.level[event]})`],
    ["Source", visibleText(originOf(table, event))],
    ["Where", `${visibleText(pathOf(table, event))}:${table.line[event]}`],
  ];
}

function pathOf(table: Table, event: number): string {
  return table.events.artifacts[table.artifact[event] ?? 0]?.path ?? "";
}

/** The raw line with its neighbours, when the report cites it. */
function citedLine(
  report: IncidentReport,
  artifact: string,
  line: number,
): { evidence: ReportEvidence; finding: string }[] {
  return report.findings.flatMap((finding) =>
    [...finding.evidence, ...finding.counterEvidence]
      .filter((item) => item.artifact === artifact && item.line === line)
      .map((evidence) => ({ evidence, finding: finding.id })),
  );
}

/** The command that prints the line from the bundle. */
function rawCommand(report: IncidentReport, path: string, line: number): string | null {
  const [bundle] = report.bundles;
  if (!bundle || /[^\w./+:@=-]/.test(path + bundle.name) || /\.journal$|#/.test(path)) return null;
  if (bundle.form === "directory") return `sed -n ${line}p ${bundle.name}/${path}`;
  return bundle.form.startsWith("tar")
    ? `tar -xOf ${bundle.name}.${bundle.form} --wildcards '*${path}' | sed -n ${line}p`
    : null;
}

function neighbours(table: Table, event: number, direction: 1 | -1): number[] {
  const found: number[] = [];
  for (
    let index = event + direction;
    index >= 0 && index < table.size && found.length < NEIGHBOURS;
    index += direction
  ) {
    if (table.artifact[index] === table.artifact[event]) found.push(index);
  }
  return direction === 1 ? found : found.toReversed();
}

function around(table: Table, event: number, store: Store, actions: DetailActions): HTMLElement {
  const items = [...neighbours(table, event, -1), event, ...neighbours(table, event, 1)].map((index) => {
    const text = `${table.line[index]}  ${eventTime(table, index, store)}  ${cutEnd(visibleText(textOf(table, index).slice(0, 400)), 300)}`;
    if (index === event) return make("li", { class: "here" }, text);
    return make(
      "li",
      {},
      button(text, () => actions.open(index), { class: "plain" }),
    );
  });
  return make("ol", { class: "around" }, ...items);
}

function entityButtons(report: IncidentReport, text: string, actions: DetailActions): HTMLElement | null {
  const named = report.entities.filter(({ key }) => {
    const short = /^[0-9a-f]{64}$/.test(key) ? key.slice(0, 12) : key;
    return short.length >= 4 && text.includes(short);
  });
  if (named.length === 0) return null;
  const items = named.slice(0, 12).map(({ kind, key, title }) => {
    const term = /^[0-9a-f]{64}$/.test(key) ? key.slice(0, 12) : key;
    return button(`${kind} ${visibleText(shortIds(title)).slice(0, 80)}`, () =>
      actions.addTerm(`"${term.replaceAll('"', "")}"`),
    );
  });
  return make("p", { class: "chips" }, ...items);
}

function groupLine(table: Table, event: number, store: Store, actions: DetailActions): HTMLElement | null {
  const group = actions.group(event);
  if (group.length < 2) return null;
  const position = group.indexOf(event);
  const [first, last] = [group[0] ?? event, group.at(-1) ?? event];
  const files = new Set(group.map((member) => table.artifact[member])).size;
  const copies = files > 1 ? `, in ${files} files, which may hold copies of the same lines` : "";
  const step = (by: number) => () =>
    actions.open(group[Math.min(group.length - 1, Math.max(0, position + by))] ?? event);
  return make(
    "p",
    { class: "group" },
    `Said ${group.length.toLocaleString("en")} times in this form${copies}, from ${eventTime(table, first, store)} to ${eventTime(table, last, store)}. This is number ${position + 1}. `,
    button("previous", step(-1)),
    " ",
    button("next", step(1)),
    " ",
    button("list each", () => actions.addTerm(`like:${eventId(table, event)}`)),
  );
}

function findingLinks(report: IncidentReport, ids: string[]): HTMLElement | null {
  const links = [...new Set(ids)].flatMap((id) => {
    const finding = report.findings.find((item) => item.id === id);
    const link = make("a", { href: `#f=${encodeURIComponent(id)}` }, visibleText(finding?.title ?? id));
    return [make("li", {}, link)];
  });
  return links.length ? make("div", {}, make("h4", {}, "Proves"), make("ul", {}, ...links)) : null;
}

function rawPart(report: IncidentReport, table: Table, event: number): HTMLElement {
  const [path, line] = [pathOf(table, event), table.line[event] ?? 0];
  const raw = rawLine(report, path, line);
  const text = visibleText(raw ?? textOf(table, event)).slice(0, LONGEST_RAW);
  const command = raw === null ? rawCommand(report, path, line) : null;
  return make(
    "div",
    {},
    make("h4", {}, raw === null ? "Message" : "The line as it stands in the file"),
    make("pre", { class: "raw", tabindex: "0", "aria-label": "Text of the event" }, text),
    command === null ? null : make("p", { class: "quiet" }, "The whole line: ", make("code", {}, command)),
  );
}

/** Fills the pane with an event, or says how to choose one. */
export function showDetail(report: IncidentReport, table: Table, store: Store, actions: DetailActions): void {
  const pane = byId("x-detail");
  const event = store.get().selected;
  if (event < 0) {
    pane.replaceChildren(
      make("p", { class: "quiet" }, "Choose an event to see its line, its fields and what stands around it."),
    );
    return;
  }
  const cited = citedLine(report, pathOf(table, event), table.line[event] ?? 0);
  const fields = fieldsOf(table, event, store).map(([name, value]) =>
    make("div", {}, make("dt", {}, name), make("dd", {}, value)),
  );
  const copy = button("Copy as Markdown", () => {
    void copyText(eventsMarkdown(report, table, store.get().zone, [event]), "the event as Markdown");
  });
  const parts = [
    make("p", { class: "tools" }, copy, " ", make("a", { href: `#e=${eventId(table, event)}` }, "link to this event")),
    rawPart(report, table, event),
    groupLine(table, event, store, actions),
    make("dl", { class: "fields" }, ...fields),
    entityButtons(report, textOf(table, event), actions),
    findingLinks(
      report,
      cited.map(({ finding }) => finding),
    ),
    make("h4", {}, "Around it in the same file"),
    around(table, event, store, actions),
  ];
  pane.replaceChildren(...parts.filter((part) => part !== null));
}
