/** The second reading of a bundle, for the raw lines of the evidence. */
import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { Excerpt } from "./bundle/excerpts.ts";
import type { Limits } from "./bundle/limits.ts";

/** Excerpts by artifact and line. */
export type Excerpts = Map<string, Map<number, Excerpt>>;

/** What the thread begins with. */
export interface RereadBundle {
  paths: string[];
  limits: Partial<Limits>;
}

/** Lines to read again: numbers from 1 by artifact, and how many of their neighbours on either side. */
export interface ExcerptOrder {
  wanted: Map<string, number[]>;
  context: number;
}

export interface Rereader {
  /** Starts the thread before it is known what it will read, so that it is ready by then. */
  prepare(): void;
  /** Null when there is no thread, or it failed: then the caller reads the lines itself and meets the error as it is. */
  read(order: ExcerptOrder): Promise<Excerpts | null>;
}

/** Not there where sources run as they are, in the tests. */
const code = new URL("excerpts-thread.js", import.meta.url);

/** Reads lines of a bundle again in a thread of its own, so that the caller can go on meanwhile. */
export function createRereader(bundle: RereadBundle): Rereader {
  const exists = existsSync(code);
  let worker: Worker | null = null;
  const start = (): Worker => {
    if (worker !== null) return worker;
    // What is read is thrown away but for a few lines: the sooner, the less memory.
    worker = new Worker(code, { workerData: bundle, resourceLimits: { maxYoungGenerationSizeMb: 3 } });
    // An analysis that fails before it asks for lines must not wait for it.
    worker.unref();
    return worker;
  };
  return {
    prepare: () => void (exists && start()),
    async read(order) {
      if (!exists) return null;
      const thread = start();
      thread.ref();
      return new Promise((resolve) => {
        thread.on("message", (excerpts: Excerpts) => resolve(excerpts));
        thread.on("error", () => resolve(null));
        thread.on("exit", () => resolve(null));
        thread.postMessage(order);
      });
    },
  };
}
