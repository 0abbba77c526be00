/** The events that go into the HTML report, as compact columns. Nothing else of the store leaves with it. */
import { createHash } from "node:crypto";
import type { Database } from "better-sqlite3";
import type { EventPlace, ReportEvents } from "../model/events.ts";
import type { IncidentReport } from "../model/report.ts";
import type { ClockKind } from "../model/time.ts";
import type { TimeBasis } from "../model/words.ts";
import type { PlacedRange, SortedEvents } from "./event-choice.ts";
import { chooseEvents, sortEvents } from "./event-choice.ts";
import { islandBound } from "./island.ts";
import { clipLine, groupDigits } from "./text.ts";

const MOST_EVENTS = 100_000;
const LONGEST_TEXT = 1_000;
const ATTEMPTS = 4;
/** Events that are read at a time. */
const BATCH = 10_000;

/** The placement of a stretch of events, with the clock of its run. */
interface Range extends PlacedRange {
  before: number;
  after: number;
  basis: TimeBasis;
  lo: number | null;
  hi: number | null;
}

type RawEvent = [
  id: number,
  artifact: number,
  line: number,
  stated: number | null,
  precision: number,
  level: number,
  origin: number,
  text: number,
];

interface TimedEvent {
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

type Mask = (text: string) => string;

/** Eight hex digits for an artifact's path: links to its lines survive a new analysis. */
export function artifactId(path: string): string {
  return createHash("sha256").update(path).digest("hex").slice(0, 8);
}

/** What messages that differ in numbers and ids only have in common. */
function shapeOf(text: string): string {
  return text.slice(0, 300).replace(/0x[0-9a-f]+|(?=[a-f]*\d)[0-9a-f]{6,}|\d+/gi, "#");
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

function clocksOf(database: Database): { firstEvent: number; lastEvent: number; clock: ClockKind }[] {
  return database
    .prepare("SELECT first_event AS firstEvent, last_event AS lastEvent, clock FROM run ORDER BY first_event")
    .all() as ReturnType<typeof clocksOf>;
}

function bestTime(range: Range, stated: number): number {
  const best = stated + range.shift;
  return range.lo === null ? best : Math.max(range.lo, Math.min(range.hi ?? best, best));
}

/** Places events; one without a time stands where the one before it in its file does. */
function placeEvents(database: Database, ids: number[], ranges: Range[]) {
  // All at once: one look-up for each event takes four times as long.
  const rows = database
    .prepare(
      `SELECT event.id, artifact, line, stated, precision, level, origin, text
       FROM json_each(?) CROSS JOIN event ON event.id = value`,
    )
    .raw();
  const [rangeAt, clockAt] = [createLookup(ranges), createLookup(clocksOf(database))];
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
  for (let from = 0; from < ids.length; from += BATCH) {
    const batch = rows.all(JSON.stringify(ids.slice(from, from + BATCH))) as RawEvent[];
    for (const [id, artifact, line, stated, precision, level, origin, text] of batch) {
      const range = stated === null ? null : rangeAt(id);
      const time = range && stated !== null ? bestTime(range, stated) : latest.get(artifact);
      if (time !== undefined) latest.set(artifact, time);
      const place = placeOf(range, clockAt(id)?.clock ?? "none", precision);
      events.push({ id, artifact, line, stated, level, origin, text, time: time ?? Infinity, place });
    }
  }
  // What has no time at all stands at the end.
  const last = events.reduce((most, { time }) => (time === Infinity ? most : Math.max(most, time)), 0);
  for (const event of events) if (event.time === Infinity) event.time = last;
  return { events: events.toSorted((a, b) => a.time - b.time || a.id - b.id), places };
}

interface ShapedText {
  id: number;
  text: string;
  shape: string;
}

/** Reads texts as the report shows them. Every attempt asks for much the same ones. */
function createTexts(database: Database, mask: Mask): (id: number) => ShapedText {
  const read = database.prepare("SELECT text FROM text WHERE id = ?").pluck();
  const known = new Map<number, ShapedText>();
  return (id) => {
    const found = known.get(id);
    if (found) return found;
    const text = clipLine(mask(read.get(id) as string), LONGEST_TEXT);
    const shaped = { id, text, shape: shapeOf(text) };
    known.set(id, shaped);
    return shaped;
  };
}

/** Distinct texts sorted by shape, then by themselves, with the place of each text id in them. */
function internTexts(events: TimedEvent[], textOf: (id: number) => ShapedText) {
  const ids = [...new Set(events.map(({ text }) => text))];
  const rows = ids.map(textOf);
  const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  rows.sort((a, b) => order(a.shape, b.shape) || order(a.text, b.text) || a.id - b.id);
  const shapes: number[] = [];
  rows.forEach(({ shape }, index) => {
    if (index > 0 && rows[index - 1]?.shape === shape) shapes[shapes.length - 1]! += 1;
    else shapes.push(1);
  });
  return { texts: rows.map(({ text }) => text), shapes, indexOf: new Map(rows.map(({ id }, index) => [id, index])) };
}

/** Gives each value a number in order of first use. */
function createNumbering(): { of: (id: number) => number; ids: number[] } {
  const numbers = new Map<number, number>();
  const ids: number[] = [];
  return {
    ids,
    of: (id) => {
      const known = numbers.get(id) ?? ids.push(id) - 1;
      numbers.set(id, known);
      return known;
    },
  };
}

function columnsOf(events: TimedEvent[], textIndex: Map<number, number>) {
  const [origins, artifacts] = [createNumbering(), createNumbering()];
  const lines = new Map<number, number>();
  let time = 0;
  const columns: ReportEvents["columns"] = {
    time: [],
    place: [],
    level: [],
    origin: [],
    text: [],
    artifact: [],
    line: [],
  };
  for (const event of events) {
    columns.time.push(event.time - time);
    time = event.time;
    columns.place.push(event.place);
    columns.level.push(event.level);
    columns.origin.push(origins.of(event.origin));
    columns.text.push(textIndex.get(event.text) ?? 0);
    columns.artifact.push(artifacts.of(event.artifact));
    columns.line.push(event.line - (lines.get(event.artifact) ?? 0));
    lines.set(event.artifact, event.line);
  }
  return { columns, origins: origins.ids, artifacts: artifacts.ids };
}

function originsOf(database: Database, ids: number[], events: TimedEvent[]): ReportEvents["origins"] {
  const read = database.prepare("SELECT name, events AS total FROM origin WHERE id = ?");
  const kept = new Map<number, number>();
  for (const { origin } of events) kept.set(origin, (kept.get(origin) ?? 0) + 1);
  return ids.map((id) => {
    const { name, total } = read.get(id) as { name: string; total: number };
    return { name, total, kept: kept.get(id) ?? 0 };
  });
}

function thinningOf(total: number, kept: number): string | null {
  if (kept >= total) return null;
  const counts = `${groupDigits(kept)} of ${groupDigits(total)} events are in this file`;
  return `${counts}: all that are cited, then errors, warnings and what lies within 10 minutes of a finding, then the rest, evenly from each source. The bars of the whole period count all events.`;
}

function buildEvents(
  database: Database,
  ids: number[],
  ranges: Range[],
  paths: Map<number, string>,
  total: number,
  textOf: (id: number) => ShapedText,
): ReportEvents {
  const { events, places } = placeEvents(database, ids, ranges);
  const { texts, shapes, indexOf } = internTexts(events, textOf);
  const { columns, origins, artifacts } = columnsOf(events, indexOf);
  return {
    version: 1,
    total,
    thinning: thinningOf(total, events.length),
    origins: originsOf(database, origins, events),
    artifacts: artifacts.map((id) => ({ path: paths.get(id) ?? "", id: artifactId(paths.get(id) ?? "") })),
    texts,
    shapes,
    places,
    unset: events.flatMap(({ stated, place }, index): [number, number][] =>
      stated !== null && (places[place]?.lo !== null || places[place]?.basis === null) ? [[index, stated]] : [],
    ),
    columns,
  };
}

/**
 * The events for the HTML report, thinned until they take at most about `bytes` in it.
 * @param mask takes the secrets out of every text and path, as it was done in the report
 */
export function exportEvents(
  database: Database,
  report: IncidentReport,
  bytes: number,
  mask: Mask = (text) => text,
): ReportEvents {
  const total = database.prepare("SELECT count(*) FROM event").pluck().get() as number;
  const paths = new Map(database.prepare("SELECT id, path FROM artifact").raw().all() as [number, string][]);
  for (const [id, path] of paths) paths.set(id, mask(path));
  const ranges = rangesOf(database);
  const textOf = createTexts(database, mask);
  let cap = MOST_EVENTS;
  let sorted: SortedEvents | null = null;
  for (let attempt = 1; ; attempt += 1) {
    const ids =
      total <= cap
        ? (database.prepare("SELECT id FROM event ORDER BY id").pluck().all() as number[])
        : chooseEvents((sorted ??= sortEvents(database, report, ranges, paths)), cap);
    const events = buildEvents(database, ids, ranges, paths, total, textOf);
    const size = islandBound(events);
    if (size <= bytes || attempt === ATTEMPTS || ids.length === 0) return events;
    cap = Math.floor(ids.length * Math.max(0, bytes / size) * 0.97);
  }
}
