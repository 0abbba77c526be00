/** What is asked of every event at once: kept beside the store, since reading a million rows back takes a second. */
import type { Database } from "better-sqlite3";
import type { Micros } from "../model/time.ts";

const CHUNK_BITS = 16;
const CHUNK = 1 << CHUNK_BITS;

interface Chunk {
  stated: Float64Array;
  level: Uint8Array;
  origin: Uint32Array;
}

/** Columns of the table `event`, by id: 13 bytes for each event. */
export interface EventColumns {
  /** Ids run from 1 to this. */
  readonly count: number;
  add(stated: Micros | null, level: number, origin: number): void;
  /** As written, in µs; NaN when no time was. */
  stated(id: number): Micros;
  level(id: number): number;
  origin(id: number): number;
}

const remembered = new WeakMap<Database, EventColumns>();

/** Empty columns that fill up as a store is written. */
export function rememberColumns(database: Database): EventColumns {
  const columns = createColumns();
  remembered.set(database, columns);
  return columns;
}

/** The columns of a store: those of its writer, or read back when it was written by another process. */
export function columnsOf(database: Database): EventColumns {
  return remembered.get(database) ?? readColumns(database);
}

/** The columns as they stand in the table. */
export function readColumns(database: Database): EventColumns {
  const columns = createColumns();
  const rows = database.prepare("SELECT stated, level, origin FROM event ORDER BY id").raw();
  for (const [stated, level, origin] of rows.iterate() as Iterable<[number | null, number, number]>) {
    columns.add(stated, level, origin);
  }
  return columns;
}

function createColumns(): EventColumns {
  const chunks: Chunk[] = [];
  let count = 0;
  const chunkOf = (id: number): Chunk => chunks[(id - 1) >>> CHUNK_BITS] as Chunk;
  return {
    get count() {
      return count;
    },
    add(stated, level, origin) {
      const at = count & (CHUNK - 1);
      if (at === 0) {
        chunks.push({
          stated: new Float64Array(CHUNK),
          level: new Uint8Array(CHUNK),
          origin: new Uint32Array(CHUNK),
        });
      }
      count += 1;
      const chunk = chunkOf(count);
      chunk.stated[at] = stated ?? Number.NaN;
      chunk.level[at] = level;
      chunk.origin[at] = origin;
    },
    stated: (id) => chunkOf(id).stated[(id - 1) & (CHUNK - 1)] as number,
    level: (id) => chunkOf(id).level[(id - 1) & (CHUNK - 1)] as number,
    origin: (id) => chunkOf(id).origin[(id - 1) & (CHUNK - 1)] as number,
  };
}
