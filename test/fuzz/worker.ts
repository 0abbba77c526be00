/** The thread in which parsers are tried: the one that started it can end it when it hangs. */
import { parentPort, workerData } from "node:worker_threads";
import { createPick } from "./pick.ts";
import { fuzzTargets } from "./targets.ts";

/** Where the thread is: index of the target, seed, time of the start in seconds since the run began. */
export interface Place {
  target: number;
  seed: number;
}

export interface Told {
  kind: "find" | "ready";
  target: number;
  seed: number;
  message: string;
}

interface Order {
  /** Two numbers, target and seed, and a counter that grows with every case. */
  place: Int32Array;
  firstSeed: number;
  only: string | null;
  /** Finds that were made already: cases that are not tried again. */
  known: string[];
}

const SLICE_MS = 200;
const SLOW_MS = 4_000;
const { place, firstSeed, only, known } = workerData as Order;
const port = parentPort;
if (port === null) throw new Error("worker.ts is started by run.ts");

const targets = await fuzzTargets();
const skipped = new Set(known);
const seeds = targets.map(() => firstSeed + (place[2] ?? 0));
port.postMessage({ kind: "ready", target: 0, seed: 0, message: "" } satisfies Told);

async function tryOne(index: number, seed: number): Promise<void> {
  const target = targets[index];
  if (target === undefined || skipped.has(`${index} ${seed}`)) return;
  place[0] = index;
  place[1] = seed;
  Atomics.add(place, 2, 1);
  try {
    const input = target.generate(createPick(seed));
    const start = process.cpuUsage();
    await target.run(input);
    const { user, system } = process.cpuUsage(start);
    const took = (user + system) / 1000;
    if (took > SLOW_MS) throw new Error(`too slow: ${Math.round(took)} ms for ${input.bytes.length} bytes`);
    if (Object.keys(Object.prototype).length > 0) throw new Error("the prototype of all objects was changed");
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    port?.postMessage({ kind: "find", target: index, seed, message } satisfies Told);
  }
}

// The first comes as the promise of a turn in which messages are sent.
for (;;) {
  for (const [index, target] of targets.entries()) {
    if (only !== null && !target.name.includes(only)) continue;
    for (const until = performance.now() + SLICE_MS; performance.now() < until;) {
      const seed = seeds[index] ?? firstSeed;
      seeds[index] = seed + 1;
      await tryOne(index, seed);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}
