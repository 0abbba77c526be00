/** What the address says after `#`: an event, a finding, a stretch of time, a search. Static anchors stay what they are. */
import type { IncidentReport } from "../model/report.ts";
import { announce } from "./dom.ts";
import type { Store } from "./state.ts";
import type { Table } from "./table.ts";
import { eventId, findEvent } from "./table.ts";
import type { Zone } from "./zone.ts";
import type { Zoom } from "./zoom.ts";

interface Parts {
  report: IncidentReport;
  table: Table;
  store: Store;
  zoom: Zoom;
  zones: Zone[];
  /** Shows an event in list, chart and pane. */
  open: (event: number, jump: boolean) => void;
}

/** The anchor of a finding's section, as the analyzer names it. */
function findingSection(report: IncidentReport, id: string): HTMLElement | null {
  const index = report.findings.findIndex((finding) => finding.id === id || finding.rule === id);
  const found = report.findings[index];
  return found ? document.querySelector<HTMLElement>(`[data-finding="${CSS.escape(found.id)}"]`) : null;
}

function openEvent({ table, open }: Parts, id: string): void {
  const event = findEvent(table, id);
  if (event >= 0) return open(event, true);
  const file = table.events.artifacts.find((artifact) => id.startsWith(`${artifact.id}-`));
  const line = file ? `Line ${id.slice(9)} of ${file.path}` : `The event ${id}`;
  announce(`${line} is not in this report. ${table.events.thinning ?? "No such event was read."}`);
}

function openFinding({ report }: Parts, id: string): void {
  const section = findingSection(report, id);
  if (!section) return announce(`The finding ${id} is not in this report.`);
  section.setAttribute("tabindex", "-1");
  section.scrollIntoView({ behavior: "instant" });
  section.focus({ preventScroll: true });
}

/** Does what the address says; false when it says nothing of ours. */
function follow(parts: Parts): boolean {
  const { hash } = window.location;
  if (!/^#(?:e|f|t|q|tz)=/.test(hash)) return false;
  const said = new URLSearchParams(hash.slice(1));
  const zone = parts.zones.find(({ name }) => name === said.get("tz"));
  if (zone) parts.store.set({ zone });
  if (said.has("q")) parts.store.set({ query: said.get("q") ?? "" });
  const [, from, to] = /^(-?\d+(?:\.\d+)?)-(-?\d+(?:\.\d+)?)$/.exec(said.get("t") ?? "") ?? [];
  if (from && to && Number(from) < Number(to)) parts.zoom.show({ from: Number(from), to: Number(to) });
  parts.store.flush();
  if (said.has("e")) openEvent(parts, said.get("e") ?? "");
  if (said.has("f")) openFinding(parts, said.get("f") ?? "");
  return true;
}

function hashOf({ table, store }: Parts): string {
  const { view, query, zone, selected } = store.get();
  const said = new URLSearchParams();
  if (selected >= 0) said.set("e", eventId(table, selected));
  said.set("t", `${Math.round(view.from)}-${Math.round(view.to)}`);
  if (query) said.set("q", query);
  if (zone.name !== "utc") said.set("tz", zone.name);
  return `#${said.toString()}`;
}

function write(hash: string, step: boolean): void {
  try {
    if (step) window.history.pushState(null, "", hash);
    else window.history.replaceState(null, "", hash);
  } catch {
    // A page in a sandbox has no history; the report works without.
  }
}

/** Follows the address now and whenever it changes, and keeps it up to date. */
export function bindLinks(parts: Parts): void {
  let quiet = true;
  const go = (): void => {
    quiet = true;
    follow(parts);
    setTimeout(() => (quiet = false), 400);
  };
  window.addEventListener("hashchange", go);
  window.addEventListener("popstate", go);
  let timer = 0;
  parts.store.listen((changed, state) => {
    const moved = ["view", "query", "zone", "selected"].some((key) => changed.has(key as "view"));
    if (quiet || !moved) return;
    const step = changed.has("selected") && state.selected >= 0;
    clearTimeout(timer);
    timer = window.setTimeout(() => write(hashOf(parts), step), step ? 0 : 300);
  });
  go();
}
