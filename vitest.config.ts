import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/**/slow/**", "test/lab/**"],
    testTimeout: 30_000,
    reporters: ["default", "./test/collector/table.ts"],
    pool: "forks",
  },
});
