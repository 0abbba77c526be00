import { defineConfig } from "vitest/config";

/** Suites that take minutes: real engines, packed tarballs, long loops. Run by .ci/run. */
export default defineConfig({
  test: {
    include: ["test/**/slow/**/*.test.ts", "test/lab/**/*.test.ts", "test/collector/{card,faults}.test.ts"],
    // The tests of the collector under all shells, not only under two.
    env: { EVERY_SHELL: "true" },
    testTimeout: 600_000,
    hookTimeout: 600_000,
    fileParallelism: false,
    pool: "forks",
  },
});
