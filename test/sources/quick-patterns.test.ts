/** What chooses a source, and what reads a row, takes no time that doubles with each word of a hostile line, or grows with its cube. */
import { expect, test } from "vitest";
import { loadSources } from "../../analyzer/sources/registry.ts";
import { processorMs } from "../helpers/processor.ts";

/** Enough for time that doubles with each. */
const TIMES = 28;
/** Characters of a line that every source is given; enough for time that grows with their cube. */
const LONG = 10_000;
/** Of the processor. */
const MOST_MS = 300;
const FRAGMENTS = [
  " -a/1",
  " -a 1/2",
  " 1/2",
  " a:a:a",
  " [a",
  " (a)",
  " a=b",
  " --a=b/c",
  " type a (b)",
  " on /",
  ", /a",
];
const sources = await loadSources();

/** The first word of each sample's command or line, for a start that the patterns accept. */
function beginnings(source: (typeof sources)[number]): string[] {
  const told = source.samples.flatMap(({ command, lines }) => [command ?? "", ...lines]);
  const words = told.flatMap((text) => {
    const parts = text.split(" ");
    return [parts[0] ?? "", parts.slice(0, 2).join(" "), parts.slice(0, 6).join(" ")];
  });
  return [...new Set(words)].filter((text) => text !== "" && text.length < 200);
}

test.each(sources.map((source) => [source.id, source] as const))(
  "%s",
  (_, source) => {
    const slow: string[] = [];
    for (const begin of beginnings(source)) {
      for (const fragment of FRAGMENTS) {
        for (const times of [TIMES, Math.floor(LONG / fragment.length)]) {
          const text = `${begin}${fragment.repeat(times)} \u0001`;
          const start = processorMs();
          source.command?.test(text);
          source.path?.test(text);
          source.sniff([text]);
          if (processorMs() - start > MOST_MS) slow.push(`${begin}${fragment} x ${times}`);
        }
      }
    }
    expect(slow).toEqual([]);
  },
  120_000,
);
