import type { Database, Statement } from "better-sqlite3";
import type { FactKind, FactValues } from "../model/fact.ts";
import type { EventDraft, Line } from "../model/source.ts";
import type { ClockKind } from "../model/time.ts";
import { HOUR, MINUTE, SECOND } from "../model/time.ts";

/** Texts kept for interning; beyond it the older half is forgotten, and a text may be stored twice. */
const INTERN_LIMIT = 1 << 17;
/** Longer texts are stored but not interned: they hardly repeat and would fill the map. */
const INTERN_LENGTH = 2_000;
/** Lines of one file may be written a little out of order by several threads; a larger step back is a new run. */
const STEP_BACK = MINUTE;
/** A pause, or a clock that was set forward: a new run as well, so that either can be told later. */
const STEP_FORWARD = HOUR;
/** Between one line and the next, a clock that is only slewed keeps its distance from the monotonic one. */
const CLOCK_STEP = 0.3 * SECOND;
/** A file with more runs than this has no order worth keeping. */
const MAX_RUNS = 5_000;
const BATCH = 16;
const TEXT_BATCH = 256;
const TEXT_BATCH_CHARACTERS = 1 << 18;
const LONE_SURROGATE = /\p{Surrogate}/u;
const LONE_SURROGATES = /\p{Surrogate}/gu;

interface Run {
  artifact: number;
  firstEvent: number;
  lastEvent: number;
  clock: ClockKind;
  firstStated: number | null;
  lastStated: number | null;
  highest: number;
  boot: string | null;
  firstMonotonic: number | null;
  lastMonotonic: number | null;
  /** Stated less monotonic, of the latest event that has both. */
  distance: number | null;
}

/** Counts and interned texts of one ingest; `text` is called once for each stored text. */
export interface StoreWriter {
  artifact(path: string, modified: number | null, link: string | null): number;
  finishArtifact(id: number, source: string | null, bytes: number, lines: number): void;
  event(artifact: number, draft: EventDraft): void;
  fact<K extends FactKind>(artifact: number, kind: K, key: string, value: FactValues[K], line: Line): void;
  warning(artifact: string, line: number, message: string): void;
  finish(): void;
}

/**
 * Writes drafts as they come, inside one transaction per artifact. Event ids count up from 1 in bundle order.
 * @param onText called with the id of each newly stored text, in order
 */
export function createWriter(database: Database, onText: (id: number, text: string) => void): StoreWriter {
  const statements = prepare(database);
  const texts = createInterner(statements.text, onText);
  const origins = createOrigins(statements.origin);
  const events = createEventBatch(statements.events, statements.event);
  let nextEvent = 1;
  let run: Run | null = null;
  let runs = 0;

  const closeRun = (): void => {
    if (run === null) return;
    const { artifact, firstEvent, lastEvent, clock, firstStated, lastStated, boot } = run;
    const ends = [firstStated, lastStated, boot, run.firstMonotonic, run.lastMonotonic];
    statements.run.run(artifact, firstEvent, lastEvent, clock, ...ends);
    run = null;
    runs += 1;
  };

  return {
    artifact(path, modified, link) {
      database.exec("BEGIN");
      runs = 0;
      return Number(statements.artifact.run(path, modified, link).lastInsertRowid);
    },
    finishArtifact(id, source, bytes, lines) {
      events.flush();
      texts.flush();
      closeRun();
      statements.finishArtifact.run(source, bytes, lines, id);
      database.exec("COMMIT");
    },
    event(artifact, draft) {
      const id = nextEvent++;
      if (run === null || !continues(run, artifact, draft, runs)) {
        closeRun();
        run = startRun(artifact, id, draft);
      }
      extendRun(run, id, draft);
      const { line } = draft;
      events.add(
        id,
        artifact,
        line.number,
        line.byteOffset,
        line.byteLength,
        draft.stated,
        draft.precision,
        draft.level,
        origins.id(draft.origin),
        texts.id(draft.text),
      );
    },
    fact(artifact, kind, key, value, line) {
      const json = JSON.stringify(value);
      statements.fact.run(kind, key, json, artifact, line.number, line.byteOffset, line.byteLength);
    },
    warning(artifact, line, message) {
      statements.warning.run(artifact, line, message);
    },
    finish() {
      events.flush();
      texts.flush();
      closeRun();
      origins.writeCounts(database);
      database.exec("CREATE INDEX event_text ON event (text)");
    },
  };
}

function prepare(
  database: Database,
): Record<
  "artifact" | "finishArtifact" | "text" | "origin" | "run" | "fact" | "warning" | "event" | "events",
  Statement
