/** Every source of analyzer/sources on its own samples, mutated. */
import { splitLines } from "../../analyzer/bundle/lines.ts";
import type { LineReader, ParseSink, SourceParser } from "../../analyzer/model/source.ts";
import { loadBinarySources, loadSources } from "../../analyzer/sources/registry.ts";
import { fileOf } from "../journal/helpers.ts";
import { journalSeeds } from "./journals.ts";
import { mutateJournal } from "./mutate-binary.ts";
import { mutateText } from "./mutate-text.ts";
import type { FuzzTarget } from "./target.ts";
import { portionsOf, promise } from "./target.ts";

/** Characters that may come out for each that goes in, and a fixed amount beside. */
const GROWTH = 40;
const ALLOWANCE = 200_000;

/** Whole microseconds of a time that a Date can hold. */
const isTime = (micros: number): boolean => Number.isInteger(micros) && Math.abs(micros) <= 8.64e18;

interface Collected {
  said: unknown[];
  characters: number;
}

/** A sink that checks each draft as the store would need it. */
function checkingSink(bytes: number, records: boolean): { sink: ParseSink; collected: Collected } {
  const collected: Collected = { said: [], characters: 0 };
  const keep = (value: unknown): void => {
    collected.said.push(value);
    collected.characters += (JSON.stringify(value) ?? "").length;
    promise(collected.characters < bytes * GROWTH + ALLOWANCE, "what comes out is bounded by what goes in");
  };
  const checkLine = (line: { number: number; byteOffset: number; byteLength: number }): void => {
    promise(Number.isSafeInteger(line.number) && line.number >= 0, `line ${line.number}`);
    promise(records || line.byteOffset + line.byteLength <= bytes, "a locator lies inside of the artifact");
  };
  const sink: ParseSink = {
    event({ line, stated, clock, precision, boot, monotonic, level, origin, text }) {
      checkLine(line);
      promise(stated === null || isTime(stated), `stated ${stated}`);
      promise((stated === null) === (clock === "none"), `clock ${clock} with stated ${stated}`);
      promise(Number.isFinite(precision) && precision >= 0, `precision ${precision}`);
      promise(
        monotonic === undefined || monotonic === null || Number.isSafeInteger(monotonic),
        `monotonic ${monotonic}`,
      );
      promise(Number.isInteger(level) && level >= 0 && level <= 7, `level ${level}`);
      promise(typeof origin === "string" && typeof text === "string", "origin and text are texts");
      keep([line.number, stated, clock, precision, boot, monotonic, level, origin, text]);
    },
    fact(kind, key, value, line) {
      checkLine(line);
      promise(typeof key === "string", `the key of a ${kind} is ${typeof key}`);
      checkValue(value, kind);
      keep([kind, key, value, line.number]);
    },
    warning(line, message) {
      promise(Number.isSafeInteger(line) && line >= 0, `line ${line} of a warning`);
      keep([line, message]);
    },
  };
  return { sink, collected };
}

/** Numbers that JSON cannot hold would come back from the store as null. */
function checkValue(value: unknown, where: string): void {
  if (typeof value === "number") promise(Number.isFinite(value), `${where} is ${value}`);
  else if (typeof value === "object" && value !== null) {
    for (const [name, item] of Object.entries(value)) checkValue(item, `${where}.${name}`);
  }
}

async function readText(source: SourceParser, about: About, bytes: Buffer, size: number): Promise<string> {
  const { sink, collected } = checkingSink(bytes.length, false);
  const context = { artifact: about.path, command: about.command, kind: about.kind, sink };
  const reader: LineReader = source.open(context);
  await splitLines(portionsOf(bytes, size), (line) => reader.line(line));
  reader.end();
  return JSON.stringify(collected.said);
}

interface About {
  path: string;
  command: string | null;
  kind: string | null;
}

function textTarget(source: SourceParser, samples: string[]): FuzzTarget {
  return {
    name: `source ${source.id}`,
    generate(pick) {
      const sample = pick.of(source.samples);
      const text = Buffer.from(`${sample.lines.join("\n")}\n`).toString("latin1");
      const other = pick.one(3) ? pick.of(samples) : pick.of(source.samples).lines.join("\n");
      const kind = pick.one(2) && source.kinds.length > 0 ? pick.of(source.kinds) : null;
      const about: About = { path: sample.path ?? "sample.txt", command: sample.command ?? null, kind };
      return { about: JSON.stringify(about), bytes: Buffer.from(mutateText(text, pick, other), "latin1") };
    },
    async run({ about, bytes }) {
      const context = JSON.parse(about) as About;
      const sure = source.sniff(bytes.toString("utf8").split("\n").slice(0, 40));
      promise(sure >= 0 && sure <= 1, `sniff gives ${sure}`);
      const whole = await readText(source, context, bytes, 1 << 16);
      if (bytes.length > 20_000) return;
      promise((await readText(source, context, bytes, 7)) === whole, "the same in portions of 7 bytes");
    },
  };
}

/** One target for each source of lines and of files. */
export async function sourceTargets(): Promise<FuzzTarget[]> {
  const sources = await loadSources();
  const samples = sources.flatMap((source) =>
    source.samples.map(({ lines }) => Buffer.from(lines.join("\n")).toString("latin1")),
  );
  const journals = journalSeeds();
  const binary = (await loadBinarySources()).map((source): FuzzTarget => ({
    name: `source ${source.id}`,
    generate: (pick) => ({ about: "", bytes: mutateJournal(pick.of(journals), pick) }),
    async run({ bytes }) {
      source.matches("a.journal", bytes.subarray(0, 4096));
      const { sink } = checkingSink(bytes.length, true);
      await source.read(fileOf(bytes), sink, new Map());
      await source.show(fileOf(bytes), () => true);
    },
  }));
  return [...sources.map((source) => textTarget(source, samples)), ...binary];
}
