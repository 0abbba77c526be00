import { describe, expect, test } from "vitest";
import { processorMs } from "../helpers/processor.ts";
import { readCases } from "./cases.ts";
import { fuzzTargets } from "./targets.ts";

const targets = await fuzzTargets();
/** Of the processor. */
const LONGEST_MS = 10_000;

describe("what once broke a parser", () => {
  test.each(readCases().map(({ name, kept }) => [name, kept] as const))("%s", async (_, kept) => {
    const target = targets.find(({ name }) => name === kept.target);
    expect(target, `a parser called ${kept.target}`).toBeDefined();
    const start = processorMs();
    await target?.run(kept);
    expect(processorMs() - start).toBeLessThan(LONGEST_MS);
  });
});
