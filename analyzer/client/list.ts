/** The list of events: only the rows in sight are in the document, whatever the number of events. */
import { byId } from "./dom.ts";
import type { ChartModel } from "./model.ts";
import type { Row } from "./row.ts";
import { createRow } from "./row.ts";
import type { Rows } from "./rows.ts";
import { rowAt, rowWith } from "./rows.ts";
import type { Store } from "./state.ts";
import type { Table } from "./table.ts";

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
}

/** Rows above and below those in sight, for those who scroll. */
const EXTRA = 8;
const LEAST_ROWS = 4;
/** Of the list, of which whole rows are shown: none is cut at its end. */
const MOST_PIXELS = 448;
/** Milliseconds without a change, after which the list takes the height of its rows and gets those out of sight. */
const PAUSE = 300;

/** Sets the list up in its place on the page. */
export function createList(table: Table, model: ChartModel, store: Store): List {
  const [frame, inner] = [byId("x-list"), byId("x-rows")];
  let rows: Rows = { length: 0, first: new Uint32Array(0), start: new Uint32Array(1), members: new Uint32Array(0) };
  const shown = new Map<number, Row>();
  let height = 26;

  const selectedRow = (): number => {
    const { selected } = store.get();
    return selected < 0 ? -1 : rowWith(rows, selected);
  };
  const mark = (): void => {
    const row = selectedRow();
    const { cursor } = store.get();
    const near = cursor === null || rows.length === 0 ? -1 : rowAt(table, rows, cursor);
    for (const [number, one] of shown) one.mark(number === row, number === near);
    if (row >= 0 && shown.has(row)) frame.setAttribute("aria-activedescendant", `x-row-${row}`);
    else frame.removeAttribute("aria-activedescendant");
  };
  /** Draws the rows in sight and some around them; those that are there are filled again when they are `stale`. */
  const place = (top: number, pixels: number, extra: number, stale: boolean): void => {
    const first = Math.max(0, Math.floor(top / height) - extra);
    const last = Math.min(rows.length, Math.ceil((top + pixels) / height) + extra);
    for (const [row, { element }] of shown) {
      if (row >= first && row < last) continue;
      element.remove();
      shown.delete(row);
    }
    const added: HTMLElement[] = [];
    for (let row = first; row < last; row += 1) {
      const known = shown.get(row);
      const one = known ?? createRow(table, model, store, row);
      if (!known || stale) one.fill(rows, height);
      if (known) continue;
      shown.set(row, one);
      added.push(one.element);
    }
    inner.append(...added);
    mark();
  };
  const draw = (): void => place(frame.scrollTop, frame.clientHeight, EXTRA, false);
  /** Few rows need no full height, 2 px of borders beside. All below moves, which takes too long for every keystroke. */
  const fitHeight = (): void => {
    const most = Math.floor(MOST_PIXELS / height);
    frame.style.height = `${Math.min(most, Math.max(LEAST_ROWS, rows.length)) * height + 2}px`;
  };
  let timer = 0;
  const rest = (): void => {
    draw();
    fitHeight();
  };
  /** Reads all sizes before it writes: the browser would lay out the page for each that is read afterwards. */
  const redraw = (extra = EXTRA): void => {
    const { scrollTop, clientHeight, clientWidth } = frame;
    height = clientWidth <= 700 ? 48 : 26;
    const top = Math.min(scrollTop, Math.max(0, rows.length * height - clientHeight));
    if (top !== scrollTop) frame.scrollTop = top;
    inner.style.height = `${rows.length * height}px`;
    clearTimeout(timer);
    timer = window.setTimeout(rest, PAUSE);
    place(top, clientHeight, extra, true);
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
  new ResizeObserver(() => redraw()).observe(frame);
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
    move: step,
    show: (next) => {
      const first = rows.length === 0;
      rows = next;
      redraw(0);
      frame.setAttribute("aria-rowcount", String(rows.length));
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
