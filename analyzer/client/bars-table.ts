/** The bars of the chart in words, for those who cannot see it: made when somebody opens it. */
import type { Bins } from "./bins.ts";
import { byId, make } from "./dom.ts";
import type { Range } from "./state.ts";
import type { Zone } from "./zone.ts";
import { timeText } from "./zone.ts";

const ROWS = 24;

function sumOf(level: Float64Array, from: number, to: number): number {
  return level.slice(from, to).reduce((sum, count) => sum + count, 0);
}

/** Fills the table with the counts of the visible range in equal parts. */
export function showBarsTable(bins: Bins, view: Range, zone: Zone): void {
  const width = (view.to - view.from) / ROWS;
  const rows = Array.from({ length: ROWS }, (_, index) => {
    const [from, to] = [index, index + 1].map((part) => Math.floor((part * bins.count) / ROWS)) as [number, number];
    const counts = bins.levels.map((level) => sumOf(level, from, to));
    const start = timeText(zone, view.from + index * width, width < 60_000 ? "milli" : "second");
    const cells = counts.map((count) => make("td", {}, count.toLocaleString("en")));
    return make("tr", {}, make("th", { scope: "row" }, start), ...cells);
  });
  const titles = [`From (${zone.label})`, "Errors", "Warnings", "Others"];
  const head = make("tr", {}, ...titles.map((title) => make("th", { scope: "col" }, title)));
  byId("x-table").replaceChildren(
    make(
      "table",
      {},
      make("caption", {}, "Events in the visible range"),
      make("thead", {}, head),
      make("tbody", {}, ...rows),
    ),
  );
}
