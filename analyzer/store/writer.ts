import type { Database, Statement } from "better-sqlite3";
import type { FactKind, FactValues } from "../model/fact.ts";
import type { EventDraft, Line } from "../model/source.ts";
import type { ClockKind } from "../model/time.ts";
import { HOUR, MINUTE } from "../model/time.ts";

/** Texts kept for interning; beyond it the older half is forgotten, and a text may be stored twice. */
const INTERN_LIMIT = 1 << 17;
/** Longer texts are stored but not interned: they hardly repeat and would fill the map. */
const INTERN_LENGTH = 2_000;
/** Lines of one file may be written a little out of order by several threads; a larger step back is a new run. */
const STEP_BACK = MINUTE;
/** A pause, or a clock that was set forward: a new run as well, so that either can be told later. */
const STEP_FORWARD = HOUR;
/** A file with more runs than this has no order worth keeping. */
const MAX_RUNS = 5_000;
const BATCH = 16;

interface Run {
  artifact: number;
  firstEvent: number;
  lastEvent: number;
  clock: ClockKind;
  firstStated: number | null;
  lastStated: number | null;
  highest: number;
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
  const intern = createInterner(statements.text, onText);
  const origins = new Map<string, number>();
  const events = createEventBatch(statements.events, statements.event);
  let nextEvent = 1;
  let run: Run | null = null;
  let runs = 0;

  const closeRun = (): void => {
    if (run === null) return;
    const { artifact, firstEvent, lastEvent, clock, firstStated, lastStated } = run;
    statements.run.run(artifact, firstEvent, lastEvent, clock, firstStated, lastStated);
    run = null;
    runs += 1;
  };

  const originId = (name: string): number => {
    const known = origins.get(name);
    if (known !== undefined) return known;
    const id = origins.size + 1;
    statements.origin.run(id, name);
    origins.set(name, id);
    return id;
  };

  return {
    artifact(path, modified, link) {
      database.exec("BEGIN");
      runs = 0;
      return Number(statements.artifact.run(path, modified, link).lastInsertRowid);
    },
    finishArtifact(id, source, bytes, lines) {
      events.flush();
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
      events.add([
        id,
        artifact,
        line.number,
        line.byteOffset,
        line.byteLength,
        draft.stated,
        draft.precision,
        draft.level,
        originId(draft.origin),
        intern(draft.text),
      ]);
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
      closeRun();
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
    text: database.prepare("INSERT INTO text (id, text) VALUES (?, ?)"),
    origin: database.prepare("INSERT INTO origin (id, name) VALUES (?, ?)"),
    run: database.prepare(
      "INSERT INTO run (artifact, first_event, last_event, clock, first_stated, last_stated) VALUES (?, ?, ?, ?, ?, ?)",
    ),
    fact: database.prepare(
      "INSERT INTO fact (kind, key, value, artifact, line, byte_offset, byte_length) VALUES (?, ?, ?, ?, ?, ?, ?)",
    ),
    warning: database.prepare("INSERT INTO warning (artifact, line, message) VALUES (?, ?, ?)"),
    event: database.prepare(`INSERT INTO event VALUES ${row}`),
    events: database.prepare(`INSERT INTO event VALUES ${Array.from({ length: BATCH }, () => row).join(", ")}`),
  };
}

/** One statement for many rows costs a third of one statement a row. */
function createEventBatch(
  many: Statement,
  one: Statement,
): { add: (row: (number | null)[]) => void; flush: () => void } {
  let pending: (number | null)[] = [];
  const width = 10;
  return {
    add(row) {
      for (const value of row) pending.push(value);
      if (pending.length === width * BATCH) {
        many.run(pending);
        pending = [];
      }
    },
    flush() {
      for (let start = 0; start < pending.length; start += width) one.run(pending.slice(start, start + width));
      pending = [];
    },
  };
}

function createInterner(insert: Statement, onText: (id: number, text: string) => void): (text: string) => number {
  let recent = new Map<string, number>();
  let older = new Map<string, number>();
  let count = 0;
  return (text) => {
    const known = recent.get(text) ?? older.get(text);
    if (known !== undefined) return known;
    const id = ++count;
    // SQLite ends a C string at NUL in some tools; the visible symbol keeps the rest of the line readable there.
    const stored = text.includes("\0") ? text.replaceAll("\0", "␀") : text;
    insert.run(id, stored);
    onText(id, stored);
    if (text.length <= INTERN_LENGTH) {
      recent.set(text, id);
      if (recent.size >= INTERN_LIMIT / 2) {
        older = recent;
        recent = new Map();
      }
    }
    return id;
  };
}

function continues(run: Run, artifact: number, draft: EventDraft, runs: number): boolean {
  if (run.artifact !== artifact) return false;
  if (draft.clock === "none") return true;
  if (run.clock !== draft.clock) return false;
  if (draft.stated === null || run.highest === -Infinity) return true;
  const step = draft.stated - run.highest;
  return (step >= -STEP_BACK && step <= STEP_FORWARD) || runs >= MAX_RUNS;
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
  };
}

function extendRun(run: Run, id: number, draft: EventDraft): void {
  run.lastEvent = id;
  if (draft.stated === null) return;
  run.firstStated ??= draft.stated;
  run.lastStated = draft.stated;
  if (draft.stated > run.highest) run.highest = draft.stated;
}
