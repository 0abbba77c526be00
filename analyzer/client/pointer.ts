/** Pointer and keys on the chart: brush, pan, zoom, and a note beside what is pointed at. */
import { plural } from "../report/text.ts";
import { byId } from "./dom.ts";
import type { Chart } from "./chart.ts";
import { scaleFor } from "./layout.ts";
import type { ChartModel, Mark } from "./model.ts";
import type { Range, Store } from "./state.ts";
import type { Zoom } from "./zoom.ts";
import { timeText } from "./zone.ts";

interface Parts {
  chart: Chart;
  model: ChartModel;
  store: Store;
  zoom: Zoom;
  /** Shows the event that is nearest to a time, or the line of a mark. */
  pick: (ms: number, mark: Mark | null) => void;
}

interface Drag {
  kind: "brush" | "pan" | "overview" | "window";
  x: number;
  view: Range;
}

const SHORTEST_DRAG = 4;

/** The mark under the pointer, or null. */
function markAt({ chart, model, store }: Parts, x: number, y: number): Mark | null {
  const layout = chart.layout();
  const lane = model.lanes[Math.floor((y - layout.lanesTop) / layout.laneHeight)];
  if (!lane || y < layout.lanesTop) return null;
  const scale = scaleFor(layout, store.get().view);
  const near = (mark: Mark): number => {
    const [x0, x1] = [scale.x(mark.from), scale.x(mark.to)];
    return x >= x0 - 6 && x <= x1 + 6 ? Math.abs((x0 + x1) / 2 - x) : Infinity;
  };
  const [best] = lane.marks.toSorted((a, b) => near(a) - near(b));
  return best && near(best) < Infinity ? best : null;
}

function noteAt(parts: Parts, x: number, y: number): string {
  const { chart, model, store } = parts;
  const { view, zone } = store.get();
  const layout = chart.layout();
  const mark = markAt(parts, x, y);
  const ms = scaleFor(layout, view).ms(x);
  if (mark) {
    const ends = mark.to - mark.from > 1 ? ` – ${timeText(zone, mark.to, "second")}` : "";
    return `${timeText(zone, mark.from, "milli")}${ends} ${zone.label}\n${mark.severity}: ${mark.text.slice(0, 240)}`;
  }
  const bins = chart.bins();
  const bin = Math.floor(((x - layout.left) / (layout.right - layout.left)) * bins.count);
  const lane = Math.floor((y - layout.lanesTop) / layout.laneHeight);
  const time = `${timeText(zone, ms, "second")} ${zone.label}`;
  if (y < layout.lanesTop) {
    const [errors, warnings, others] = bins.levels.map((level) => level[bin] ?? 0);
    const counts = [plural(errors ?? 0, "error"), plural(warnings ?? 0, "warning"), plural(others ?? 0, "other")];
    return `${time}\n${errors || warnings || others ? counts.join(", ") : "no events"}`;
  }
  const gap = model.lanes[lane]?.gaps.find(({ from, to }) => ms >= from && ms <= to);
  const count = bins.lanes[lane * bins.count + bin] ?? 0;
  return `${time}\n${gap ? gap.text : model.lanes[lane]?.events ? plural(count, "event") : (model.lanes[lane]?.name ?? "")}`;
}

function showNote(text: string | null, x: number, y: number, width: number): void {
  const note = byId("x-note");
  note.hidden = text === null;
  if (text === null) return;
  note.textContent = text;
  note.style.left = `${Math.max(0, Math.min(x + 14, width - 330))}px`;
  note.style.top = `${y + 16}px`;
}

function startDrag({ chart, model, store }: Parts, event: PointerEvent, x: number, y: number): Drag {
  const layout = chart.layout();
  const { view } = store.get();
  if (y < layout.flagsTop) {
    const scale = scaleFor(layout, model.overview);
    const [x0, x1] = [scale.x(view.from), scale.x(view.to)];
    const isInside = x >= x0 && x <= x1 && x1 - x0 > 8;
    // A window over nearly all of it cannot be moved: a part is chosen.
    const isMovable = x1 - x0 < 0.9 * (layout.right - layout.left);
    return { kind: isInside && isMovable ? "window" : "overview", x, view };
  }
  return { kind: event.shiftKey || event.button === 1 ? "pan" : "brush", x, view };
}

