import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/**/slow/**", "test/lab/**"],
    // They end long before; a machine with too much to do is no failure.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    reporters: ["default", "./test/collector/table.ts"],
    pool: "forks",
    // Most wait for processes of their own half of the time: one worker for each processor, not one less.
    maxWorkers: "100%",
  },
});
