import type { Database } from "better-sqlite3";
import type { Fact, FactKind, FactValues } from "../model/fact.ts";
import type { Instant, Micros } from "../model/time.ts";
import type { TimeBasis } from "../model/words.ts";
import { endsOf } from "./match-times.ts";
import type { Run } from "./runs.ts";

/** One event with its place on the time axis; `at` is null when it has none. */
export interface TimelineEvent {
  id: number;
  at: Instant | null;
  stated: number | null;
  level: number;
  origin: string;
  text: string;
  textId: number;
  artifact: string;
  line: number;
  byteOffset: number;
  byteLength: number;
}

/** A run as the store gives it back, with the artifact it is a stretch of. */
export interface RunRow extends Run {
  id: number;
  path: string;
  source: string | null;
}

interface EventRow extends Omit<TimelineEvent, "at"> {
  lo: number | null;
  hi: number | null;
  best: number | null;
  basis: TimeBasis | null;
}

const EVENT_COLUMNS = `timeline.id, lo, hi, best, basis, timeline.stated, timeline.level, timeline.origin, timeline.text,
  event.text AS textId, timeline.artifact, timeline.line, timeline.byte_offset AS byteOffset,
  timeline.byte_length AS byteLength`;

function toEvent(row: EventRow): TimelineEvent {
  const { lo, hi, best, basis, ...rest } = row;
  const placed = lo !== null && hi !== null && best !== null && basis !== null;
  return { ...rest, at: placed ? { lo, hi, best, basis } : null };
}

/** Facts of one kind, in bundle order. */
export function factsOf<K extends FactKind>(database: Database, kind: K): Fact<K>[] {
  const rows = database
    .prepare(
      `SELECT fact.id, kind, key, value, path AS artifact, line, byte_offset AS byteOffset, byte_length AS byteLength
       FROM fact JOIN artifact ON artifact.id = fact.artifact WHERE kind = ? ORDER BY fact.id`,
    )
    .all(kind) as (Omit<Fact<K>, "value"> & { value: string })[];
  return rows.map((row) => ({ ...row, value: JSON.parse(row.value) as FactValues[K] }));
}

/** Where a fact tells one of its values: a line of its own, or that of the fact. */
export function fieldPlace(
  { value, line, byteOffset, byteLength }: Pick<Fact, "value" | "line" | "byteOffset" | "byteLength">,
  field: string,
): { line: number; byteOffset: number; byteLength: number } {
  return ("places" in value ? value.places : undefined)?.[field] ?? { line, byteOffset, byteLength };
}

/** Runs in bundle order. */
export function allRuns(database: Database): RunRow[] {
  return database
    .prepare(
      `SELECT run.id, run.artifact, section, process, path, source, first_event AS firstEvent, last_event AS lastEvent, clock,
         first_stated AS firstStated, last_stated AS lastStated,
         boot, first_monotonic AS firstMonotonic, last_monotonic AS lastMonotonic
       FROM run JOIN artifact ON artifact.id = run.artifact ORDER BY first_event`,
    )
    .all() as RunRow[];
}

/** Distinct captures of one rule that are kept; a flood that captures ever new words says nothing new after that. */
const MAX_MATCHES = 50_000;

interface MatchEnds {
  captures: string;
  events: number;
  first: number;
  last: number;
  firstAt: Micros | null;
  lastAt: Micros | null;
}

type MatchRow = [text: number, captures: string, events: number, firstEvent: number, lastEvent: number];

/** Whether `a` comes before `b`: by their times, what has none after what has one, and else in bundle order. */
function precedes(aAt: Micros | null, a: number, bAt: Micros | null, b: number): boolean {
  if (aAt === bAt) return a < b;
  if (aAt === null || bAt === null) return bAt === null;
  return aAt < bAt;
}

/**
 * What a rule captured, how often each set of captures was said, and by which events first and last in time: those of
 * the bundle's order, before times are placed and where there are none. Texts that differ in other words only count as one.
 */
export function matchesOf(
  database: Database,
  rule: string,
): { captures: Record<string, string>; count: number; firstEvent: number; lastEvent: number; lastAt: Micros | null }[] {
  const rows = database
    .prepare("SELECT text, captures, events, first_event, last_event FROM match WHERE rule = ? ORDER BY first_event")
    .raw()
    .iterate(rule) as IterableIterator<MatchRow>;
  const ends = endsOf(database);
  const kept = new Map<string, MatchEnds>();
  for (const found of rows) {
    const row = placed(found, ends);
    const own = kept.get(row.captures);
    if (own === undefined) {
      if (kept.size < MAX_MATCHES) kept.set(row.captures, row);
      continue;
    }
    own.events += row.events;
    if (precedes(row.firstAt, row.first, own.firstAt, own.first)) [own.first, own.firstAt] = [row.first, row.firstAt];
    // What has no time is no end of what has one.
    if (row.lastAt === null ? own.lastAt === null && row.last > own.last : row.lastAt >= (own.lastAt ?? -Infinity)) {
      [own.last, own.lastAt] = [row.last, row.lastAt];
    }
  }
  return [...kept.values()]
    .toSorted((a, b) => (precedes(a.firstAt, a.first, b.firstAt, b.first) ? -1 : 1))
    .map(({ captures, events, first, last, lastAt }) => ({
      captures: JSON.parse(captures) as Record<string, string>,
      count: events,
      firstEvent: first,
      lastEvent: last,
      lastAt,
    }));
}

