import { defineConfig } from "vitest/config";

/** What they measure, or the engine that they start, bears nothing else at the same time. */
const alone = ["test/report/slow/explore-bench.test.ts", "test/journal/slow/million.test.ts", "test/lab/**/*.test.ts"];

/** They mount what never answers, in sight of everyone. */
const hanging = "test/collector/slow/hanging.test.ts";

/** Each keeps all processors at work by itself, with `maxConcurrency` collectors at once. */
const collector = [
  "test/collector/{card,faults,options,places,signals,transport}.test.ts",
  "test/collector/slow/*.test.ts",
];

const shared = {
  // The tests of the collector under all shells, not only under two.
  env: { EVERY_SHELL: "true" },
  testTimeout: 600_000,
  hookTimeout: 600_000,
  // They wait more than they work; only tests that say so run at once.
  maxConcurrency: 6,
  pool: "forks" as const,
};

/** Suites that take minutes: real engines, packed tarballs, long loops. Run by .ci/run. */
export default defineConfig({
  test: {
    reporters: ["default", "./test/collector/table.ts"],
    projects: [
      {
        test: {
          ...shared,
          name: "collector",
          include: collector,
          exclude: [hanging],
          fileParallelism: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          // It waits for most of its time; the others do not ask which mounts there are.
          name: "side by side",
          include: [hanging, "test/**/slow/**/*.test.ts"],
          exclude: [...alone, "test/collector/slow/!(hanging).test.ts"],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: { ...shared, name: "alone", include: alone, fileParallelism: false, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
