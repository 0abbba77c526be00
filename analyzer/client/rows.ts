/** Events to rows: one each, or one for all messages that differ in numbers and ids only. */
import type { Table } from "./table.ts";

export interface Rows {
  length: number;
  /** The first event of a row. */
  first: Uint32Array;
  /** Events of row r: members[start[r]] to members[start[r + 1] - 1], in order of time. */
  start: Uint32Array;
  members: Uint32Array;
}

function eachAlone(mask: Uint8Array, count: number): Rows {
  const members = new Uint32Array(count);
  let position = 0;
  for (let index = 0; index < mask.length; index += 1) if (mask[index] === 1) members[position++] = index;
  const start = Uint32Array.from({ length: count + 1 }, (_, row) => row);
  return { length: count, first: members, start, members };
}

/** Rows in order of their first event. A shape said by two sources, or at two levels, is two rows. */
function folded(table: Table, mask: Uint8Array, count: number): Rows {
  const rowOf = new Int32Array(table.groups).fill(-1);
  const first = new Uint32Array(table.groups);
  const sizes = new Uint32Array(table.groups);
  const [events, rowOfEvent] = [new Uint32Array(count), new Uint32Array(count)];
  let [length, position] = [0, 0];
  for (let index = 0; index < mask.length; index += 1) {
    if (mask[index] === 0) continue;
    const group = table.group[index] as number;
    let row = rowOf[group] as number;
    if (row < 0) {
      row = length++;
      rowOf[group] = row;
      first[row] = index;
    }
    sizes[row]! += 1;
    rowOfEvent[position] = row;
    events[position++] = index;
  }
  const start = new Uint32Array(length + 1);
  for (let row = 0; row < length; row += 1) start[row + 1] = (start[row] as number) + (sizes[row] as number);
  const [next, members] = [start.slice(), new Uint32Array(count)];
  for (let index = 0; index < count; index += 1)
    members[next[rowOfEvent[index] as number]!++] = events[index] as number;
  return { length, first: first.slice(0, length), start, members };
}

export function rowsOf(table: Table, mask: Uint8Array, count: number, fold: boolean): Rows {
  return fold ? folded(table, mask, count) : eachAlone(mask, count);
}

/** The row that holds an event, -1 when it is not shown. */
export function rowWith(rows: Rows, event: number): number {
  for (let row = 0; row < rows.length; row += 1) {
    const [from, to] = [rows.start[row] ?? 0, rows.start[row + 1] ?? 0];
    if ((rows.members[from] ?? 0) > event || (rows.members[to - 1] ?? 0) < event) continue;
    if (to - from === 1) return row;
    for (let index = from; index < to; index += 1) if (rows.members[index] === event) return row;
  }
  return -1;
}

/** The last row that begins at or before a time. */
export function rowAt(table: Table, rows: Rows, ms: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((table.time[rows.first[middle] ?? 0] ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

/** Enough to show where the most are. */
const SPARK_SAMPLES = 1_000;

/** A path of bars, one for each of `bins` equal parts of the time from `from` to `to`. */
export function sparkline(table: Table, rows: Rows, row: number, from: number, to: number, bins: number): string {
  const counts = new Float64Array(bins);
  const scale = bins / Math.max(to - from, 1);
  const [first, end] = [rows.start[row] ?? 0, rows.start[row + 1] ?? 0];
  const step = Math.ceil((end - first) / SPARK_SAMPLES);
  for (let index = first; index < end; index += step) {
    const bin = Math.floor(((table.time[rows.members[index] ?? 0] ?? 0) - from) * scale);
    const inside = Math.min(bins - 1, Math.max(0, bin));
    counts[inside] = (counts[inside] ?? 0) + 1;
  }
  const most = Math.max(1, ...counts);
  return [...counts]
    .map((count, bin) => (count === 0 ? "" : `M${bin * 2} 12h2v${-Math.max(1.5, (12 * count) / most).toFixed(1)}h-2z`))
    .join("");
}