function placed([text, captures, events, first, last]: MatchRow, ends: ReturnType<typeof endsOf>): MatchEnds {
  const end = ends(text);
  if (end === null) return { captures, events, first, last, firstAt: null, lastAt: null };
  // What was said once is cited once, though two files may hold it.
  const [latest, latestAt] = events === 1 ? [end.earliest, end.earliestAt] : [end.latest, end.latestAt];
  return { captures, events, first: end.earliest, last: latest, firstAt: end.earliestAt, lastAt: latestAt };
}

/** One event by its id. */
export function eventById(database: Database, id: number): TimelineEvent {
  const row = database
    .prepare(`SELECT ${EVENT_COLUMNS} FROM timeline JOIN event ON event.id = timeline.id WHERE timeline.id = ?`)
    .get(id) as EventRow;
  return toEvent(row);
}

export interface ArtifactSpan {
  artifact: string;
  source: string | null;
  events: number;
  first: TimelineEvent | null;
  last: TimelineEvent | null;
}

/** First and last event of every artifact that carry a time. Read from its runs: only their ends are looked up. */
export function artifactSpans(database: Database): ArtifactSpan[] {
  const runs = new Map<number, RunRow[]>();
  for (const run of allRuns(database)) {
    const own = runs.get(run.artifact);
    if (own) own.push(run);
    else runs.set(run.artifact, [run]);
  }
  const stated = "SELECT id FROM event WHERE id BETWEEN ? AND ? AND stated IS NOT NULL ORDER BY id";
  const first = database.prepare(`${stated} LIMIT 1`).pluck();
  const last = database.prepare(`${stated} DESC LIMIT 1`).pluck();
  const event = (statement: typeof first, run: RunRow | undefined): TimelineEvent | null =>
    run ? eventById(database, statement.get(run.firstEvent, run.lastEvent) as number) : null;
  const artifacts = database.prepare("SELECT id, path, source FROM artifact ORDER BY id").all() as {
    id: number;
    path: string;
    source: string | null;
  }[];
  return artifacts.map(({ id, path, source }) => {
    const own = runs.get(id) ?? [];
    const placed = own.filter((run) => run.firstStated !== null);
    const events = own.reduce((sum, run) => sum + run.lastEvent - run.firstEvent + 1, 0);
    return { artifact: path, source, events, first: event(first, placed[0]), last: event(last, placed.at(-1)) };
  });
}

/** Events before one that are looked through for what a program said last. */
const LOOK_BACK = 20_000;

/**
 * The last event of level error or worse that one of the origins told of before an event, in its artifact; null when
 * there is none near.
 */
export function lastErrorBefore(database: Database, event: number, origins: string[]): number | null {
  const found = database
    .prepare(
      `SELECT event.id FROM event JOIN origin ON origin.id = event.origin
       WHERE event.id < ? AND event.id > ? AND event.level <= 3
       AND event.artifact = (SELECT artifact FROM event WHERE id = ?)
       AND origin.name IN (SELECT value FROM json_each(?)) ORDER BY event.id DESC LIMIT 1`,
    )
    .pluck()
    .get(event, event - LOOK_BACK, event, JSON.stringify(origins)) as number | undefined;
  return found ?? null;
}

/** Fatal lines that are looked at: a program that ends each second for days says nothing new. */
const MOST_FATAL = 1000;

/**
 * Ids of the events by which the origins whose names match ended, in order: of level critical or worse, or with “Error:”
 * before them. Without those that a rule knows.
 */
export function fatalEvents(database: Database, origins: RegExp): number[] {
  const names = database.prepare("SELECT id, name FROM origin").all() as { id: number; name: string }[];
  const ids = names.filter(({ name }) => origins.test(name)).map(({ id }) => id);
  if (ids.length === 0) return [];
  return database
    .prepare(
      `SELECT id FROM event
       WHERE (level <= 2 OR text IN (SELECT id FROM text WHERE text LIKE 'error: %' LIMIT 10000))
       AND origin IN (SELECT value FROM json_each(?))
       AND text NOT IN (SELECT text FROM match WHERE rule NOT LIKE 'clock:%' AND rule NOT LIKE 'secret:%')
       ORDER BY id LIMIT ?`,
    )
    .pluck()
    .all(JSON.stringify(ids), MOST_FATAL) as number[];
}
