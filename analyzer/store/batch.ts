/** Rows on their way into the store, in a form that costs little to hand to another thread. */

/** Columns of an event in a batch: those of the table without its id. NaN is null. */
export const EVENT_COLUMNS = 9;
const MAX_EVENTS = 4_096;
const MAX_CHARACTERS = 1 << 19;

/** A row of one of the small tables: the statement of `rows.ts` that takes it, and its values. */
export type SmallRow = [table: SmallTable, ...values: (string | number | null)[]];
export type SmallTable = "artifact" | "origin" | "run" | "fact" | "warning";

export interface Batch {
  /** Id of the first event; the others count up from it. */
  firstEvent: number;
  events: number;
  /** `EVENT_COLUMNS` numbers for each event. */
  numbers: Float64Array;
  /** Id of the first text; the others count up from it. */
  firstText: number;
  texts: number;
  /** The texts, each followed by NUL, which no stored text holds. */
  text: string;
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
  /** Takes back the numbers of a batch that was written, for another one. */
  free(numbers: Float64Array): void;
}

/** Batches of at most 4,096 events. Ids of events and texts count up from 1. */
export function createBatcher(emit: (batch: Batch) => void): Batcher {
  const free: Float64Array[] = [];
  const take = (): Float64Array => free.pop() ?? new Float64Array(MAX_EVENTS * EVENT_COLUMNS);
  let numbers = take();
  let filled = 0;
  let firstEvent = 1;
  let firstText = 1;
  let texts: string[] = [];
  let characters = 0;
  let uses: Float64Array[] = [];
  let rows: SmallRow[] = [];

  function flush(): void {
    const events = filled / EVENT_COLUMNS;
    if (events === 0 && texts.length === 0 && uses.length === 0 && rows.length === 0) return;
    const count = texts.length;
    // Joined with the last NUL, not to it: that would be copied once more.
    if (count > 0) texts.push("");
    const batch = { firstEvent, events, numbers, firstText, texts: count, text: texts.join("\0"), uses, rows };
    firstEvent += events;
    firstText += count;
    numbers = take();
    filled = 0;
    texts = [];
    characters = 0;
    uses = [];
    rows = [];
    emit(batch);
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
      texts.push(text);
      characters += text.length;
      if (characters >= MAX_CHARACTERS) flush();
    },
    uses: (numbers) => void uses.push(numbers),
    row(row) {
      rows.push(row);
      if (rows.length >= MAX_EVENTS) flush();
    },
    flush,
    free: (written) => void free.push(written),
  };
}
