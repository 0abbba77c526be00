import type { Database, Statement } from "better-sqlite3";
import { EVENT_COLUMNS, textsIn, type Batch, type SmallTable } from "./batch.ts";
import { createInsert } from "./insert.ts";
import { createMatchRows, type Match, type OpenMatches } from "./matches.ts";
import { bytesAt, type Texts } from "./texts.ts";

/** Puts batches into the tables. */
export interface RowWriter {
  write(batch: Batch): void;
  /** Ends the transaction that `createRowWriter` began; gives what another writer has to go on with. */
  finish(): OpenMatches;
}

export interface RowOptions {
  /** Whether the full-text index is filled beside the texts. */
  index: boolean;
  match: Match;
  open: OpenMatches;
}

/** All rows in one transaction. */
export function createRowWriter(database: Database, { index, match, open }: RowOptions): RowWriter {
  const statements = prepareSmall(database);
  const events = createEventRows(database);
  const texts = createTextRows(database, index);
  const matches = createMatchRows(database, match, open);
  database.exec("BEGIN");
  return {
    write(batch) {
      events(batch);
      if (batch.texts > 0) {
        const said = textsIn(batch);
        texts(batch.firstText, said);
        matches.texts(batch.firstText, said);
      }
      for (const uses of batch.uses) matches.uses(uses);
      for (const [table, ...values] of batch.rows) statements[table].run(...values);
    },
    finish() {
      database.exec("COMMIT");
      return matches.open;
    },
  };
}

function prepareSmall(database: Database): Record<SmallTable, Statement> {
  const insert = (table: SmallTable, columns: string): Statement =>
    database.prepare(`INSERT INTO ${table} (${columns}) VALUES (${columns.replace(/[^,]+/g, "?")})`);
  return {
    artifact: insert("artifact", "id, path, source, bytes, lines, modified, link"),
    origin: insert("origin", "id, name, events"),
    run: insert(
      "run",
      "artifact, section, process, first_event, last_event, clock, first_stated, last_stated, boot, first_monotonic, last_monotonic",
    ),
    fact: insert("fact", "kind, key, value, artifact, line, byte_offset, byte_length"),
    warning: insert("warning", "artifact, line, message"),
  };
}

/**
 * SQLite counts the ids of events and texts up itself, as the reader does: one value less to bind for each row, which is a
 * sixth of the time of an event and a third of a text's.
 */
function createCheck(database: Database, table: "event" | "text"): (expected: number) => void {
  const last = database.prepare(`SELECT max(id) FROM ${table}`).pluck();
  return (expected) => {
    if (last.get() !== expected) throw new Error(`the last ${table} in the store is not ${expected}`);
  };
}

function createEventRows(database: Database): (batch: Batch) => void {
  const insert = createInsert(
    database,
    "event",
    `(NULL, ${Array.from({ length: EVENT_COLUMNS }, () => "?").join(", ")})`,
  );
  const check = createCheck(database, "event");
  return ({ firstEvent, events, space: { numbers } }) => {
    insert(events, (values, row, count) => {
      let to = 0;
      const end = (row + count) * EVENT_COLUMNS;
      for (let from = row * EVENT_COLUMNS; from < end; from++) {
        const value = numbers[from] as number;
        values[to++] = value === value ? value : null;
      }
    });
    if (events > 0) check(firstEvent + events - 1);
  };
}

function createTextRows(database: Database, index: boolean): (first: number, texts: Texts) => void {
  // Bytes of UTF-8 are a text for SQLite as they are.
  const insert = createInsert(database, "text", "(NULL, CAST(? AS TEXT))");
  const check = createCheck(database, "text");
  const insertIndex = database.prepare(
    "INSERT INTO text_fts (rowid, text) SELECT id, text FROM text WHERE id BETWEEN ? AND ?",
  );
  return (first, texts) => {
    insert(texts.count, (values, row, count) => {
      for (let i = 0; i < count; i++) values[i] = bytesAt(texts, row + i);
    });
    const last = first + texts.count - 1;
    check(last);
    if (index) insertIndex.run(first, last);
  };
}
