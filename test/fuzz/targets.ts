import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pack } from "tar-stream";
import { analyze } from "../../analyzer/analyze.ts";
import { selectEvents } from "../../analyzer/report/event-selection.ts";
import { exportEvents } from "../../analyzer/report/events.ts";
import { renderHtml } from "../../analyzer/report/html.ts";
import { createStore } from "../../analyzer/store/open.ts";
import { memoryBundle } from "../helpers/memory-bundle.ts";
import { bundleTargets } from "./bundles.ts";
import { sourceTargets } from "./sources.ts";
import type { FuzzTarget } from "./target.ts";
import { textTargets } from "./texts.ts";

const SAMPLES = fileURLToPath(new URL("../../samples/", import.meta.url));
/** Small enough that a hundred variants a minute can be analysed. */
const MOST_BYTES = 150_000;

/** Every parser there is, each with what it is fed from. */
export async function fuzzTargets(): Promise<FuzzTarget[]> {
  const bundles = sampleFiles();
  const texts = bundles.flatMap((files) => Object.values(files)).filter((text) => text.length < 50_000);
  const targets = [
    ...bundleTargets({ tar: await archiveOf(bundles[0] ?? {}), bundles }),
    ...(await textTargets(await reportOf(bundles[0] ?? {}), texts)),
    ...(await sourceTargets()),
  ];
  return targets;
}

function sampleFiles(): Record<string, string>[] {
  return readdirSync(SAMPLES)
    .flatMap((name) => readdirSync(join(SAMPLES, name)).map((entry) => join(SAMPLES, name, entry)))
    .filter((path) => statSync(path).isDirectory())
    .map((path) => filesUnder(path))
    .filter((files) => Object.values(files).join("").length < MOST_BYTES);
}

function filesUnder(root: string): Record<string, string> {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).sort();
  const entries = files.filter((path) => statSync(join(root, path)).isFile());
  return Object.fromEntries(entries.map((path) => [path, readFileSync(join(root, path), "utf8")]));
}

/** An archive with files, links, a directory, a long name, and a packed log. */
async function archiveOf(files: Record<string, string>): Promise<Buffer> {
  const packing = pack();
  const mtime = new Date(0);
  packing.entry({ name: "k1/", type: "directory", mtime });
  for (const [name, text] of Object.entries(files).slice(0, 8))
    packing.entry({ name: `k1/${name}`, mtime }, text.slice(0, 3000));
  packing.entry({ name: "k1/link", type: "symlink", linkname: "/etc/passwd", mtime });
  packing.entry({ name: "k1/hard", type: "link", linkname: "k1/link", mtime });
  packing.entry({ name: `k1/${"long/".repeat(40)}ñ`, mtime }, "x\n");
  packing.finalize();
  const parts: Buffer[] = [];
  for await (const part of packing as unknown as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}

async function reportOf(files: Record<string, string>): Promise<string> {
  const database = await createStore("");
  const options = { timezone: null, year: null, collectedAt: null, rules: null, version: "0.0.0-fuzz" };
  const report = await analyze(memoryBundle(files), database, options, () => undefined);
  const html = renderHtml(report, await exportEvents(selectEvents(database, report), () => 200_000));
  database.close();
  return html;
}
