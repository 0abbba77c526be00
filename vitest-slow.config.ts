import { defineConfig } from "vitest/config";
import { slowness } from "./test/helpers/slowness.ts";

/** What they measure, sweep or start bears nothing else at the same time. */
const alone = [
  "test/cli/slow/faults.test.ts",
  "test/journal/slow/million.test.ts",
  "test/lab/**/*.test.ts",
  "test/report/slow/explore-bench.test.ts",
];

/** Each keeps all processors at work by itself, with `maxConcurrency` collectors at once. */
const collector = ["test/collector/signals.test.ts", "test/collector/slow/*.test.ts"];

/** The same for the quick suite; in CI that has just run them under two of the shells. */
const collectorOnceMore = ["test/collector/{card,faults,options,places,transport}.test.ts"];
const otherShells = process.env["CI"] === "true" ? "others" : "true";

/** In CI a shell runs every third case, each shell other ones; `npm run test:slow` runs all cases under all of them. */
const turns = process.env["CI"] === "true" ? { SHELL_TURNS: "3" } : {};

const shared = {
  // The tests of the collector under all shells, not only under two.
  env: { EVERY_SHELL: "true", ...turns },
  testTimeout: 600_000,
  hookTimeout: 600_000,
  // They wait more than they work; only tests that say so run at once. Where processes start slowly they work more, and
  // so many would hold each other up until their limits of time are reached.
  maxConcurrency: slowness() > 1.5 ? 2 : 4,
  pool: "forks" as const,
};

/** Suites that take minutes: real engines, packed tarballs, long loops. Run by .ci/run. */
export default defineConfig({
  test: {
    reporters: ["default", "./test/collector/table.ts"],
    projects: [
      { test: { ...shared, name: "collector", include: collector, maxWorkers: 1, sequence: { groupOrder: 0 } } },
      {
        test: {
          ...shared,
          env: { EVERY_SHELL: otherShells, ...turns },
          name: "collector once more",
          include: collectorOnceMore,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...shared,
          name: "side by side",
          include: ["test/**/slow/**/*.test.ts"],
          exclude: [...alone, ...collector],
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      { test: { ...shared, name: "alone", include: alone, maxWorkers: 1, sequence: { groupOrder: 3 } } },
    ],
  },
});
