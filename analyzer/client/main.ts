/** The script of the report. The page tells the whole story without it; this adds the timeline and the list of events. */
import type { ReportEvents } from "../model/events.ts";
import type { IncidentReport } from "../model/report.ts";
import { chainWords } from "../report/html-lanes.ts";
import { showBarsTable } from "./bars-table.ts";
import type { Chart } from "./chart.ts";
import { createChart } from "./chart.ts";
import { bindControls, showFilter } from "./controls.ts";
import { copyText } from "./copy.ts";
import { showDetail } from "./detail.ts";
import { announce, byId } from "./dom.ts";
import type { Filtered } from "./filter.ts";
import { filterEvents } from "./filter.ts";
import { addEventButtons } from "./finding-events.ts";
import { readIsland } from "./island.ts";
import { bindKeys } from "./keys.ts";
import { linkKeyEvents } from "./key-event-links.ts";
import { bindLinks } from "./links.ts";
import type { List } from "./list.ts";
import { createList } from "./list.ts";
import { eventsMarkdown } from "./markdown.ts";
import type { ChartModel } from "./model.ts";
import { createModel } from "./model.ts";
import { addCopyButtons, bindPrint, bindTheme, landAgain, openTarget, toggleFolds } from "./page.ts";
import { bindPointer } from "./pointer.ts";
import { createRetimer } from "./retime.ts";
import { rowsOf, rowWith } from "./rows.ts";
import type { State, Store } from "./state.ts";
import { createState } from "./state.ts";
import type { Table } from "./table.ts";
import { createTable, findEvent } from "./table.ts";
import { zonesFor } from "./zone.ts";
import type { Zoom } from "./zoom.ts";
import { createZoom } from "./zoom.ts";

interface Parts {
  report: IncidentReport;
  table: Table;
  store: Store;
  chart: Chart;
  list: List;
  zoom: Zoom;
}

const FILTERS: (keyof State)[] = ["query", "hiddenLevels", "hiddenOrigins", "scope", "fold"];

/** Filters again, and shows the result in list and chart. */
function applyFilter({ report, table, store, chart, list }: Parts): Filtered {
  const state = store.get();
  const filtered = filterEvents(table, report, state);
  const rows = rowsOf(table, filtered.mask, filtered.count, state.fold);
  list.show(rows);
  chart.filtered(filtered.mask, filtered.count === table.size);
  showFilter(table, filtered, rows.length, store);
  return filtered;
}

/** Shows an event everywhere; filters that hide it are taken out, and that is said. */
function createOpen({ table, store, list, zoom }: Parts): (event: number, jump: boolean) => void {
  return (event, jump) => {
    store.flush();
    if (!list.reveal(event)) {
      store.set({ query: "", hiddenLevels: new Set(), hiddenOrigins: new Set(), scope: null });
      store.flush();
      list.reveal(event);
      announce("The filter hid this event and was cleared.");
    }
    const [time, { view }] = [table.time[event] ?? 0, store.get()];
    const half = (view.to - view.from) / 2;
    if (time < view.from || time > view.to) zoom.show({ from: time - half, to: time + half });
    if (jump) byId("x-list").focus({ preventScroll: true });
    if (jump) byId("x-list").scrollIntoView({ block: "center", behavior: "instant" });
  };
}

function bindDetail(parts: Parts, open: (event: number, jump: boolean) => void): void {
  const { report, table, store, list } = parts;
  const group = (event: number): number[] => {
    const rows = list.rows();
    const row = rowWith(rows, event);
    return row < 0 ? [event] : Array.from(rows.members.slice(rows.start[row], rows.start[row + 1]));
  };
  const addTerm = (term: string): void => {
    store.set({
      query: `${store.get().query} ${term}`.trim(),
      fold: term.startsWith("like:") ? false : store.get().fold,
    });
    byId("x-query").focus();
  };
  const show = (): void => showDetail(report, table, store, { open: (event) => open(event, false), addTerm, group });
  store.listen((changed) => {
    if (["selected", "zone", "fold"].some((key) => changed.has(key as "zone"))) show();
  });
  show();
}

/** The button that unfolds “other lanes”; gives what it does. */
function bindLanes(model: ChartModel, chart: Chart): () => void {
  const [toggle, few] = [byId("x-lanes"), model.lanes.length];
  const isFolded = model.allLanes > few;
  const name = (): void => {
    const all = model.lanes.length > few;
    toggle.textContent = all ? `only the first lanes` : `all ${model.allLanes} lanes`;
    toggle.setAttribute("aria-pressed", String(all));
  };
  const flip = (): void => {
    if (!isFolded) return announce("No lanes are folded.");
    model.showAllLanes(model.lanes.length === few);
    chart.relaid();
    name();
  };
  toggle.hidden = !isFolded;
  byId("x-lanes-key").hidden = !isFolded;
  toggle.addEventListener("click", flip);
  name();
  return flip;
}

function copySelection({ report, table, store }: Parts): void {
  const { selected, zone } = store.get();
  if (selected < 0) announce("Choose an event first.");
  else void copyText(eventsMarkdown(report, table, zone, [selected]), "the event as Markdown");
}

function copyVisible({ report, table, store, list }: Parts): void {
  const rows = list.rows();
  const events = Array.from(rows.first.slice(0, 200));
  const left = rows.length - events.length;
  void copyText(
    eventsMarkdown(report, table, store.get().zone, events),
    left > 0
      ? `the first ${events.length} rows as Markdown (${left} more are listed)`
      : `${events.length} rows as Markdown`,
  );
}

