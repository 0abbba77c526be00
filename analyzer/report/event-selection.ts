/** Which events of a store go into the HTML report, with their places on the time axis and their texts, not yet masked. */
import type { Database } from "better-sqlite3";
import type { EventPlace } from "../model/events.ts";
import type { IncidentReport } from "../model/report.ts";
import type { ClockKind } from "../model/time.ts";
import type { TimeBasis } from "../model/words.ts";
import { columnsOf } from "../store/columns.ts";
import type { PlacedRange, SortedEvents } from "./event-choice.ts";
import { chooseEvents, sortEvents } from "./event-choice.ts";
import { isClean } from "./redactor.ts";

const MOST_EVENTS = 100_000;

/** The placement of a stretch of events, with the clock of its run. */
interface Range extends PlacedRange {
  before: number;
  after: number;
  basis: TimeBasis;
  lo: number | null;
  hi: number | null;
}

/** An event with its place: `time` in µs UTC, `place` an index into the places. */
export interface TimedEvent {
  id: number;
  artifact: number;
  line: number;
  stated: number | null;
  level: number;
  origin: number;
  text: number;
  time: number;
  place: number;
}

/** Events in order of time. */
export interface PlacedEvents {
  events: TimedEvent[];
  places: EventPlace[];
}

export interface EventSelection {
  /** Events in the store. */
  total: number;
  /** Artifacts by their ids. */
  paths: Map<number, string>;
  /** At most about `cap` events; by default as many as any report holds. */
  pick(cap?: number): PlacedEvents;
  textOf(id: number): string;
  /** Texts of the first choice in which there are no secrets; looked through at once, while the caller waits for others. */
  clean: ReadonlySet<number>;
  origin(id: number): { name: string; total: number };
}

function rangesOf(database: Database): Range[] {
  const rows = database
    .prepare(
      `SELECT first_event AS firstEvent, last_event AS lastEvent, shift, before, after, basis, lo, hi
       FROM placement ORDER BY first_event`,
    )
    .all() as Omit<Range, "timed">[];
  return rows.map((row) => ({ ...row, timed: row.lo === null }));
}

/** Clocks of runs, to look up by event id. Ids must be asked for in ascending order. */
function createLookup<T extends { firstEvent: number; lastEvent: number }>(sorted: T[]): (id: number) => T | null {
  let position = 0;
  return (id) => {
    while (position < sorted.length && (sorted[position]?.lastEvent ?? 0) < id) position += 1;
    const found = sorted[position];
    return found && found.firstEvent <= id ? found : null;
  };
}

/** A stretch of events of one artifact with one clock. */
interface Stretch {
  firstEvent: number;
  lastEvent: number;
  artifact: number;
  clock: ClockKind;
}

function stretchesOf(database: Database): Stretch[] {
  return database
    .prepare("SELECT first_event AS firstEvent, last_event AS lastEvent, artifact, clock FROM run ORDER BY first_event")
    .all() as Stretch[];
}

function bestTime(range: Range, stated: number): number {
  const best = stated + range.shift;
  return range.lo === null ? best : Math.max(range.lo, Math.min(range.hi ?? best, best));
}

/** Places events; one without a time stands where the one before it in its file does. */
function placeEvents(database: Database, ids: number[], ranges: Range[]): PlacedEvents {
  const columns = columnsOf(database);
  const [rangeAt, stretchAt] = [createLookup(ranges), createLookup(stretchesOf(database))];
  const numbers = new Map<string, number>();
  const places: EventPlace[] = [];
  const placeOf = (range: Range | null, clock: ClockKind, precision: number): number => {
    const key = `${range?.firstEvent} ${clock} ${precision}`;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    const { shift = 0, before = 0, after = 0, basis = null, lo = null, hi = null } = range ?? {};
    numbers.set(key, places.length);
    return places.push({ basis, clock, shift, before, after, precision, lo, hi }) - 1;
  };
  const latest = new Map<number, number>();
  const events: TimedEvent[] = [];
  for (const id of ids) {
    const { artifact = 0, clock = "none" } = stretchAt(id) ?? {};
    const written = columns.stated(id);
    const stated = Number.isNaN(written) ? null : written;
    const range = stated === null ? null : rangeAt(id);
    const time = range && stated !== null ? bestTime(range, stated) : latest.get(artifact);
    if (time !== undefined) latest.set(artifact, time);
    const place = placeOf(range, clock, columns.precision(id));
    const [line, level, origin, text] = [columns.line(id), columns.level(id), columns.origin(id), columns.text(id)];
    events.push({ id, artifact, line, stated, level, origin, text, time: time ?? Infinity, place });
  }
  // What has no time at all stands at the end.
  const last = events.reduce((most, { time }) => (time === Infinity ? most : Math.max(most, time)), 0);
  for (const event of events) if (event.time === Infinity) event.time = last;
  return { events: events.toSorted((a, b) => a.time - b.time || a.id - b.id), places };
}

/** Texts read by one statement: together they cost half of what one statement for each does. */
const TOGETHER = 256;

/** Texts by their ids, each read once; those of `ids` at once. */
function createTexts(database: Database, ids: Iterable<number>): (id: number) => string {
  const known = new Map<number, string>();
  const one = database.prepare("SELECT text FROM text WHERE id = ?").pluck();
  const many = database
    .prepare(`SELECT id, text FROM text WHERE id IN (${Array.from({ length: TOGETHER }, () => "?").join(", ")})`)
    .raw();
  const wanted = [...ids].toSorted((a, b) => a - b);
  for (let from = 0; from + TOGETHER <= wanted.length; from += TOGETHER) {
    for (const [id, text] of many.all(wanted.slice(from, from + TOGETHER)) as [number, string][]) known.set(id, text);
  }
  return (id) => {
    const text = known.get(id) ?? (one.get(id) as string);
    known.set(id, text);
    return text;
  };
}

/**
 * Chooses events for a report: what it cites first, then what surrounds its findings. The choice that is wanted first is
 * made at once.
 */
export function selectEvents(database: Database, report: IncidentReport): EventSelection {
  const total = columnsOf(database).count;
  const paths = new Map(database.prepare("SELECT id, path FROM artifact").raw().all() as [number, string][]);
  const ranges = rangesOf(database);
  const origin = database.prepare("SELECT name, events AS total FROM origin WHERE id = ?");
  let sorted: SortedEvents | null = null;
  const pick = (cap: number): PlacedEvents => {
    const all = total <= cap;
    const ids = all
      ? Array.from({ length: total }, (_, index) => index + 1)
      : chooseEvents((sorted ??= sortEvents(database, report, ranges, paths)), cap);
    return placeEvents(database, ids, ranges);
  };
  const first = pick(MOST_EVENTS);
  const clean = new Set(first.events.map(({ text }) => text));
  const textOf = createTexts(database, clean);
  for (const id of clean) if (!isClean(textOf(id))) clean.delete(id);
  return {
    total,
    paths,
    textOf,
    clean,
    pick: (cap) => (cap === undefined ? first : pick(cap)),
    origin: (id) => origin.get(id) as { name: string; total: number },
  };
}
