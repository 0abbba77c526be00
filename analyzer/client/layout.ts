/** Where things lie on the canvas, in CSS pixels. */
import type { Range } from "./range.ts";

export interface Layout {
  width: number;
  height: number;
  /** The plot's edges; names of lanes stand left of it when there is room. */
  left: number;
  right: number;
  overviewTop: number;
  overviewHeight: number;
  flagsTop: number;
  barsTop: number;
  barsHeight: number;
  axisTop: number;
  lanesTop: number;
  laneHeight: number;
  /** Middle of a lane's marks below its top. */
  laneMiddle: number;
  narrow: boolean;
}

/** A layout for a width and a number of lanes. */
export function layoutFor(width: number, lanes: number): Layout {
  const narrow = width < 620;
  const laneHeight = narrow ? 34 : 22;
  const lanesTop = 166;
  return {
    width,
    height: lanesTop + lanes * laneHeight + 6,
    left: narrow ? 6 : Math.min(210, Math.round(width * 0.2)),
    right: width - 8,
    overviewTop: 4,
    overviewHeight: 34,
    flagsTop: 44,
    barsTop: 70,
    barsHeight: 58,
    axisTop: 128,
    lanesTop,
    laneHeight,
    laneMiddle: narrow ? 24 : 11,
    narrow,
  };
}

export interface Scale {
  x: (ms: number) => number;
  ms: (x: number) => number;
}

export function scaleFor({ left, right }: Layout, { from, to }: Range): Scale {
  const perMs = (right - left) / (to - from);
  return { x: (ms) => left + (ms - from) * perMs, ms: (x) => from + (x - left) / perMs };
}

interface Name {
  x: number;
  width: number;
}

type Plot = Pick<Layout, "left" | "right">;

/** Where a name beside an upright begins, so that all of it is within the plot. */
export function nameStart({ x, width }: Name, { left, right }: Plot): number {
  return Math.max(left, Math.min(x + 4, right - width - 2));
}

/** The room of each name, from left to right, until the next one begins. */
export function nameRooms(names: Name[], plot: Plot): number[] {
  const starts = names.map((name) => nameStart(name, plot));
  return starts.map((start, index) => (starts[index + 1] ?? Infinity) - start - 6);
}
