/** A bundle that collect.sh really made, cut anywhere: what was there before stays, and what was not reached is said. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBundle } from "../../analyzer/bundle/open.ts";
import { ingest } from "../../analyzer/ingest.ts";
import { loadBinarySources, loadSources } from "../../analyzer/sources/registry.ts";
import { createStore } from "../../analyzer/store/open.ts";
import { collectCard, makeCard, remove, temporary, write } from "../collector/lab.ts";
import { reportOf } from "../helpers/analyze.ts";
import { coldcase } from "../helpers/cli.ts";

let directory: string;
let bundle: Buffer;
let steps: number;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "coldcase-prefixes-"));
  const root = temporary("prefixes");
  makeCard(root);
  let log = "";
  for (let second = 10; second < 60; second++) log += `Mar  2 05:41:${second} k1 dockerd[31]: text number ${second}\n`;
  write(root, "var/log/messages", log);
  bundle = (await collectCard(["sh"], root, "--quiet")).stdout;
  remove(root);
  steps = (await read(bundle.length)).steps;
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The first `length` bytes as a file. */
function prefix(length: number): string {
  const path = join(directory, "cut.tar.gz");
  writeFileSync(path, bundle.subarray(0, length));
  return path;
}

interface Counts {
  artifacts: number;
  events: number;
  facts: number;
  steps: number;
}

/** What the store holds of a prefix, by the parsers that the analysis uses. */
async function read(length: number): Promise<Counts> {
  const [sources, binary] = [await loadSources(), await loadBinarySources()];
  const opened = await openBundle([prefix(length)]);
  const database = await createStore("");
  const { manifest } = await ingest(opened, sources, database, {
    binary,
    matcher: { match: () => [], module: "", argument: null },
    onArtifact() {},
  });
  const count = (table: string): number =>
    (database.prepare(`SELECT count(*) AS count FROM ${table}`).get() as { count: number }).count;
  const recorded = manifest?.steps.filter(({ status }) => status !== "not-reached").length ?? 0;
  const counts = { artifacts: count("artifact"), events: count("event"), facts: count("fact"), steps: recorded };
  database.close();
  await opened.close();
  return counts;
}

/** Where gzip members begin: each step ends one. */
function memberEdges(): number[] {
  const edges: number[] = [];
  const magic = Buffer.from([0x1f, 0x8b, 8]);
  for (let at = bundle.indexOf(magic); at >= 0; at = bundle.indexOf(magic, at + 1)) edges.push(at);
  return edges;
}

function evenly(places: number): number[] {
  return Array.from({ length: places }, (_, index) => Math.round((bundle.length * (index + 1)) / (places + 1)));
}

test("a longer prefix never holds fewer artifacts, events, facts or steps", async () => {
  const edges = memberEdges().flatMap((edge) => [edge - 1, edge, edge + 1]);
  const cuts = [...new Set([...evenly(50), ...edges, bundle.length])].filter((cut) => cut > 0);
  expect(edges.length).toBeGreaterThan(100);
  let before: Counts = { artifacts: 0, events: 0, facts: 0, steps: 0 };
  for (const cut of cuts.toSorted((a, b) => a - b)) {
    const now = await read(cut);
    for (const what of ["artifacts", "events", "facts", "steps"] as const)
      expect(now[what], `${what} at ${cut} of ${bundle.length}`).toBeGreaterThanOrEqual(before[what]);
    before = now;
  }
  expect(before.events).toBeGreaterThan(50);
  expect(before.facts).toBeGreaterThan(20);
});

test("each of a dozen prefixes is analysed, and says which steps were not reached", async () => {
  for (const cut of evenly(12)) {
    const counts = await read(cut);
    const report = await reportOf(prefix(cut));
    const own = report.coverage.filter(({ item }) => item.startsWith("step "));
    expect(own.filter(({ status }) => status === "not-reached")).toHaveLength(
      own.length === 0 ? 0 : own.length - counts.steps,
    );
    if (own.length > 0) expect(own.length).toBeGreaterThanOrEqual(steps - 1);
    expect(report.bundles[0]?.complete).toBe(false);
    // Cut between two members, the bundle is whole as far as it goes: only the plan tells what is missing.
    const missing = own.filter(({ status }) => status === "not-reached");
    expect(report.damage.length + missing.length).toBeGreaterThan(0);
  }
});

test("half a last line is no event, and the artifact is listed as truncated", async () => {
  const whole = join(directory, "whole.tar.gz");
  writeFileSync(whole, bundle);
  const listed = spawnSync("tar", ["-xzOf", whole, "syslog/var/log/messages"], { encoding: "utf8" }).stdout;
  expect(listed.split("\n")).toHaveLength(51);
  let cuts = 0;
  for (let cut = memberEdges().at(-4)!; cut < bundle.length && cuts < 3; cut += 7) {
    const report = await reportOf(prefix(cut));
    const item = report.coverage.find(
      (entry) => entry.item === "syslog/var/log/messages" && entry.status === "truncated",
    );
    if (!item) continue;
    cuts++;
    expect(item.detail).toMatch(/ends in the middle of syslog\/var\/log\/messages, \d+ of \d+ bytes/);
    expect(report.counts.warnings).toBeGreaterThan(0);
  }
  expect(cuts).toBe(3);
});

test("from the command line: never a stack, and verify says where it was cut", () => {
  for (const cut of [0, 1, 17, 100, ...evenly(3)]) {
    const path = prefix(cut);
    const told = coldcase([path, "--json", "-", "--progress", "none"]);
    const verified = coldcase(["verify", path]);
    expect(told.exit, `${cut}: ${told.stderr}`).toBe(cut > 17 ? 0 : told.exit === 0 ? 0 : 2);
    expect(`${told.stderr}${verified.stderr}`).not.toMatch(/^\s+at /m);
    expect(verified.exit).toBe(cut === 0 ? 2 : verified.exit);
    if (cut > 100) {
      expect(verified.exit).toBe(1);
      expect(verified.stdout).toMatch(/^NOT complete: the bundle ends before its manifest$/m);
      expect(verified.stdout).toMatch(/^cut: The bundle ends /m);
      expect(verified.stdout).toMatch(/^not-reached: \d+ of \d+ steps: .*journal-file$/m);
    }
  }
  const verified = coldcase(["verify", prefix(bundle.length)]);
  expect(verified.stdout).toMatch(/^collected by collect\.sh [\d.]+ on /m);
  expect(verified.stdout).toMatch(/^complete: all \d+ steps/m);
  expect(verified.exit).toBe(0);
});
