import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { Database } from "better-sqlite3";
import type { Batch, Sink, Space } from "./batch.ts";
import type { OpenMatches, TextMatcher } from "./matches.ts";

/** Batches under way before the reader has to wait, more than it fills while the thread starts: some megabytes. */
const MAX_UNDER_WAY = 12;

/** What the thread answers. */
export type Answer =
  { written: Space } | { finished: true } | { error: { message: string; stack: string; code?: string } };

/** What the thread is told. */
export type Order = { batch: Batch } | { finish: true };

/** What the thread begins with. */
export interface ThreadData extends Pick<TextMatcher, "module" | "argument"> {
  path: string;
  index: boolean;
  open: OpenMatches;
}

/** What is handed over, not copied. */
export const buffersOf = ({ numbers, bytes, ends }: Space): ArrayBuffer[] =>
  [numbers, bytes, ends].map(({ buffer }) => buffer as ArrayBuffer);

/** A space out of a message, which makes plain arrays of buffers. */
export const received = ({ numbers, bytes, ends }: Space): Space => ({
  numbers,
  bytes: Buffer.from(bytes.buffer),
  ends,
});

/** Null where the thread's code is not compiled: sources run as they are in the tests. */
const code = new URL("store-thread.js", import.meta.url);

/** Whether there can be a thread. */
export const hasThread = existsSync(code);

/**
 * Hands the file of a store to a thread that writes batches into it. The database must not be used until `finish` has
 * resolved. An error there rejects `busy` or `finish`, as it would have been thrown here.
 */
export function startThread(database: Database, data: Omit<ThreadData, "path">, free: (space: Space) => void): Sink {
  // Another connection can only write when this one gives up its lock, which it does with its next access.
  database.pragma("locking_mode = NORMAL");
  database.prepare("SELECT count(*) FROM artifact").get();
  const worker = new Worker(code, {
    workerData: { path: database.name, ...data } satisfies ThreadData,
    // Rows pass through: half of this is swept too often, and more only lets more of them wait to be swept (measured).
    resourceLimits: { maxYoungGenerationSizeMb: 12 },
  });
  let underWay = 0;
  let failure: Error | null = null;
  let ended = false;
  let wake: (() => void) | null = null;
  const changed = (): void => {
    wake?.();
    wake = null;
  };
  worker.on("message", (answer: Answer) => {
    if ("error" in answer) failure ??= Object.assign(new Error(answer.error.message), answer.error);
    else underWay--;
    if ("written" in answer) free(received(answer.written));
    changed();
  });
  worker.on("error", (error) => {
    failure ??= error;
    changed();
  });
  worker.on("exit", () => {
    ended = true;
    changed();
  });

  async function until(done: () => boolean): Promise<void> {
    while (!done() && failure === null && !ended) await new Promise<void>((resolve) => (wake = resolve));
    if (failure !== null) throw failure;
    if (!done()) throw new Error("the thread that writes the store ended early");
  }
  const order = (message: Order, transfer: ArrayBuffer[] = []): void => worker.postMessage(message, transfer);

  return {
    write(batch) {
      underWay++;
      order({ batch }, [...buffersOf(batch.space), ...batch.uses.map(({ buffer }) => buffer as ArrayBuffer)]);
    },
    busy: () => (underWay <= MAX_UNDER_WAY && failure === null ? null : until(() => underWay <= MAX_UNDER_WAY / 2)),
    async finish() {
      underWay++;
      order({ finish: true });
      await until(() => underWay === 0);
      await until(() => ended);
      database.pragma("locking_mode = EXCLUSIVE");
    },
    abort: async () => void (await worker.terminate()),
  };
}
