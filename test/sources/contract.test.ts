/** What every source must hold to, run on its own samples. A new source needs no edit here. */
import { basename } from "node:path";
import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { splitLines } from "../../analyzer/bundle/lines.ts";
import type { EventDraft, FactDraft, Line, ParseWarning, SourceParser } from "../../analyzer/model/source.ts";
import type { SourceSample } from "../../analyzer/model/source.ts";
import { loadBinarySources, loadSources } from "../../analyzer/sources/registry.ts";
import { random } from "../helpers/random.mjs";

const sources = await loadSources();
const binary = await loadBinarySources();
const files = readdirSync(new URL("../../analyzer/sources/", import.meta.url))
  .filter((name) => name.endsWith(".ts") && !name.startsWith("_") && name !== "registry.ts")
  .sort()
  .map((name) => basename(name, ".ts"));
const cases = sources.flatMap((source) =>
  source.samples.map((sample) => [source.id, sample.name, source, sample] as const),
);

interface Output {
  events: EventDraft[];
  facts: FactDraft[];
  warnings: ParseWarning[];
}

async function* chunked(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

async function run(source: SourceParser, bytes: Buffer, size: number, sample?: SourceSample): Promise<Output> {
  const output: Output = { events: [], facts: [], warnings: [] };
  const reader = source.open({
    artifact: sample?.path ?? "sample.txt",
    command: sample?.command ?? null,
    kind: null,
    sink: {
      event: (draft) => output.events.push({ ...draft }),
      fact: (kind, key, value, line) => output.facts.push({ kind, key, value, line } as FactDraft),
      warning: (line, message) => output.warnings.push({ line, message }),
    },
  });
  await splitLines(chunked(bytes, size), (line: Line) => reader.line(line));
  reader.end();
  return output;
}

function bytesOf(sample: SourceSample): Buffer {
  return Buffer.from(sample.lines.map((line) => `${line}\n`).join(""));
}

describe("registry", () => {
  it("lists every module of the folder under the id of its file", () => {
    expect([...sources, ...binary].map(({ id }) => id).sort()).toEqual(files.toSorted());
  });

  it.each(sources.map((source) => [source.id, source] as const))("%s has a title and samples", (_id, source) => {
    expect(source.title).not.toBe("");
    expect(source.samples.length).toBeGreaterThanOrEqual(2);
  });
});

describe("samples", () => {
  it.each(cases)("%s: %s: counts", async (_id, _name, source, sample) => {
    const output = await run(source, bytesOf(sample), 1 << 16, sample);
    const counts = [output.events.length, output.facts.length, output.warnings.length];
    expect(counts, "events, facts, warnings").toEqual([sample.events, sample.facts, sample.warnings ?? 0]);
    if (sample.firstStated !== undefined) {
      const stated = output.events.find((event) => event.stated !== null)?.stated ?? Number.NaN;
      expect(isoMicros(stated).startsWith(sample.firstStated), `${isoMicros(stated)} ${sample.firstStated}`).toBe(true);
    }
  });

  it.each(cases)("%s: %s: the same in chunks of 1 and 100 bytes", async (_id, _name, source, sample) => {
    const whole = await run(source, bytesOf(sample), 1 << 16, sample);
    expect(await run(source, bytesOf(sample), 1, sample)).toEqual(whole);
    expect(await run(source, bytesOf(sample), 100, sample)).toEqual(whole);
  });

  it.each(cases)("%s: %s: claimed by its own source only", (id, _name, _source, sample) => {
    const claims = sources.filter((source) => source.sniff(sample.lines) > 0.5).map((source) => source.id);
    expect(claims.filter((claim) => claim !== id)).toEqual([]);
  });

  it.each(cases)("%s: %s: every event lies inside of the text", async (_id, _name, source, sample) => {
    const bytes = bytesOf(sample);
    for (const { line, stated, clock } of (await run(source, bytes, 1 << 16, sample)).events) {
      expect(line.number).toBeGreaterThan(0);
      expect(line.byteOffset + line.byteLength).toBeLessThanOrEqual(bytes.length);
      expect(stated === null).toBe(clock === "none");
    }
  });

  it.each(sources.filter(({ id }) => id !== "text").map((source) => [source.id, source] as const))(
    "%s claims at least one of its samples",
    (_id, source) => {
      expect(source.samples.some((sample) => source.sniff(sample.lines) > 0.5)).toBe(true);
    },
  );
});

describe("garbage", () => {
  const next = random(20260302);
  const noise = Buffer.from(Array.from({ length: 20_000 }, () => Math.floor(next() * 256)));

  it.each(sources.map((source) => [source.id, source] as const))("%s survives random bytes", async (_id, source) => {
    const output = await run(source, noise, 4096);
    for (const { stated } of output.events) expect(stated === null || Number.isFinite(stated)).toBe(true);
  });

  it.each(cases)("%s: %s: survives mutations of the sample", async (_id, _name, source, sample) => {
    const bytes = bytesOf(sample);
    for (let round = 0; round < 20 && bytes.length > 0; round++) {
      const mutated = Buffer.from(bytes.subarray(0, Math.ceil(next() * bytes.length)));
      for (let flips = 0; flips < 5; flips++) mutated[Math.floor(next() * mutated.length)] = Math.floor(next() * 256);
      const { events } = await run(source, mutated, 4096, sample);
      for (const { stated } of events) expect(stated === null || Number.isFinite(stated)).toBe(true);
    }
  });

  it.each(sources.map((source) => [source.id, source] as const))("%s: sniffing survives noise", (_id, source) => {
    expect(source.sniff([])).toBe(0);
    expect(source.sniff(noise.toString("latin1").split("\n").slice(0, 40))).toBeLessThanOrEqual(0.5);
  });
});

function isoMicros(stated: number): string {
  const milliseconds = Math.floor(stated / 1000);
  if (!Number.isFinite(milliseconds)) return "no time";
  const date = new Date(milliseconds).toISOString().slice(0, 23);
  return date + String(stated - milliseconds * 1000).padStart(3, "0");
}