function rangeBetween(scale: { ms: (x: number) => number }, a: number, b: number): Range {
  const [from, to] = [scale.ms(Math.min(a, b)), scale.ms(Math.max(a, b))];
  return { from, to };
}

function moveDrag({ chart, model, store, zoom }: Parts, drag: Drag, x: number): void {
  const layout = chart.layout();
  const own = scaleFor(layout, drag.view);
  const whole = scaleFor(layout, model.overview);
  if (drag.kind === "brush") chart.setBrush(rangeBetween(scaleFor(layout, store.get().view), drag.x, x));
  if (drag.kind === "overview" && Math.abs(x - drag.x) > 1) zoom.show(rangeBetween(whole, drag.x, x), false);
  if (drag.kind === "pan" || drag.kind === "window") {
    const by = drag.kind === "pan" ? own.ms(drag.x) - own.ms(x) : whole.ms(x) - whole.ms(drag.x);
    zoom.show({ from: drag.view.from + by, to: drag.view.to + by }, false);
  }
}

function endDrag(parts: Parts, drag: Drag, x: number, y: number): void {
  const { chart, model, store, zoom, pick } = parts;
  const layout = chart.layout();
  chart.setBrush(null);
  const scale = scaleFor(layout, store.get().view);
  const moved = Math.abs(x - drag.x) >= SHORTEST_DRAG;
  if (drag.kind === "brush" && moved) zoom.show(rangeBetween(scale, drag.x, x));
  else if (drag.kind === "brush") pick(scale.ms(x), markAt(parts, x, y));
  else if (drag.kind === "overview" && moved) zoom.done(drag.view);
  else if (drag.kind === "overview") {
    const middle = scaleFor(layout, model.overview).ms(x);
    const width = drag.view.to - drag.view.from;
    zoom.show({ from: middle - width / 2, to: middle + width / 2 });
  }
}

function onWheel({ chart, store, zoom }: Parts, event: WheelEvent, x: number): void {
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    zoom.by(event.deltaY > 0 ? 1.25 : 0.8, scaleFor(chart.layout(), store.get().view).ms(x));
  } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
    event.preventDefault();
    zoom.pan((event.deltaX || event.deltaY) / 800);
  }
}

/** Makes the canvas answer. */
export function bindPointer(parts: Parts): void {
  const canvas = byId<HTMLCanvasElement>("x-canvas");
  let drag: Drag | null = null;
  const place = (event: MouseEvent): [number, number] => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button > 1) return;
    const [x, y] = place(event);
    drag = startDrag(parts, event, x, y);
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const [x, y] = place(event);
    const { view } = parts.store.get();
    const inPlot = y > parts.chart.layout().flagsTop && x >= parts.chart.layout().left;
    parts.store.set({ cursor: inPlot ? scaleFor(parts.chart.layout(), view).ms(x) : null });
    if (drag) moveDrag(parts, drag, x);
    showNote(!drag && inPlot ? noteAt(parts, x, y) : null, x, y, parts.chart.layout().width);
  });
  const stop = (event: PointerEvent): void => {
    const [x, y] = place(event);
    if (drag && event.type === "pointerup") endDrag(parts, drag, x, y);
    else parts.chart.setBrush(null);
    drag = null;
  };
  canvas.addEventListener("pointerup", stop);
  canvas.addEventListener("pointercancel", stop);
  canvas.addEventListener("pointerleave", () => {
    showNote(null, 0, 0, 0);
    if (!drag) parts.store.set({ cursor: null });
  });
  canvas.addEventListener("wheel", (event) => onWheel(parts, event, place(event)[0]), { passive: false });
}
