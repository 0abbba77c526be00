import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/**/slow/**", "test/lab/**"],
    testTimeout: 60_000,
    reporters: ["default", "./test/collector/table.ts"],
    pool: "forks",
    // Most wait for processes of their own half of the time: one worker for each processor, not one less.
    maxWorkers: "100%",
  },
});
