/** The hard cases that kill other collectors: each is tested, and its test says whether the mechanism is real. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const tests = fileURLToPath(new URL("..", import.meta.url));
/** `hard case 4 (real: how)`, `hard cases 2 and 8 (stub)`, `hard cases 5, 6, 20 (real)` */
const TITLE = /["'`]hard cases? (\d+(?:(?:, | and )\d+)*) \((real|stub)/g;

function mechanisms(): Map<number, Set<string>> {
  const found = new Map<number, Set<string>>();
  for (const name of readdirSync(tests, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".test.ts") || name.endsWith("cases.test.ts")) continue;
    for (const [, numbers = "", mechanism = ""] of readFileSync(join(tests, name), "utf8").matchAll(TITLE))
      for (const number of numbers.split(/, | and /).map(Number))
        found.set(number, (found.get(number) ?? new Set()).add(mechanism));
  }
  return found;
}

test("each of the 20 hard cases has a test, and the mechanism is real where it must be", () => {
  const found = mechanisms();
  const all = Array.from({ length: 20 }, (_, i) => i + 1);
  const real = all.filter((number) => found.get(number)?.has("real"));
  const stub = all.filter((number) => found.has(number) && !real.includes(number));
  console.log(`hard cases: ${found.size} of 20; real ${real.length}, by stub only ${stub.length} (${stub.join(", ")})`);
  expect(all.filter((number) => !found.has(number))).toEqual([]);
  expect(real).toEqual(expect.arrayContaining([2, 3, 4, 5, 6, 11, 12, 15]) as number[]);
});
