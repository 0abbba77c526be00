/** The list of events: only the rows in sight are in the document, whatever the number of events. */
import { visibleText } from "../report/text.ts";
import { byId, drawPath, make } from "./dom.ts";
import type { ChartModel } from "./model.ts";
import type { Rows } from "./rows.ts";
import { rowAt, rowWith, sparkline } from "./rows.ts";
import { wrongClockText } from "./stated.ts";
import type { Store } from "./state.ts";
import type { Table } from "./table.ts";
import { LEVELS, originOf, placeOf, textOf } from "./table.ts";
import { precisionOf, timeText } from "./zone.ts";

export interface List {
  show: (rows: Rows) => void;
  /** Selects and scrolls to an event; false when the filter hides it. */
  reveal: (event: number) => boolean;
  /** Scrolls to a time without selecting; that much of the list, a third, shows what was before. */
  scrollTo: (ms: number, before?: number) => void;
  /** Moves the selection by rows. */
  move: (by: number) => void;
  /** Selects the next row, from the selection on, for which the test holds. */
  seek: (direction: 1 | -1, test: (event: number) => boolean) => void;
  rows: () => Rows;
  redraw: () => void;
}

const EXTRA = 8;
const SPARK_BINS = 30;
const LONGEST = 400;
const LEAST_ROWS = 4;
/** Of the list, of which whole rows are shown: none is cut at its end. */
const MOST_PIXELS = 448;
/** Milliseconds without a change, after which the list takes the height of its rows. */
const PAUSE = 300;

/** `~` before what was inferred, and no more digits than were written. */
export function eventTime(table: Table, index: number, store: Store): string {
  const place = placeOf(table, index);
  if (place.basis === null) return "no time";
  const text = timeText(store.get().zone, table.time[index] ?? 0, precisionOf(place.precision));
  return place.basis === "order-only" ? `≈ ${text}` : `${place.basis === "exact" ? "" : "~"}${text}`;
}

function cell(className: string, ...children: (Node | string | null)[]): HTMLElement {
  return make("span", { class: className, role: "gridcell" }, ...children);
}

function rowElement(table: Table, model: ChartModel, store: Store, rows: Rows, row: number, height: number) {
  const event = rows.first[row] ?? 0;
  const count = (rows.start[row + 1] ?? 0) - (rows.start[row] ?? 0);
  const level = LEVELS[table.level[event] ?? 6] ?? LEVELS[6]!;
  const { overview } = model;
  const spark =
    count > 1
      ? drawPath(SPARK_BINS * 2, 12, sparkline(table, rows, row, overview.from, overview.to, SPARK_BINS))
      : null;
  const stated = wrongClockText(table, event);
  const element = make(
    "div",
    { class: "row", role: "row", id: `x-row-${row}`, "aria-rowindex": String(row + 1), "aria-selected": "false" },
    cell("row-time", eventTime(table, event, store)),
    cell(
      `row-level ${level.tone}`,
      make("span", { class: "icon", "aria-hidden": "true" }, level.icon),
      ` ${level.word}`,
    ),
    cell("row-origin", visibleText(originOf(table, event).slice(0, 80))),
    cell(
      "row-text",
      stated && make("span", { class: "stated" }, `stated ${stated.replace(/\.\d+| UTC$/g, "")} `),
      visibleText(textOf(table, event).slice(0, LONGEST)),
    ),
    cell("row-count", count > 1 ? `×${count.toLocaleString("en")}` : "", spark),
  );
  element.style.top = `${row * height}px`;
  return element;
}

