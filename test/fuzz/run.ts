/**
 * Fuzzes every parser: `npm run fuzz -- <seconds> [--seed <n>] [--only <part of a name>]`. Prints the seed; each find is
 * shortened, saved under test/fuzz/cases and makes the exit code 1.
 */
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { saveCase } from "./cases.ts";
import { createPick } from "./pick.ts";
import { shrink, summaryOf } from "./shrink.ts";
import { fuzzTargets } from "./targets.ts";
import type { Told } from "./worker.ts";

const HANG_MS = 20_000;
const WATCH_MS = 500;
const MAX_RSS = 3 * 1024 ** 3;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: "string" }, only: { type: "string" } },
});
const seconds = Number(positionals[0] ?? 60);
const firstSeed = Number(values.seed ?? Date.now() % 1_000_000_000);
const only = values.only ?? null;
const targets = await fuzzTargets();
const place = new Int32Array(new SharedArrayBuffer(12));
const seen = new Set<string>();
const known: string[] = [];
const finds: Promise<void>[] = [];

console.log(`fuzzing ${targets.length} parsers for ${seconds} s with --seed ${firstSeed}`);

async function keep(index: number, seed: number, message: string, isHang: boolean): Promise<void> {
  const target = targets[index];
  if (target === undefined) return;
  const summary = `${target.name}: ${summaryOf(message)}`;
  if (seen.has(summary)) return;
  seen.add(summary);
  const input = target.generate(createPick(seed));
  const short = isHang ? input : await shrink(target, input);
  const path = saveCase({ target: target.name, note: summary, ...short });
  console.log(`\n${target.name}, seed ${seed}: ${message}\nsaved as ${path}`);
}

function start(): Worker {
  const worker = new Worker(new URL("worker.ts", import.meta.url), {
    workerData: { place, firstSeed, only, known },
    resourceLimits: { maxOldGenerationSizeMb: 1024 },
  });
  worker.on("message", ({ kind, target, seed, message }: Told) => {
    if (kind === "find") finds.push(keep(target, seed, message, false));
    else since = performance.now();
  });
  worker.on("error", (error) => void restart(`the thread ended: ${error.message}`));
  return worker;
}

let since = performance.now();
let count = -1;
let worker = start();

async function restart(message: string): Promise<void> {
  const [index = 0, seed = 0] = place;
  known.push(`${index} ${seed}`);
  await worker.terminate();
  finds.push(keep(index, seed, message, true));
  since = performance.now() + HANG_MS;
  worker = start();
}

const end = performance.now() + seconds * 1000;
while (performance.now() < end) {
  await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
  const now = place[2] ?? 0;
  if (now !== count) since = Math.max(since, performance.now());
  count = now;
  if (performance.now() - since > HANG_MS) await restart("hangs");
  else if (process.memoryUsage.rss() > MAX_RSS) await restart("takes too much memory");
}
await worker.terminate();
await Promise.all(finds);
console.log(`${place[2]} cases, ${seen.size} finds, seed ${firstSeed}`);
process.exit(seen.size > 0 ? 1 : 0);
