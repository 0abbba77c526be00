/** The controls above the chart and the list: they show the state and change it, nothing else. */
import { bindLevels, bindSources } from "./choices.ts";
import { byId, button } from "./dom.ts";
import { showEmpty } from "./empty.ts";
import type { Filtered } from "./filter.ts";
import type { Store } from "./state.ts";
import type { Table } from "./table.ts";
import type { Zone } from "./zone.ts";
import { timeText } from "./zone.ts";
import type { Zoom } from "./zoom.ts";

const ZONES = { utc: "UTC", node: "node", viewer: "here", relative: "from T0" };

function bindZones(zones: Zone[], store: Store): void {
  const group = byId("x-zones");
  const buttons = zones.map((zone) => {
    const place = zone.name === "node" || zone.name === "viewer" ? ` (${zone.label})` : "";
    const element = button(`${ZONES[zone.name]}${place}`, () => store.set({ zone }), {
      "aria-pressed": "false",
      title: zone.name === "relative" ? "T0 is when the root cause was first seen" : null,
    });
    return { zone, element };
  });
  group.append(...buttons.map(({ element }) => element));
  const mark = (): void => {
    for (const { zone, element } of buttons) {
      element.setAttribute("aria-pressed", String(zone.name === store.get().zone.name));
    }
  };
  store.listen((changed) => changed.has("zone") && mark());
  mark();
}

function bindSearch(store: Store): void {
  const field = byId<HTMLInputElement>("x-query");
  field.addEventListener("input", () => store.set({ query: field.value }));
  store.listen((changed, { query }) => {
    if (changed.has("query") && field.value !== query) field.value = query;
  });
  const fold = byId<HTMLInputElement>("x-fold");
  fold.addEventListener("change", () => store.set({ fold: fold.checked }));
  const scope = byId<HTMLInputElement>("x-scope");
  scope.addEventListener("change", () => store.set({ scope: scope.checked ? store.get().view : null }));
  store.listen((changed, state) => {
    fold.checked = state.fold;
    scope.checked = state.scope !== null;
    if (changed.has("view") && state.scope) store.set({ scope: state.view });
  });
}

function bindZoom(store: Store, zoom: Zoom): void {
  const actions: Record<string, () => void> = {
    "x-in": () => zoom.by(0.5),
    "x-out": () => zoom.by(2),
    "x-left": () => zoom.pan(-0.25),
    "x-right": () => zoom.pan(0.25),
    "x-incident": zoom.incident,
    "x-everything": zoom.everything,
    "x-undo": zoom.undo,
  };
  for (const id of ["x-incident", "x-incident-help", "x-incident-key"]) byId(id).hidden = !zoom.hasIncident;
  for (const [id, action] of Object.entries(actions)) byId(id).addEventListener("click", action);
  const show = (): void => {
    const { view, zone } = store.get();
    const precision = view.to - view.from < 60_000 ? "milli" : "second";
    byId("x-range").textContent =
      `${timeText(zone, view.from, precision)} – ${timeText(zone, view.to, precision)} ${zone.label}`;
  };
  store.listen((changed) => (changed.has("view") || changed.has("zone")) && show());
  show();
}

/** Connects all controls with the state. */
export function bindControls(table: Table, zones: Zone[], store: Store, zoom: Zoom): void {
  bindZones(zones, store);
  bindLevels(table, store);
  bindSources(table, store);
  bindSearch(store);
  bindZoom(store, zoom);
}

/** Shows what the filter left, and each of its terms with a way to take it out. */
export function showFilter(table: Table, filtered: Filtered, rows: number, store: Store): void {
  const { terms, count, problem, hint } = filtered;
  const chips = terms.map(({ source }) => {
    const remove = (): void => store.set({ query: store.get().query.replace(source, "").replace(/\s+/g, " ").trim() });
    return button(`${source} ×`, remove, { class: "chip", "aria-label": `remove ${source}` });
  });
  byId("x-chips").replaceChildren(...chips);
  const field = byId("x-query");
  field.setAttribute("aria-invalid", String(problem !== null));
  byId("x-problem").textContent = problem ?? hint ?? "";
  const all = `${count.toLocaleString("en")} of ${table.size.toLocaleString("en")} events`;
  byId("x-count").textContent = rows === count ? all : `${all} in ${rows.toLocaleString("en")} rows`;
  showEmpty(rows, store);
}