/** Sets the list up in its place on the page. */
export function createList(table: Table, model: ChartModel, store: Store): List {
  const [frame, inner] = [byId("x-list"), byId("x-rows")];
  let rows: Rows = { length: 0, first: new Uint32Array(0), start: new Uint32Array(1), members: new Uint32Array(0) };
  let shown = new Map<number, HTMLElement>();
  let height = 26;

  const selectedRow = (): number => {
    const { selected } = store.get();
    return selected < 0 ? -1 : rowWith(rows, selected);
  };
  const mark = (): void => {
    const row = selectedRow();
    for (const [number, element] of shown) element.setAttribute("aria-selected", String(number === row));
    const { cursor } = store.get();
    const near = cursor === null || rows.length === 0 ? -1 : rowAt(table, rows, cursor);
    for (const [number, element] of shown) element.classList.toggle("at-cursor", number === near);
    if (row >= 0 && shown.has(row)) frame.setAttribute("aria-activedescendant", `x-row-${row}`);
    else frame.removeAttribute("aria-activedescendant");
  };
  const draw = (): void => {
    const first = Math.max(0, Math.floor(frame.scrollTop / height) - EXTRA);
    const last = Math.min(rows.length, Math.ceil((frame.scrollTop + frame.clientHeight) / height) + EXTRA);
    const next = new Map<number, HTMLElement>();
    const added: HTMLElement[] = [];
    for (let row = first; row < last; row += 1) {
      const known = shown.get(row);
      const element = known ?? rowElement(table, model, store, rows, row, height);
      if (!known) added.push(element);
      next.set(row, element);
    }
    for (const [row, element] of shown) if (!next.has(row)) element.remove();
    inner.append(...added);
    shown = next;
    mark();
  };
  /** Few rows need no full height, 2 px of borders beside. All below moves, which takes too long for every keystroke. */
  const fitHeight = (): void => {
    const most = Math.floor(MOST_PIXELS / height);
    frame.style.height = `${Math.min(most, Math.max(LEAST_ROWS, rows.length)) * height + 2}px`;
  };
  let timer = 0;
  const redraw = (): void => {
    height = frame.clientWidth <= 700 ? 48 : 26;
    inner.style.height = `${rows.length * height}px`;
    clearTimeout(timer);
    timer = window.setTimeout(fitHeight, PAUSE);
    for (const element of shown.values()) element.remove();
    shown = new Map();
    draw();
  };
  const toRow = (row: number): void => {
    const top = row * height;
    if (top < frame.scrollTop || top + height > frame.scrollTop + frame.clientHeight) {
      frame.scrollTop = Math.max(0, top - frame.clientHeight / 3);
    }
    draw();
  };
  const select = (row: number): void => {
    const event = rows.first[row];
    if (event === undefined) return;
    store.set({ selected: event, cursor: table.time[event] ?? null });
    toRow(row);
  };
  frame.addEventListener("scroll", () => requestAnimationFrame(draw), { passive: true });
  inner.addEventListener("click", (event) => {
    const row = (event.target as Element).closest(".row")?.getAttribute("aria-rowindex");
    if (row) select(Number(row) - 1);
  });
  inner.addEventListener("pointermove", (event) => {
    const row = (event.target as Element).closest(".row")?.getAttribute("aria-rowindex");
    if (row) store.set({ cursor: table.time[rows.first[Number(row) - 1] ?? 0] ?? null });
  });
  new ResizeObserver(redraw).observe(frame);
  store.listen((changed) => {
    if (changed.has("zone")) redraw();
    else if (changed.has("selected") || changed.has("cursor")) mark();
  });
  const step = (by: number): void => {
    const row = selectedRow();
    select(Math.max(0, Math.min(rows.length - 1, row < 0 ? 0 : row + by)));
  };
  return {
    rows: () => rows,
    redraw,
    move: step,
    show: (next) => {
      const first = rows.length === 0;
      rows = next;
      frame.setAttribute("aria-rowcount", String(rows.length));
      frame.scrollTop = Math.min(frame.scrollTop, Math.max(0, rows.length * height - frame.clientHeight));
      redraw();
      if (first) fitHeight();
    },
    reveal: (event) => {
      const row = rowWith(rows, event);
      store.set({ selected: event, cursor: table.time[event] ?? null });
      if (row >= 0) toRow(row);
      return row >= 0;
    },
    scrollTo: (ms, before = 1 / 3) => {
      const above = Math.floor((frame.clientHeight * before) / height);
      frame.scrollTop = Math.max(0, rowAt(table, rows, ms) - above) * height;
      draw();
    },
    seek: (direction, test) => {
      for (let row = selectedRow() + direction; row >= 0 && row < rows.length; row += direction) {
        if (test(rows.first[row] ?? 0)) return select(row);
      }
    },
  };
}
