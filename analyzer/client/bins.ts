/** Counts per column of pixels: one pass over the events of the visible range, however many there are. */
import type { ChartModel } from "./model.ts";
import type { Range } from "./state.ts";
import type { Table } from "./table.ts";
import { firstAt, isTimed } from "./table.ts";

export interface Bins {
  count: number;
  /** Of each bin: errors, warnings, others. */
  levels: [Float64Array, Float64Array, Float64Array];
  most: number;
  /** lane * count + bin: how many events, and the worst level among them plus one (0 = none). */
  lanes: Uint32Array;
  worst: Uint8Array;
}

/** Counts the events of the mask in `count` equal parts of the range. */
export function binEvents(table: Table, model: ChartModel, mask: Uint8Array, range: Range, count: number): Bins {
  const levels: Bins["levels"] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
  const lanes = new Uint32Array(model.lanes.length * count);
  const worst = new Uint8Array(model.lanes.length * count);
  const timed = Uint8Array.from(table.events.places, (place) => (isTimed(place) ? 1 : 0));
  const placed = Uint8Array.from(table.events.places, ({ basis }) => (basis === null ? 0 : 1));
  const scale = count / (range.to - range.from);
  const end = firstAt(table, range.to);
  for (let index = firstAt(table, range.from); index < end; index += 1) {
    const place = table.place[index] ?? 0;
    if (mask[index] === 0 || placed[place] === 0) continue;
    const bin = Math.min(count - 1, Math.floor(((table.time[index] ?? 0) - range.from) * scale));
    const level = table.level[index] ?? 0;
    const isSet = timed[place] === 1;
    if (isSet) levels[level <= 3 ? 0 : level === 4 ? 1 : 2]![bin]! += 1;
    const lane = isSet ? (model.laneOfOrigin[table.origin[index] ?? 0] ?? 0) : model.unsetLane;
    const cell = lane * count + bin;
    lanes[cell]! += 1;
    if (worst[cell] === 0 || level + 1 < (worst[cell] ?? 0)) worst[cell] = level + 1;
  }
  let most = 1;
  for (let bin = 0; bin < count; bin += 1) {
    most = Math.max(most, (levels[0][bin] ?? 0) + (levels[1][bin] ?? 0) + (levels[2][bin] ?? 0));
  }
  return { count, levels, most, lanes, worst };
}
