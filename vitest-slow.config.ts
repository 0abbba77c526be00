import { defineConfig } from "vitest/config";

/** Suites that take minutes: real engines, packed tarballs, long loops. Run by .ci/run. */
export default defineConfig({
  test: {
    include: [
      "test/**/slow/**/*.test.ts",
      "test/lab/**/*.test.ts",
      "test/collector/{card,faults,options,places,signals,transport}.test.ts",
    ],
    // The tests of the collector under all shells, not only under two.
    env: { EVERY_SHELL: "true" },
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // They wait more than they work; only tests that say so run at once.
    maxConcurrency: 6,
    fileParallelism: false,
    reporters: ["default", "./test/collector/table.ts"],
    pool: "forks",
  },
});
