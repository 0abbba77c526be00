/** The canvas: keeps its size, its bins and its colours up to date, and draws at most once per frame. */
import type { IncidentReport } from "../model/report.ts";
import type { Bins } from "./bins.ts";
import { binEvents } from "./bins.ts";
import { byId } from "./dom.ts";
import type { Palette, Scene } from "./canvas.ts";
import { drawScene } from "./draw.ts";
import type { Layout } from "./layout.ts";
import { layoutFor } from "./layout.ts";
import type { ChartModel } from "./model.ts";
import type { Range, Store } from "./state.ts";
import type { Table } from "./table.ts";

export interface Chart {
  layout: () => Layout;
  bins: () => Bins;
  /** After a change of the filter. */
  filtered: (mask: Uint8Array, all: boolean) => void;
  recolor: () => void;
  /** After the lanes were unfolded or folded. */
  relaid: () => void;
  setBrush: (brush: Range | null) => void;
  draw: () => void;
}

const NAMES = "page surface ink quiet line strong-line accent accent-soft critical major minor info other".split(" ");

function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as Palette;
}

/** Full counts of the whole period, where events were left out of the file. */
function overviewOf(report: IncidentReport, model: ChartModel, table: Table, mask: Uint8Array, count: number): Bins {
  const bins = binEvents(table, model, mask, model.overview, count);
  const { histogram } = report;
  if (!histogram || table.events.thinning === null) return bins;
  const scale = count / (model.overview.to - model.overview.from);
  const start = Date.parse(histogram.from);
  bins.levels.forEach((level, index) => {
    level.fill(0);
    const counts = [histogram.error, histogram.warning, histogram.other][index] ?? [];
    counts.forEach((value, bin) => {
      const at = Math.floor((start + ((bin + 0.5) * histogram.binUs) / 1000 - model.overview.from) * scale);
      if (at >= 0 && at < count) level[at]! += value;
    });
  });
  bins.most = Math.max(1, ...bins.levels[0].map((value, bin) => value + bins.levels[1][bin]! + bins.levels[2][bin]!));
  return bins;
}

/** Sets the chart up in its place on the page. */
export function createChart(report: IncidentReport, table: Table, model: ChartModel, store: Store): Chart {
  const canvas = byId<HTMLCanvasElement>("x-canvas");
  const context = canvas.getContext("2d")!;
  const everything = new Uint8Array(table.size).fill(1);
  let mask: Uint8Array = everything;
  let all = true;
  let palette = readPalette();
  let layout = layoutFor(800, model.lanes.length);
  let brush: Range | null = null;
  let bins: Bins | null = null;
  let backdrop: Bins | null = null;
  let overview: Bins | null = null;

  const binCount = (): number => Math.max(60, Math.min(600, Math.floor((layout.right - layout.left) / 3)));
  const current = (): { bins: Bins; backdrop: Bins | null } => {
    const { view } = store.get();
    const count = binCount();
    backdrop ??= binEvents(table, model, everything, view, count);
    bins ??= all ? backdrop : binEvents(table, model, mask, view, count);
    return { bins, backdrop: all ? null : backdrop };
  };
  const draw = (): void => {
    const { view, zone, cursor } = store.get();
    overview ??= overviewOf(report, model, table, everything, 200);
    const font = `11px ${getComputedStyle(document.body).fontFamily}`;
    const scene: Scene = { layout, palette, font, model, view, zone, ...current(), overview, cursor, brush };
    drawScene(context, scene);
  };
  const resize = (): void => {
    const { width } = canvas.parentElement!.getBoundingClientRect();
    if (width < 40) return;
    layout = layoutFor(Math.floor(width), model.lanes.length);
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(layout.width * ratio);
    canvas.height = Math.round(layout.height * ratio);
    canvas.style.width = `${layout.width}px`;
    canvas.style.height = `${layout.height}px`;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    [bins, backdrop] = [null, null];
    draw();
  };
  new ResizeObserver(resize).observe(canvas.parentElement!);
  store.listen((changed) => {
    if (changed.has("view")) [bins, backdrop] = [null, null];
    if (["view", "zone", "cursor"].some((key) => changed.has(key as "view"))) draw();
  });
  return {
    layout: () => layout,
    bins: () => current().bins,
    filtered: (next, isAll) => {
      mask = next;
      all = isAll;
      bins = null;
      draw();
    },
    recolor: () => {
      palette = readPalette();
      draw();
    },
    relaid: resize,
    setBrush: (next) => {
      brush = next;
      draw();
    },
    draw,
  };
}
