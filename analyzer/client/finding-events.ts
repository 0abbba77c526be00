/** From a finding to the events that prove it: a button at each finding that has some in the list. */
import type { IncidentReport } from "../model/report.ts";
import { button } from "./dom.ts";
import type { Table } from "./table.ts";

/** Of each finding, the first event in the list that is one of its lines of evidence, by the finding's id. */
export function firstEvents(report: IncidentReport, table: Table): Map<string, number> {
  const files = new Map(table.events.artifacts.map(({ path }, index) => [path, index]));
  const wanted = new Map<number, Map<number, string[]>>();
  for (const { id, evidence } of report.findings) {
    for (const { artifact, line } of evidence) {
      const file = files.get(artifact);
      if (file === undefined) continue;
      const lines = wanted.get(file) ?? new Map<number, string[]>();
      wanted.set(file, lines.set(line, [...(lines.get(line) ?? []), id]));
    }
  }
  const first = new Map<string, number>();
  for (let event = table.size - 1; event >= 0; event -= 1) {
    const lines = wanted.get(table.artifact[event] ?? -1);
    for (const id of lines?.get(table.line[event] ?? 0) ?? []) first.set(id, event);
  }
  return first;
}

/** Adds the buttons; `show` gets the finding's id and its first event. */
export function addEventButtons(
  report: IncidentReport,
  table: Table,
  show: (finding: string, event: number) => void,
): void {
  const first = firstEvents(report, table);
  for (const section of document.querySelectorAll<HTMLElement>("[data-finding]")) {
    const id = section.dataset["finding"] ?? "";
    const event = first.get(id);
    if (event === undefined) continue;
    section.querySelector(".finding-tools")?.append(button("Show its events", () => show(id, event)));
  }
}
