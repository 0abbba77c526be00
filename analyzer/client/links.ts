/** What the address says after `#`: an event, a finding, and the view with all its filters. Static anchors stay what they are. */
import type { IncidentReport } from "../model/report.ts";
import { announce } from "./dom.ts";
import type { LevelGroup, State, Store } from "./state.ts";
import type { Table } from "./table.ts";
import { eventId, findEvent } from "./table.ts";
import type { Zone } from "./zone.ts";
import type { Zoom } from "./zoom.ts";

const LEVEL_GROUPS: readonly string[] = ["error", "warning", "other", "debug"] satisfies LevelGroup[];
const SAID: (keyof State)[] = ["view", "query", "zone", "selected", "hiddenLevels", "hiddenOrigins", "fold", "scope"];

function isLevelGroup(word: string): word is LevelGroup {
  return LEVEL_GROUPS.includes(word);
}

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
  const { findings } = report;
  const found = findings.find((finding) => finding.id === id) ?? findings.find(({ rule }) => rule === id);
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
  for (let fold = section.closest("details"); fold; fold = fold.parentElement?.closest("details") ?? null) {
    fold.open = true;
  }
  section.setAttribute("tabindex", "-1");
  section.scrollIntoView({ behavior: "instant" });
  section.focus({ preventScroll: true });
}

/** Sources by name: those that are hidden, or those that are left when that is shorter. */
function sourcesSaid({ table, store }: Parts): ["hide" | "only", string[]] {
  const { hiddenOrigins } = store.get();
  const { origins } = table.events;
  const names = (hidden: boolean): string[] =>
    origins.flatMap(({ name }, index) => (hiddenOrigins.has(index) === hidden ? [name] : []));
  return hiddenOrigins.size > 0 && hiddenOrigins.size * 2 > origins.length
    ? ["only", names(false)]
    : ["hide", names(true)];
}

function hiddenBy({ table }: Parts, said: URLSearchParams): Set<number> {
  const [only, hide] = [new Set(said.getAll("only")), new Set(said.getAll("hide"))];
  return new Set(
    table.events.origins.flatMap(({ name }, index) =>
      hide.has(name) || (said.has("only") && !only.has(name)) ? index : [],
    ),
  );
}

/** An address with a stretch of time tells the whole view: what it does not name is as at the start. */
function readView(parts: Parts, said: URLSearchParams): void {
  const { store, zones, zoom } = parts;
  const [, from, to] = /^(-?\d+(?:\.\d+)?)-(-?\d+(?:\.\d+)?)$/.exec(said.get("t") ?? "") ?? [];
  const whole = from !== undefined && to !== undefined && Number(from) < Number(to);
  const zone = zones.find(({ name }) => name === said.get("tz")) ?? (whole ? zones[0] : undefined);
  if (zone) store.set({ zone });
  if (whole || said.has("q")) store.set({ query: said.get("q") ?? "" });
  if (whole || said.has("lv")) {
    const hidden = (said.get("lv") ?? "").split(",").filter(isLevelGroup);
    store.set({ hiddenLevels: new Set(hidden) });
  }
  if (whole || said.has("hide") || said.has("only")) store.set({ hiddenOrigins: hiddenBy(parts, said) });
  if (whole || said.has("fold")) store.set({ fold: said.get("fold") !== "0" });
  if (whole) zoom.show({ from: Number(from), to: Number(to) });
  if (whole || said.has("scope")) store.set({ scope: said.get("scope") === "1" ? store.get().view : null });
}

/** Does what the address says; false when it says nothing of ours. */
function follow(parts: Parts): boolean {
  const { hash } = window.location;
  if (!/^#(?:e|f|t|q|tz|lv|hide|only|fold|scope)=/.test(hash)) return false;
  const said = new URLSearchParams(hash.slice(1));
  readView(parts, said);
  parts.store.flush();
  if (said.has("e")) openEvent(parts, said.get("e") ?? "");
  else if (said.has("t")) parts.store.set({ selected: -1 });
  if (said.has("f")) openFinding(parts, said.get("f") ?? "");
  return true;
}

function hashOf(parts: Parts): string {
  const { table, store } = parts;
  const { view, query, zone, selected, hiddenLevels, fold, scope } = store.get();
  const said = new URLSearchParams();
  if (selected >= 0) said.set("e", eventId(table, selected));
  said.set("t", `${Math.round(view.from)}-${Math.round(view.to)}`);
  if (query) said.set("q", query);
  if (hiddenLevels.size > 0) said.set("lv", [...hiddenLevels].toSorted().join(","));
  const [key, names] = sourcesSaid(parts);
  for (const name of names) said.append(key, name);
  if (key === "only" && names.length === 0) said.set(key, "");
  if (!fold) said.set("fold", "0");
  if (scope) said.set("scope", "1");
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
    parts.store.flush();
    quiet = false;
  };
  window.addEventListener("hashchange", go);
  window.addEventListener("popstate", go);
  let timer = 0;
  parts.store.listen((changed, state) => {
    const moved = SAID.some((key) => changed.has(key));
    if (quiet || !moved) return;
    const step = changed.has("selected") && state.selected >= 0;
    clearTimeout(timer);
    timer = window.setTimeout(() => write(hashOf(parts), step), step ? 0 : 300);
  });
  go();
}