function bindAllKeys(parts: Parts, zones: State["zone"][], flipTheme: () => void, flipLanes: () => void): void {
  const { store, table, list, zoom } = parts;
  const help = byId<HTMLDialogElement>("x-help");
  const isBad = (event: number): boolean => (table.level[event] ?? 7) <= 3;
  const nextZone = (): void => {
    const position = zones.findIndex(({ name }) => name === store.get().zone.name);
    store.set({ zone: zones[(position + 1) % zones.length] ?? zones[0]! });
  };
  byId("x-help-open").addEventListener("click", () => help.showModal());
  byId("x-help-close").addEventListener("click", () => help.close());
  byId("x-copy").addEventListener("click", () => copyVisible(parts));
  const keys = {
    "/": () => {
      const field = byId<HTMLInputElement>("x-query");
      field.focus();
      field.select();
    },
    j: () => list.move(1),
    k: () => list.move(-1),
    n: () => list.seek(1, isBad),
    N: () => list.seek(-1, isBad),
    "+": () => zoom.by(0.5),
    "=": () => zoom.by(0.5),
    "-": () => zoom.by(2),
    0: zoom.everything,
    i: zoom.incident,
    u: zoom.undo,
    z: nextZone,
    c: () => copySelection(parts),
    e: () => store.set({ fold: !toggleFolds() }),
    d: flipTheme,
    l: flipLanes,
    "?": () => help.showModal(),
  };
  const onChart = {
    ArrowLeft: () => zoom.pan(-0.1),
    ArrowRight: () => zoom.pan(0.1),
    ArrowUp: () => zoom.by(0.8),
    ArrowDown: () => zoom.by(1.25),
    Home: zoom.everything,
    Escape: zoom.undo,
  };
  const page = 20;
  const onList = {
    ArrowDown: () => list.move(1),
    ArrowUp: () => list.move(-1),
    PageDown: () => list.move(page),
    PageUp: () => list.move(-page),
    Home: () => list.move(-Infinity),
    End: () => list.move(Infinity),
    Enter: () => byId("x-detail").focus(),
  };
  bindKeys(keys, onChart, onList);
}

function bindPick({ report, table, store, list }: Parts, open: (event: number, jump: boolean) => void) {
  const ids = new Map(table.events.artifacts.map(({ path, id }) => [path, id]));
  return (ms: number, mark: { artifact: string; line: number } | null): void => {
    const event = mark ? findEvent(table, `${ids.get(mark.artifact) ?? ""}-${mark.line}`) : -1;
    if (event >= 0) return open(event, false);
    if (mark) {
      const finding = report.findings.find(({ evidence }) =>
        evidence.some(({ artifact, line }) => artifact === mark.artifact && line === mark.line),
      );
      if (finding)
        announce(`This comes from the state of the node (${mark.artifact}:${mark.line}), not from a log line.`);
    }
    store.set({ cursor: ms });
    list.scrollTo(ms);
  };
}

function explore(report: IncidentReport, events: ReportEvents, retime: (zone: State["zone"]) => void): void {
  const table = createTable(events);
  const model = createModel(report, table);
  const zones = zonesFor(report.clock.zone, model.t0);
  const store = createState({
    view: model.home,
    query: "",
    hiddenLevels: new Set(),
    hiddenOrigins: new Set(),
    scope: null,
    fold: true,
    zone: zones[0]!,
    selected: -1,
    cursor: null,
  });
  byId("explore").hidden = false;
  document.documentElement.dataset["explore"] = "on";
  const zoom = createZoom(model, store);
  const chart = createChart(report, table, model, store);
  const list = createList(table, model, store);
  const parts = { report, table, store, chart, list, zoom };
  const open = createOpen(parts);
  bindControls(table, zones, store, zoom);
  bindDetail(parts, open);
  bindPointer({ chart, model, store, zoom, pick: bindPick(parts, open) });
  const flipTheme = bindTheme(chart.recolor);
  bindAllKeys(parts, zones, flipTheme, bindLanes(model, chart));
  applyFilter(parts);
  store.listen((changed, state) => {
    if (changed.has("zone")) retime(state.zone);
    if (FILTERS.some((key) => changed.has(key))) applyFilter(parts);
  });
  const bars = byId<HTMLDetailsElement>("x-bars");
  const fillBars = (): void => {
    const { view, zone } = store.get();
    if (bars.open) showBarsTable(chart.bins(), view, zone);
  };
  bars.addEventListener("toggle", fillBars);
  store.listen(fillBars);
  byId("x-chain-help").textContent = chainWords(report);
  if (model.incident) list.scrollTo(model.incident.from, 0);
  addEventButtons(report, table, (finding, event) => {
    store.set({ query: `finding:${finding}`, hiddenLevels: new Set(), hiddenOrigins: new Set(), scope: null });
    open(event, true);
  });
  linkKeyEvents(report, table);
  bindLinks({ report, table, store, zoom, zones, open });
}

async function start(): Promise<void> {
  bindPrint();
  const report = await readIsland<IncidentReport>("report-data");
  if (!report) return;
  addCopyButtons(report);
  openTarget();
  window.addEventListener("hashchange", openTarget);
  const retime = createRetimer();
  const events = await readIsland<ReportEvents>("events-data");
  if (events && events.columns.time.length > 0) explore(report, events, retime);
  // What the address asked for is drawn with the next frame.
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  landAgain();
  document.documentElement.dataset["ready"] = "yes";
}

void start();
