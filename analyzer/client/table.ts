/** The events as typed columns. Times are milliseconds since 1970, UTC. */
import type { EventPlace, ReportEvents } from "../model/events.ts";
import type { Search } from "./search.ts";
import { createSearch } from "./search.ts";

export interface Table {
  size: number;
  time: Float64Array;
  place: Uint32Array;
  level: Uint8Array;
  origin: Uint32Array;
  text: Uint32Array;
  artifact: Uint32Array;
  line: Uint32Array;
  /** Of each text: the number of its shape. */
  shape: Uint32Array;
  shapes: number;
  /** Of each event: the number of its shape, source and level together. */
  group: Uint32Array;
  groups: number;
  /** What was written, µs as in the line, before it was placed; null when nothing was. */
  stated: (index: number) => number | null;
  /** Which texts hold a word in lower case: 1 for each. */
  search: Search;
  events: ReportEvents;
}

function runningSum(steps: number[]): Float64Array {
  const values = new Float64Array(steps.length);
  let sum = 0;
  for (let index = 0; index < steps.length; index += 1) values[index] = sum += steps[index] ?? 0;
  return values;
}

function linesOf({ artifact, line }: ReportEvents["columns"]): Uint32Array {
  const latest = new Map<number, number>();
  return Uint32Array.from(line, (step, index) => {
    const file = artifact[index] ?? 0;
    const value = (latest.get(file) ?? 0) + step;
    latest.set(file, value);
    return value;
  });
}

function groupsOf({ columns, origins }: ReportEvents, shape: Uint32Array): { group: Uint32Array; groups: number } {
  const numbers = new Map<number, number>();
  const group = Uint32Array.from(columns.text, (text, index) => {
    const own = (shape[text] ?? 0) * origins.length + (columns.origin[index] ?? 0);
    const key = own * 8 + (columns.level[index] ?? 0);
    const known = numbers.get(key) ?? numbers.size;
    numbers.set(key, known);
    return known;
  });
  return { group, groups: numbers.size };
}

/** Columns as they stand in the report to columns that can be scanned. */
export function createTable(events: ReportEvents): Table {
  const { columns, texts, shapes } = events;
  const shape = new Uint32Array(texts.length);
  let position = 0;
  shapes.forEach((count, number) => {
    shape.fill(number, position, position + count);
    position += count;
  });
  let search: Search | null = null;
  const time = runningSum(columns.time);
  const unset = new Map(events.unset.map(([index, stated]) => [index, stated]));
  return {
    size: time.length,
    time: time.map((micros) => micros / 1000),
    stated: (index) => {
      const place = events.places[columns.place[index] ?? 0];
      if (!place || place.basis === null) return unset.get(index) ?? null;
      return unset.get(index) ?? (time[index] ?? 0) - place.shift;
    },
    place: Uint32Array.from(columns.place),
    level: Uint8Array.from(columns.level),
    origin: Uint32Array.from(columns.origin),
    text: Uint32Array.from(columns.text),
    artifact: Uint32Array.from(columns.artifact),
    line: linesOf(columns),
    shape,
    shapes: shapes.length,
    ...groupsOf(events, shape),
    search: (word) => (search ??= createSearch(texts.map((text) => text.toLowerCase())))(word),
    events,
  };
}

/** Index of the first event at or after a time. */
export function firstAt({ time, size }: Table, ms: number): number {
  let [low, high] = [0, size];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((time[middle] ?? 0) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function placeOf(table: Table, index: number): EventPlace {
  return table.events.places[table.place[index] ?? 0] as EventPlace;
}

/** Whether an event has a time of its own that may be drawn among others. */
export function isTimed(place: EventPlace): boolean {
  return place.basis !== null && place.basis !== "order-only";
}

export function textOf(table: Table, index: number): string {
  return table.events.texts[table.text[index] ?? 0] ?? "";
}

export function originOf(table: Table, index: number): string {
  return table.events.origins[table.origin[index] ?? 0]?.name ?? "";
}

/** The name of an event in links: its artifact and line, which a new analysis does not change. */
export function eventId(table: Table, index: number): string {
  return `${table.events.artifacts[table.artifact[index] ?? 0]?.id ?? ""}-${table.line[index]}`;
}

/** The event with such a name, -1 when it is not in the report. */
export function findEvent(table: Table, id: string): number {
  const [, file, line] = /^([0-9a-f]{8})-(\d{1,10})$/.exec(id) ?? [];
  const artifact = table.events.artifacts.findIndex((item) => item.id === file);
  if (artifact < 0) return -1;
  for (let index = 0; index < table.size; index += 1) {
    if (table.artifact[index] === artifact && table.line[index] === Number(line)) return index;
  }
  return -1;
}

/** Level as word, icon and tone; never as colour alone. */
export const LEVELS = [
  ...["emergency", "alert", "critical"].map((word) => ({ word, icon: "◆", tone: "critical" })),
  { word: "error", icon: "▲", tone: "major" },
  { word: "warning", icon: "●", tone: "minor" },
  { word: "notice", icon: "○", tone: "info" },
  { word: "info", icon: "○", tone: "info" },
  { word: "debug", icon: "·", tone: "quiet" },
];
