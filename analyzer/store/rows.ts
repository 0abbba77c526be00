import type { Database, Statement } from "better-sqlite3";
import { EVENT_COLUMNS, type Batch, type SmallTable } from "./batch.ts";
import { createMatchRows, type Match, type OpenMatches } from "./matches.ts";

/** Rows of one statement: it costs a third of one statement for each row. */
const TOGETHER = 32;
const TEXTS_TOGETHER = 256;

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
      matches.texts(batch.firstText, texts(batch));
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
      "artifact, first_event, last_event, clock, first_stated, last_stated, boot, first_monotonic, last_monotonic",
    ),
    fact: insert("fact", "kind, key, value, artifact, line, byte_offset, byte_length"),
    warning: insert("warning", "artifact, line, message"),
  };
}

function createEventRows(database: Database): (batch: Batch) => void {
  const width = EVENT_COLUMNS + 1;
  const row = `(${Array.from({ length: width }, () => "?").join(", ")})`;
  const one = database.prepare(`INSERT INTO event VALUES ${row}`);
  const many = database.prepare(`INSERT INTO event VALUES ${Array.from({ length: TOGETHER }, () => row).join(", ")}`);
  const values: (number | null)[] = Array.from({ length: width * TOGETHER }, () => null);
  const fill = (batch: Batch, event: number, count: number): void => {
    let to = 0;
    let from = event * EVENT_COLUMNS;
    for (let i = 0; i < count; i++) {
      values[to++] = batch.firstEvent + event + i;
      for (const end = from + EVENT_COLUMNS; from < end; from++) {
        const value = batch.numbers[from] as number;
        values[to++] = value === value ? value : null;
      }
    }
  };
  return (batch) => {
    let event = 0;
    for (; event + TOGETHER <= batch.events; event += TOGETHER) {
      fill(batch, event, TOGETHER);
      // Bound as arguments, not as one array: better-sqlite3 reads those a third faster.
      many.run(...values);
    }
    for (; event < batch.events; event++) {
      fill(batch, event, 1);
      one.run(...values.slice(0, width));
    }
  };
}

/** Texts go in as JSON arrays: SQLite takes them apart faster than one value after another can be bound. */
function createTextRows(database: Database, index: boolean): (batch: Batch) => string[] {
  const insert = database.prepare("INSERT INTO text (id, text) SELECT ? + key, value FROM json_each(?)");
  const insertIndex = database.prepare(
    "INSERT INTO text_fts (rowid, text) SELECT id, text FROM text WHERE id BETWEEN ? AND ?",
  );
  return ({ firstText, texts, text }) => {
    if (texts === 0) return [];
    const all = text.slice(0, -1).split("\0");
    for (let from = 0; from < texts; from += TEXTS_TOGETHER) {
      insert.run(firstText + from, JSON.stringify(all.slice(from, from + TEXTS_TOGETHER)));
    }
    if (index) insertIndex.run(firstText, firstText + texts - 1);
    return all;
  };
}
