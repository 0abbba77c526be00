import type { KnipConfig } from "knip";

/** Rules and sources are found by listing their directory, so every one of them is an entry; a thread is started by the file's name. */
const config: KnipConfig = {
  entry: [
    "analyzer/cli/{bin,main}.ts",
    "analyzer/client/main.ts",
    "analyzer/**/*.mjs",
    "analyzer/rules/*.ts",
    "analyzer/store/store-thread.ts",
    "analyzer/excerpts-thread.ts",
    "analyzer/sources/*.ts",
    "test/**/*.test.ts",
    "test/**/*.mjs",
    "test/fuzz/{run,worker}.ts",
  ],
  project: ["analyzer/**/*.{ts,mjs}", "test/**/*.{ts,mjs}"],
  ignoreExportsUsedInFile: true,
  // Injected into pages by its path, never imported.
  ignoreDependencies: ["axe-core"],
  ignoreBinaries: [
    "lnav",
    "journalctl",
    "e2fsck",
    "ldd",
    "losetup",
    "unshare",
    "pgrep",
    "mkfifo",
    "openssl",
    "mount",
    "umount",
    "busybox",
    "shellcheck",
    "xz",
  ],
};

export default config;
