import type { KnipConfig } from "knip";

/** Rules and sources are found by listing their directory, so every one of them is an entry. */
const config: KnipConfig = {
  entry: [
    "analyzer/cli/main.ts",
    "analyzer/build.mjs",
    "analyzer/rules/*.ts",
    "analyzer/sources/*.ts",
    "test/**/*.test.ts",
    "test/**/*.mjs",
    ".dependency-cruiser.mjs",
  ],
  project: ["analyzer/**/*.ts", "test/**/*.{ts,mjs}"],
  ignoreExportsUsedInFile: true,
};

export default config;