> {
  const row = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  return {
    artifact: database.prepare("INSERT INTO artifact (path, modified, link) VALUES (?, ?, ?)"),
    finishArtifact: database.prepare("UPDATE artifact SET source = ?, bytes = ?, lines = ? WHERE id = ?"),
    text: database.prepare("INSERT INTO text (id, text) SELECT ? + key, value FROM json_each(?)"),
    origin: database.prepare("INSERT INTO origin (id, name) VALUES (?, ?)"),
    run: database.prepare(
      `INSERT INTO run (artifact, first_event, last_event, clock, first_stated, last_stated, boot, first_monotonic,
         last_monotonic) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    fact: database.prepare(
      "INSERT INTO fact (kind, key, value, artifact, line, byte_offset, byte_length) VALUES (?, ?, ?, ?, ?, ?, ?)",
    ),
    warning: database.prepare("INSERT INTO warning (artifact, line, message) VALUES (?, ?, ?)"),
    event: database.prepare(`INSERT INTO event VALUES ${row}`),
    events: database.prepare(`INSERT INTO event VALUES ${Array.from({ length: BATCH }, () => row).join(", ")}`),
  };
}

/** Ids of origins, with how many events each has: a count over all events would cost a second for a million. */
function createOrigins(insert: Statement): { id: (name: string) => number; writeCounts: (database: Database) => void } {
  const known = new Map<string, { id: number; events: number }>();
  let latest = { name: "", origin: { id: 0, events: 0 } };
  return {
    id(name) {
      if (latest.name !== name || latest.origin.id === 0) {
        const origin = known.get(name) ?? { id: known.size + 1, events: 0 };
        if (origin.events === 0) {
          insert.run(origin.id, name);
          known.set(name, origin);
        }
        latest = { name, origin };
      }
      latest.origin.events += 1;
      return latest.origin.id;
    },
    writeCounts(target) {
      const update = target.prepare("UPDATE origin SET events = ? WHERE id = ?");
      for (const { id, events } of known.values()) update.run(events, id);
    },
  };
}

/** Columns of an event, in the order of the table. */
type EventRow = [number, number, number, number, number, number | null, number, number, number, number];

/** One statement for many rows costs a third of one statement a row. */
function createEventBatch(many: Statement, one: Statement): { add: (...row: EventRow) => void; flush: () => void } {
  const width = 10;
  const pending: (number | null)[] = Array.from({ length: width * BATCH }, () => null);
  let filled = 0;
  return {
    add(id, artifact, line, byteOffset, byteLength, stated, precision, level, origin, text) {
      const at = filled;
      pending[at] = id;
      pending[at + 1] = artifact;
      pending[at + 2] = line;
      pending[at + 3] = byteOffset;
      pending[at + 4] = byteLength;
      pending[at + 5] = stated;
      pending[at + 6] = precision;
      pending[at + 7] = level;
      pending[at + 8] = origin;
      pending[at + 9] = text;
      filled = at + width;
      if (filled < pending.length) return;
      // Bound as arguments, not as one array: better-sqlite3 reads those a third faster.
      many.run(...pending);
      filled = 0;
    },
    flush() {
      for (let start = 0; start < filled; start += width) one.run(...pending.slice(start, start + width));
      filled = 0;
    },
  };
}

/** Texts in one JSON array: SQLite takes it apart faster than one value after another can be bound. Ids count up. */
function createTextBatch(statement: Statement): { add: (id: number, text: string) => void; flush: () => void } {
  let pending: string[] = [];
  let characters = 0;
  let firstId = 0;
  const flush = (): void => {
    if (pending.length > 0) statement.run(firstId, JSON.stringify(pending));
    pending = [];
    characters = 0;
  };
  return {
    add(id, text) {
      if (pending.length === 0) firstId = id;
      pending.push(text);
      characters += text.length;
      if (pending.length === TEXT_BATCH || characters >= TEXT_BATCH_CHARACTERS) flush();
    },
    flush,
  };
}

/** What SQLite can hold. NUL ends a text in some tools, and half of a surrogate pair has no UTF-8. */
function storable(text: string): string {
  const visible = text.includes("\0") ? text.replaceAll("\0", "␀") : text;
  return LONE_SURROGATE.test(visible) ? visible.replaceAll(LONE_SURROGATES, "\ufffd") : visible;
}

interface Interner {
  id(text: string): number;
  flush(): void;
}

function createInterner(insert: Statement, onText: (id: number, text: string) => void): Interner {
  const batch = createTextBatch(insert);
  let recent = new Map<string, number>();
  let older = new Map<string, number>();
  let count = 0;
  return {
    id(text) {
      const known = recent.get(text) ?? older.get(text);
      if (known !== undefined) return known;
      const id = ++count;
      const stored = storable(text);
      batch.add(id, stored);
      onText(id, stored);
      if (text.length <= INTERN_LENGTH) {
        recent.set(text, id);
        if (recent.size >= INTERN_LIMIT / 2) {
          older = recent;
          recent = new Map();
        }
      }
      return id;
    },
    flush: batch.flush,
  };
}

function continues(run: Run, artifact: number, draft: EventDraft, runs: number): boolean {
  if (run.artifact !== artifact) return false;
  if (draft.clock === "none") return true;
  if (run.clock !== draft.clock) return false;
  if (runs >= MAX_RUNS) return true;
  if ((draft.boot ?? null) !== run.boot) return false;
  if (draft.stated === null || run.highest === -Infinity) return true;
  const monotonic = draft.monotonic ?? null;
  const stepped = monotonic !== null && run.distance !== null ? draft.stated - monotonic - run.distance : 0;
  if (Math.abs(stepped) > CLOCK_STEP) return false;
  const step = draft.stated - run.highest;
  return step >= -STEP_BACK && step <= STEP_FORWARD;
}

function startRun(artifact: number, id: number, draft: EventDraft): Run {
  return {
    artifact,
    firstEvent: id,
    lastEvent: id,
    clock: draft.clock,
    firstStated: draft.stated,
    lastStated: draft.stated,
    highest: -Infinity,
    boot: draft.boot ?? null,
    firstMonotonic: null,
    lastMonotonic: null,
    distance: null,
  };
}

function extendRun(run: Run, id: number, draft: EventDraft): void {
  run.lastEvent = id;
  if (draft.stated === null) return;
  run.firstStated ??= draft.stated;
  run.lastStated = draft.stated;
  if (draft.stated > run.highest) run.highest = draft.stated;
  // Only a file with too many runs gets here with another boot: then the run is of none.
  if (draft.clock !== "none" && (draft.boot ?? null) !== run.boot) run.boot = null;
  if (draft.monotonic === undefined || draft.monotonic === null) return;
  run.firstMonotonic ??= draft.monotonic;
  run.lastMonotonic = draft.monotonic;
  run.distance = draft.stated - draft.monotonic;
}
