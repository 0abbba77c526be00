/** The second reading of a bundle, for the raw lines of the evidence. */
import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { Excerpt } from "./bundle/excerpts.ts";
import type { Limits } from "./bundle/limits.ts";

/** Excerpts by artifact and line. */
export type Excerpts = Map<string, Map<number, Excerpt>>;

/** Lines to read again: numbers from 1 by artifact, and how many of their neighbours on either side. */
export interface ExcerptOrder {
  paths: string[];
  limits: Partial<Limits>;
  wanted: Map<string, number[]>;
  context: number;
}

/** Not there where sources run as they are, in the tests. */
const code = new URL("excerpts-thread.js", import.meta.url);

/**
 * Reads lines again in a thread of its own, so that the caller can go on meanwhile. Null when that cannot be, or went
 * wrong: then the caller reads them itself and meets the error as it is.
 */
export async function rereadInThread(order: ExcerptOrder): Promise<Excerpts | null> {
  if (!existsSync(code)) return null;
  const worker = new Worker(code, { workerData: order });
  return new Promise((resolve) => {
    worker.on("message", (excerpts: Excerpts) => resolve(excerpts));
    worker.on("error", () => resolve(null));
    worker.on("exit", () => resolve(null));
  });
}
