/** A journal of a million entries: memory that does not grow with it, and time that grows no faster than it does. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import type { IncidentReport } from "../../../analyzer/model/report.ts";
import { readIsland } from "../../../analyzer/report/island.ts";
import { exportEntries } from "../../bench/journal-generate.mjs";
import { scratch } from "../../helpers/cli.ts";
import { hasJournalTools } from "../helpers.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const reader = join(root, "dist", "sources", "journal-binary.js");
const cli = join(root, "dist", "cli", "bin.js");
const directory = scratch();
const tools = hasJournalTools();
const PARTS = 10;
const ENTRIES = 1_000_000;
const MEGABYTE = 1_000_000;
const MOST = 300;
/** With the HTML report of it, which keeps 100,000 events at hand. Every one of these messages is a text of its own. */
const MOST_WITH_HTML = 330;
const GROWTH = 2.2;

/** Runs node; gives user and system seconds, the highest resident memory in MB, and what was printed. */
async function measure(args: string[]): Promise<{ seconds: number; peak: number; text: string }> {
  const usage = join(directory, "usage.mjs");
  // Time on the processor: others may be at work on the machine.
  writeFileSync(
    usage,
    "process.on('exit', () => { const { user, system } = process.cpuUsage(); console.error(`cpu ${(user + system) / 1e6}`); });",
  );
  const child = spawn(process.execPath, ["--import", usage, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let [peak, text, errors] = [0, "", ""];
  const poll = setInterval(() => {
    const path = `/proc/${child.pid}/status`;
    const status = existsSync(path) ? readFileSync(path, "utf8") : "";
    peak = Math.max(peak, (Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024) / MEGABYTE);
  }, 20);
  child.stdout.on("data", (part: Buffer) => (text += part.toString()));
  child.stderr.on("data", (part: Buffer) => (errors += part.toString()));
  const code = await new Promise((done) => child.on("close", done));
  clearInterval(poll);
  if (code !== 0) throw new Error(errors);
  return { seconds: Number(/cpu ([\d.]+)/.exec(errors)?.[1]), peak, text };
}

describe.skipIf(!tools || !existsSync("/proc/self/status"))("a million entries", () => {
  let files: string[] = [];
  beforeAll(() => {
    const journals = join(directory, "node", "journal");
    mkdirSync(journals, { recursive: true });
    for (let part = 0; part < PARTS; part++) {
      const path = join(journals, `part${part}.journal`);
      const input = exportEntries(ENTRIES / PARTS, part);
      const { status, stderr } = spawnSync("/lib/systemd/systemd-journal-remote", ["-o", path, "-"], { input });
      if (status !== 0) throw new Error(stderr.toString());
    }
    files = readdirSync(journals)
      .toSorted()
      .map((name) => join(journals, name));
  });

  test("are read in bounded memory and in linear time", async () => {
    const half = files.filter((path) => /part[0-4]/.test(path));
    const read = (paths: string[]) => measure([join(root, "test", "bench", "journal-read.mjs"), reader, ...paths]);
    const [one, two] = [await read(half), await read(files)];
    console.log(`reader: ${one.seconds} s, ${two.seconds} s of CPU; ${one.peak} MB, ${two.peak} MB`);
    expect([one.text.trim(), two.text.trim()]).toEqual([String(ENTRIES / 2), String(ENTRIES)]);
    expect(two.peak).toBeLessThan(MOST);
    expect(two.seconds / one.seconds).toBeLessThanOrEqual(GROWTH);
  });

  test.each([
    ["as JSON", "report.json", MOST],
    ["as HTML", "report.html", MOST_WITH_HTML],
  ])("are analysed in bounded memory, %s", async (_, name, most) => {
    const out = join(directory, name);
    const whole = await measure([cli, "analyze", join(directory, "node"), `--${name.slice("report.".length)}`, out]);
    console.log(`analysis (${name}): ${whole.seconds} s of CPU, ${whole.peak} MB`);
    const told = readFileSync(out, "utf8");
    const report = (name.endsWith("json") ? JSON.parse(told) : readIsland(told, "report")) as IncidentReport;
    expect(report.counts.events).toBe(ENTRIES);
    expect(whole.peak).toBeLessThan(most);
  });
});
