/** Reads the lines of evidence again, in a thread that `rereader.ts` starts. */
import { parentPort, workerData } from "node:worker_threads";
import { readExcerpts } from "./bundle/excerpts.ts";
import { openBundle } from "./bundle/open.ts";
import type { ExcerptOrder, RereadBundle } from "./rereader.ts";
import { loadBinarySources } from "./sources/registry.ts";

const { paths, limits } = workerData as RereadBundle;
const open = (): ReturnType<typeof openBundle> => openBundle(paths, { hash: false, limits });
const binary = loadBinarySources();
parentPort?.once("message", async ({ wanted, context }: ExcerptOrder) => {
  parentPort?.postMessage(await readExcerpts(open, wanted, context, await binary));
});
