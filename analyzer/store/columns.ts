/** What is asked of every event at once: kept beside the store, since reading a million rows back takes a second. */
import type { Database } from "better-sqlite3";
import type { Micros } from "../model/time.ts";

/** Large enough for the allocator to give it pages of its own, which take no memory before they are filled. */
const CHUNK_BITS = 20;
const CHUNK = 1 << CHUNK_BITS;
/** Beside the level, which takes three bits: it was not stated. */
export const ASSUMED = 8;

interface Chunk {
  line: Uint32Array;
  stated: Float64Array;
  /** Which of the few precisions there are. */
  precision: Uint16Array;
  level: Uint8Array;
  origin: Uint32Array;
  text: Uint32Array;
}

/** Columns of the table `event`, by id: 23 bytes for each event. */
export interface EventColumns {
  /** Ids run from 1 to this. */
  readonly count: number;
  add(line: number, stated: Micros | null, precision: Micros, level: number, origin: number, text: number): void;
  line(id: number): number;
  /** As written, in µs; NaN when no time was. */
  stated(id: number): Micros;
  precision(id: number): Micros;
  level(id: number): number;
  /** Whether the event's level is only what such lines usually have. */
  isAssumed(id: number): boolean;
  setLevel(id: number, level: number): void;
  origin(id: number): number;
  text(id: number): number;
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
  const rows = database.prepare("SELECT line, stated, precision, level, origin, text FROM event ORDER BY id").raw();
  for (const row of rows.iterate() as Iterable<Parameters<EventColumns["add"]>>) columns.add(...row);
  return columns;
}

function createColumns(): EventColumns {
  const chunks: Chunk[] = [];
  const precisions: Micros[] = [];
  let count = 0;
  const chunkOf = (id: number): Chunk => chunks[(id - 1) >>> CHUNK_BITS] as Chunk;
  return {
    get count() {
      return count;
    },
    add(line, stated, precision, level, origin, text) {
      const at = count & (CHUNK - 1);
      if (at === 0) {
        chunks.push({
          line: new Uint32Array(CHUNK),
          stated: new Float64Array(CHUNK),
          precision: new Uint16Array(CHUNK),
          level: new Uint8Array(CHUNK),
          origin: new Uint32Array(CHUNK),
          text: new Uint32Array(CHUNK),
        });
      }
      count += 1;
      const chunk = chunkOf(count);
      chunk.line[at] = line;
      chunk.stated[at] = stated ?? Number.NaN;
      const known = precisions.indexOf(precision);
      chunk.precision[at] = known >= 0 ? known : precisions.push(precision) - 1;
      chunk.level[at] = level;
      chunk.origin[at] = origin;
      chunk.text[at] = text;
    },
    line: (id) => chunkOf(id).line[(id - 1) & (CHUNK - 1)] as number,
    stated: (id) => chunkOf(id).stated[(id - 1) & (CHUNK - 1)] as number,
    precision: (id) => precisions[chunkOf(id).precision[(id - 1) & (CHUNK - 1)] as number] as Micros,
    level: (id) => (chunkOf(id).level[(id - 1) & (CHUNK - 1)] as number) & 7,
    isAssumed: (id) => ((chunkOf(id).level[(id - 1) & (CHUNK - 1)] as number) & ASSUMED) !== 0,
    setLevel: (id, level) => void (chunkOf(id).level[(id - 1) & (CHUNK - 1)] = level),
    origin: (id) => chunkOf(id).origin[(id - 1) & (CHUNK - 1)] as number,
    text: (id) => chunkOf(id).text[(id - 1) & (CHUNK - 1)] as number,
  };
}
