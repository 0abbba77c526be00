/** Rows on their way into the store, in a form that costs little to hand to another thread. */
import { MOST_BYTES, type Texts } from "./texts.ts";

/** Columns of an event in a batch: those of the table without its id. NaN is null. */
export const EVENT_COLUMNS = 9;
const MAX_EVENTS = 4_096;
const MAX_BYTES = 1 << 19;
/** Byte behind each text. */
const NUL = 1;

/** A row of one of the small tables: the statement of `rows.ts` that takes it, and its values. */
export type SmallRow = [table: SmallTable, ...values: (string | number | null)[]];
export type SmallTable = "artifact" | "origin" | "run" | "fact" | "warning";

/** What the next batch is filled into; comes back when its rows are written. */
export interface Space {
  /** `EVENT_COLUMNS` numbers for each event. */
  numbers: Float64Array;
  bytes: Buffer;
  ends: Int32Array;
}

export interface Batch {
  space: Space;
  /** Id of the first event; the others count up from it. */
  firstEvent: number;
  events: number;
  /** Id of the first text; the others count up from it. */
  firstText: number;
  texts: number;
  /** Final uses of texts of this batch or earlier ones; see `interner.ts`. */
  uses: Float64Array[];
  rows: SmallRow[];
}

/** Where batches go. */
export interface Sink {
  write(batch: Batch): void;
  /** Resolves when there is room for more; null when there is. Rejects with what went wrong. */
  busy(): Promise<void> | null;
  /** Resolves when everything is in the tables. */
  finish(): Promise<void>;
  /** Gives up; what was written stays, but nothing works on it any more. */
  abort(): Promise<void>;
}

/** Collects rows. `emit` is called with each full batch, and by `flush` with what there is. */
export interface Batcher {
  event(
    artifact: number,
    line: number,
    byteOffset: number,
    byteLength: number,
    stated: number | null,
    precision: number,
    level: number,
    origin: number,
    text: number,
  ): void;
  text(text: string): void;
  uses(uses: Float64Array): void;
  row(row: SmallRow): void;
  flush(): void;
  /** Takes back the space of a batch that was written, for another one. */
  free(space: Space): void;
}

const newSpace = (): Space => ({
  numbers: new Float64Array(MAX_EVENTS * EVENT_COLUMNS),
  bytes: Buffer.allocUnsafeSlow(MAX_BYTES),
  ends: new Int32Array(MAX_EVENTS),
});

export const textsIn = ({ space: { bytes, ends }, texts }: Batch): Texts => ({ count: texts, bytes, ends });

/** Batches of at most 4,096 events. Ids of events and texts count up from 1. */
export function createBatcher(emit: (batch: Batch) => void): Batcher {
  const free: Space[] = [];
  let space = newSpace();
  let { numbers } = space;
  let filled = 0;
  let firstEvent = 1;
  let firstText = 1;
  let texts = 0;
  let used = 0;
  let uses: Float64Array[] = [];
  let rows: SmallRow[] = [];

  function flush(): void {
    const events = filled / EVENT_COLUMNS;
    if (events === 0 && texts === 0 && uses.length === 0 && rows.length === 0) return;
    const batch = { space, firstEvent, events, firstText, texts, uses, rows };
    firstEvent += events;
    firstText += texts;
    space = free.pop() ?? newSpace();
    ({ numbers } = space);
    filled = 0;
    texts = 0;
    used = 0;
    uses = [];
    rows = [];
    emit(batch);
  }

  function makeRoom(text: string): void {
    flush();
    const length = Buffer.byteLength(text) + NUL;
    if (length > space.bytes.length) space.bytes = Buffer.allocUnsafeSlow(length);
  }

  return {
    event(artifact, line, byteOffset, byteLength, stated, precision, level, origin, text) {
      const at = filled;
      numbers[at] = artifact;
      numbers[at + 1] = line;
      numbers[at + 2] = byteOffset;
      numbers[at + 3] = byteLength;
      numbers[at + 4] = stated ?? Number.NaN;
      numbers[at + 5] = precision;
      numbers[at + 6] = level;
      numbers[at + 7] = origin;
      numbers[at + 8] = text;
      filled = at + EVENT_COLUMNS;
      if (filled === numbers.length) flush();
    },
    text(text) {
      if (texts === MAX_EVENTS || used + MOST_BYTES * text.length + NUL > space.bytes.length) makeRoom(text);
      const { bytes, ends } = space;
      const end = used + bytes.write(text, used);
      bytes[end] = 0;
      ends[texts++] = end;
      used = end + NUL;
    },
    uses: (numbers) => void uses.push(numbers),
    row(row) {
      rows.push(row);
      if (rows.length >= MAX_EVENTS) flush();
    },
    flush,
    free(written) {
      // One that was made for a long text goes with it.
      if (written.bytes.length === MAX_BYTES) free.push(written);
    },
  };
}
