/** One row of the list. Its element stays while the filter changes what stands in it: only what differs is written. */
import { visibleText } from "../report/text.ts";
import { drawPath, make } from "./dom.ts";
import type { ChartModel } from "./model.ts";
import type { Rows } from "./rows.ts";
import { sparkline } from "./rows.ts";
import { wrongClockText } from "./stated.ts";
import type { Store } from "./state.ts";
import type { Table } from "./table.ts";
import { LEVELS, originOf, placeOf, textOf } from "./table.ts";
import { precisionOf, timeText } from "./zone.ts";

export interface Row {
  element: HTMLElement;
  /** Shows what stands in this row of the rows; `height` in pixels. */
  fill: (rows: Rows, height: number) => void;
  mark: (selected: boolean, atCursor: boolean) => void;
}

const SPARK_BINS = 30;
const LONGEST = 400;

/** `~` before what was inferred, and no more digits than were written. */
export function eventTime(table: Table, index: number, store: Store): string {
  const place = placeOf(table, index);
  if (place.basis === null) return "no time";
  const text = timeText(store.get().zone, table.time[index] ?? 0, precisionOf(place.precision));
  return place.basis === "order-only" ? `≈ ${text}` : `${place.basis === "exact" ? "" : "~"}${text}`;
}

/** Writes an attribute that differs: the browser would style the element anew for one that does not. */
function set(element: Element, name: string, value: string): void {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

function write(text: Text, value: string): void {
  if (text.data !== value) text.data = value;
}

function cell(className: string, ...children: Node[]): HTMLElement {
  return make("span", { class: className, role: "gridcell" }, ...children);
}

function createCells() {
  const words = (): Text => document.createTextNode("");
  const [time, word, origin, said, times] = [words(), words(), words(), words(), words()];
  const icon = make("span", { class: "icon", "aria-hidden": "true" });
  const level = cell("row-level", icon, word);
  const [text, count] = [cell("row-text", said), cell("row-count", times)];
  const [stated, spark] = [make("span", { class: "stated" }), drawPath(SPARK_BINS * 2, 12, "")];
  const all = [cell("row-time", time), level, cell("row-origin", origin), text, count];
  return { all, time, level, icon, word, origin, text, stated, said, count, times, spark };
}

/** An empty row of that number, counted from 0. */
export function createRow(table: Table, model: ChartModel, store: Store, row: number): Row {
  const cells = createCells();
  const attributes = { id: `x-row-${row}`, "aria-rowindex": String(row + 1), "aria-selected": "false" };
  const element = make("div", { class: "row", role: "row", ...attributes }, ...cells.all);
  const fillText = (event: number): void => {
    const wrong = wrongClockText(table, event);
    if (wrong === null) cells.stated.remove();
    else {
      cells.stated.textContent = `stated ${wrong.replace(/\.\d+| UTC$/g, "")} `;
      cells.text.prepend(cells.stated);
    }
    write(cells.said, visibleText(textOf(table, event).slice(0, LONGEST)));
  };
  const fillCount = (rows: Rows): void => {
    const count = (rows.start[row + 1] ?? 0) - (rows.start[row] ?? 0);
    write(cells.times, count > 1 ? `×${count.toLocaleString("en")}` : "");
    if (count < 2) return cells.spark.remove();
    const { from, to } = model.overview;
    set(cells.spark.firstElementChild!, "d", sparkline(table, rows, row, from, to, SPARK_BINS));
    if (!cells.spark.parentNode) cells.count.append(cells.spark);
  };
  return {
    element,
    fill: (rows, height) => {
      const event = rows.first[row] ?? 0;
      const { tone, icon, word } = LEVELS[table.level[event] ?? 6] ?? LEVELS[6]!;
      element.style.top = `${row * height}px`;
      write(cells.time, eventTime(table, event, store));
      set(cells.level, "class", `row-level ${tone}`);
      if (cells.icon.textContent !== icon) cells.icon.textContent = icon;
      write(cells.word, ` ${word}`);
      write(cells.origin, visibleText(originOf(table, event).slice(0, 80)));
      fillText(event);
      fillCount(rows);
    },
    mark: (selected, atCursor) => {
      set(element, "aria-selected", String(selected));
      if (element.classList.contains("at-cursor") !== atCursor) element.classList.toggle("at-cursor", atCursor);
    },
  };
}
