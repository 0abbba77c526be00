import type { Database } from "better-sqlite3";
import type { Batch, Sink, Space } from "./batch.ts";
import type { TextMatcher } from "./matches.ts";
import { createRowWriter } from "./rows.ts";
import { hasThread, startThread } from "./thread.ts";

/** Batches that are written at once; a bundle with more of them, or known to be large, gets a thread for the store. */
const BATCHES_BEFORE_THREAD = 8;

export interface SinkOptions {
  /** Whether to start the thread at once: it takes a tenth of a second, in which the reader can go on. */
  large: boolean;
  /** Takes the space of each batch when its rows are written. */
  free: (space: Space) => void;
}

/**
 * Small bundles are written at once. A large one is handed to a thread that owns the file until `finish`, so that
 * reading and storing share two processors; the rows are the same. A store without a file is always written at once.
 */
export function createSink(database: Database, matcher: TextMatcher, { large, free }: SinkOptions): Sink {
  const index = !database.memory;
  const rows = createRowWriter(database, { index, match: matcher.match, open: new Map() });
  const mayThread = !database.memory && hasThread;
  let thread = null as Sink | null;
  let left = BATCHES_BEFORE_THREAD;
  let failure: unknown = null;
  const begin = (): Sink => {
    const { module, argument } = matcher;
    return startThread(database, { index, module, argument, open: rows.finish() }, free);
  };
  if (mayThread && large) thread = begin();
  const writeBatch = (batch: Batch): void => {
    if (mayThread && thread === null && left-- === 0) thread = begin();
    if (thread !== null) return thread.write(batch);
    rows.write(batch);
    free(batch.space);
  };
  const check = (): null => {
    if (failure !== null) throw failure;
    return null;
  };
  return {
    write(batch) {
      // What goes wrong is told by `busy` and `finish`: here it would be taken for a failure of the source that is read.
      try {
        if (failure === null) writeBatch(batch);
      } catch (error) {
        failure = error;
      }
    },
    busy: () => thread?.busy() ?? check(),
    async finish() {
      check();
      if (thread === null) rows.finish();
      await thread?.finish();
      // At once, not with each row.
      database.exec("CREATE INDEX match_rule ON match (rule)");
    },
    abort: async () => thread?.abort(),
  };
}
