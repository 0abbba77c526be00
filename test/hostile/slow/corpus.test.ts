/** The whole hostile corpus, each case in a child process with limits on its time and memory. */
import { expect, test } from "vitest";
import { checkCases } from "../check.ts";
import { allCases } from "../all-cases.ts";
import { heavyCases } from "../heavy-cases.ts";

const groups = { ...allCases(), "heavy ones": await heavyCases() };
for (const [title, cases] of Object.entries(groups)) checkCases(title, cases);

test("there are enough of them, each with a name of its own", () => {
  const names = Object.values(groups).flatMap((cases) => cases.map(({ name }) => name));
  expect(names.length).toBeGreaterThan(100);
  expect(new Set(names).size).toBe(names.length);
});
