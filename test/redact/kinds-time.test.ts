import { expect, test } from "vitest";
import { secretKinds } from "../../analyzer/report/secret-kinds.ts";
import { processorMs } from "../helpers/processor.ts";

const LENGTH = 60_000;

/** Texts that make a pattern begin again and again, each time for nothing. */
function hardTexts(line: string, value: string): string[] {
  const before = line.slice(0, line.indexOf(value));
  const filled = (unit: string): string => unit.repeat(Math.ceil(LENGTH / Math.max(1, unit.length)));
  return [
    filled(`${line} `),
    filled(before || value),
    filled(value),
    before + filled("a"),
    filled(before + " ".repeat(300)),
    filled(before + "-a ".repeat(90)),
    filled(`${before}"x":`),
  ];
}

test.each(secretKinds.map((secret) => [`${secret.kind} ${secret.pattern.source.slice(0, 40)}`, secret] as const))(
  "%s ends on hard texts",
  (_, { pattern, accept, masks }) => {
    const start = processorMs();
    for (const text of masks.flatMap(([line, value]) => hardTexts(line, value))) {
      for (const match of text.matchAll(pattern)) {
        const { value, single, bare, escaped } = match.groups ?? {};
        accept?.(value ?? single ?? bare ?? escaped ?? "", match);
      }
    }
    // A few milliseconds each; a quarter of a minute if the time grew with the square of the length.
    expect(processorMs() - start).toBeLessThan(4_000);
  },
);
