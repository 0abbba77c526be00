/** From a key event that no finding proves to its line in the list of events. */
import type { IncidentReport } from "../model/report.ts";
import { cutStart, visibleText } from "../report/text.ts";
import { make } from "./dom.ts";
import type { Table } from "./table.ts";
import { eventId } from "./table.ts";

/** Names of the events that key events tell of, by the `artifact:line` that the table shows. */
export function keyEventNames({ timeline }: IncidentReport, table: Table): Map<string, string> {
  const files = new Map(table.events.artifacts.map(({ path }, index) => [path, index]));
  const wanted = new Map<number, Map<number, string>>();
  for (const { artifact, line } of timeline) {
    const file = files.get(artifact) ?? -1;
    const lines = wanted.get(file) ?? new Map<number, string>();
    wanted.set(file, lines.set(line, cutStart(visibleText(`${artifact}:${line}`), 200)));
  }
  const names = new Map<string, string>();
  for (let event = 0; event < table.size; event += 1) {
    const label = wanted.get(table.artifact[event] ?? -1)?.get(table.line[event] ?? 0);
    if (label !== undefined && !names.has(label)) names.set(label, eventId(table, event));
  }
  return names;
}

/** Whether a place leads to the line that proves a finding. */
function leadsToProof(place: HTMLElement): boolean {
  const target = document.getElementById(place.getAttribute("href")?.slice(1) ?? "");
  return target !== null && target.closest("#lines") === null;
}

/** Lets places that prove no finding lead to the list, where their line stands among the others. */
export function linkKeyEvents(report: IncidentReport, table: Table): void {
  const names = keyEventNames(report, table);
  for (const place of document.querySelectorAll<HTMLElement>("#events .cite")) {
    if (leadsToProof(place)) continue;
    const label = place.textContent ?? "";
    const name = names.get(label);
    if (name !== undefined) place.replaceWith(make("a", { class: "cite", href: `#e=${name}` }, label));
  }
}
