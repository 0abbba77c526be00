/** Cases that take long to make or to read. */
import { readFileSync, readdirSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { parse } from "yaml";
import { loadSources } from "../../analyzer/sources/registry.ts";
import type { HostileCase } from "./case.ts";
import { SEEN, WITNESS } from "./case.ts";
import { archive, entry } from "./tar.ts";

const RULES = new URL("../../analyzer/rules/", import.meta.url);
const LENGTH = 16_384;
const witness = entry({ name: "k1/journal.txt", content: WITNESS });

/** An archive of so many entries of one byte. */
function manyEntries(count: number): Buffer {
  const one = entry({ name: "k1/00000000", content: "x" });
  const whole = Buffer.alloc(count * one.length);
  for (let index = 0; index < count; index++) {
    const at = index * one.length;
    one.copy(whole, at);
    // The digits of the name change, and the checksum with their sum.
    const name = String(index).padStart(8, "0");
    whole.write(name, at + 3, "latin1");
    const digits = [...name].reduce((sum, digit) => sum + Number(digit), 0);
    const sum = Number.parseInt(one.toString("latin1", 148, 154), 8) + digits;
    whole.write(sum.toString(8).padStart(6, "0"), at + 148, "latin1");
  }
  return whole;
}

/** For each line: its own parts over and over, up to the length that rules are tried on. */
function stretched(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const half = line.slice(0, Math.ceil(line.length / 2));
    const fillers = ["a", " ", "0", "/a", "a.", '"', "a=b ", ": "];
    const ends = fillers.map((filler) => half + filler.repeat(Math.ceil(LENGTH / filler.length)));
    return [line.repeat(Math.ceil(LENGTH / Math.max(1, line.length))), ...ends].map((text) => text.slice(0, LENGTH));
  });
}

function ruleLines(): string[] {
  const files = readdirSync(RULES).filter((name) => name.endsWith(".yaml"));
  return files.flatMap((name) => {
    const { cases } = parse(readFileSync(new URL(name, RULES), "utf8")) as { cases: { fires: string[] } };
    return cases.fires.slice(0, 2);
  });
}

export async function heavyCases(): Promise<HostileCase[]> {
  const sources = await loadSources();
  return [
    {
      name: "tar: 1,000,000 tiny entries",
      file: "k1.tar.gz",
      make: () => gzipSync(archive(witness, manyEntries(1_000_000)), { level: 1 }),
      limits: { seconds: 120, megabytes: 1_400 },
      shows: [SEEN, /too many entries; the limit is 200000 \(raise it with --max-entries\)/],
    },
    {
      name: "lines made to hold up every rule",
      make: () =>
        archive(
          witness,
          entry({
            name: "k1/app.log",
            content: stretched(ruleLines())
              .map((text, index) => `2026-03-02T10:00:00+0000 k1 app[${index}]: ${text}`)
              .join("\n"),
          }),
        ),
      limits: { seconds: 120, megabytes: 1_000 },
      shows: [SEEN],
    },
    ...sources.map((source): HostileCase => ({
      name: `lines made to hold up the source ${source.id}`,
      make() {
        const samples = source.samples.slice(0, 6);
        const parts = samples.map(({ lines, path, command }, index) => {
          const own = [
            ...lines,
            ...stretched(lines.slice(0, 4)),
            ...stretched(lines.slice(0, 2)).map((text) => text.slice(0, 9_000)),
          ];
          const head = command === undefined ? "" : `$ ${command}\n`;
          return entry({
            name: `k1/${index}/${(path ?? "saved.txt").slice(-80)}`,
            content: `${head}${own.join("\n")}\n`,
          });
        });
        return archive(witness, ...parts);
      },
      limits: { seconds: 60, megabytes: 700 },
      shows: [SEEN],
    })),
    {
      name: "a hundred lines of 10 MB",
      make: () =>
        archive(
          witness,
          entry({
            name: "k1/app.log",
            content: Buffer.concat(
              Array.from({ length: 100 }, () => Buffer.from(`Nov 05 06:07:58 k1 app[1]: ${"x y".repeat(3_333_333)}\n`)),
            ),
          }),
        ),
      limits: { seconds: 120, megabytes: 1_200 },
      shows: [SEEN, /100 lines too long, cut after 1048576 bytes \(raise it with --max-line-bytes\)/],
    },
    {
      name: "a line longer than a limit that was given",
      make: () =>
        archive(witness, entry({ name: "k1/app.log", content: `Nov 05 06:07:58 k1 app[1]: ${"x".repeat(5_000)}\n` })),
      args: ["--out", ".", "--json", "out.json", "--max-line-bytes", "300"],
      shows: [SEEN, /1 line too long, cut after 300 bytes \(raise it with --max-line-bytes\)/],
    },
    {
      name: "more events than a limit that was given",
      make: () =>
        archive(witness, entry({ name: "k1/app.log", content: "Nov 05 06:07:58 k1 app[1]: again\n".repeat(5_000) })),
      args: ["--out", ".", "--json", "out.json", "--max-events", "1000"],
      shows: [
        SEEN,
        /\d{4} events from [^ ]*app\.log:\d+ on were left out, of all artifacts; the limit is 1000 \(raise it with --max-events\)/,
      ],
    },
    {
      name: "100,000 different things that one rule finds",
      make: () =>
        archive(
          witness,
          entry({
            name: "k1/app.log",
            content: Array.from(
              { length: 100_000 },
              (_, index) =>
                `2026-03-02T10:00:00+0000 k1 dockerd[1]: open /srv/data/${index}/x: structure needs cleaning`,
            ).join("\n"),
          }),
        ),
      limits: { seconds: 240, megabytes: 1_600 },
      shows: [/structure needs cleaning/],
      check({ page }) {
        if (page.length > 4_000_000) throw new Error(`the report has ${page.length} characters`);
      },
    },
  ];
}
