// Binary journals: the program's reader against journalctl on the same files, each as a process of its own.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exportEntries } from "./journal-generate.mjs";

const REMOTE = "/lib/systemd/systemd-journal-remote";
const READ = fileURLToPath(new URL("journal-read.mjs", import.meta.url));
const LIMIT = 5;

/** Seconds and standard output of the fastest of some runs. */
function best(command, args, runs, stdout) {
  const results = Array.from({ length: runs }, () => {
    const start = performance.now();
    const { status, stdout: text, stderr } = spawnSync(command, args, { stdio: ["ignore", stdout, "pipe"] });
    if (status !== 0) throw new Error(`${command}: ${stderr}`);
    return { seconds: (performance.now() - start) / 1000, text: text?.toString() ?? "" };
  });
  return results.toSorted((a, b) => a.seconds - b.seconds)[0];
}

/**
 * The row of the table: how many times as fast as `journalctl -o json` the reader is.
 * @param reader path of the built sources/journal-binary.js
 */
export function journalRow(reader, entries, runs) {
  if (!existsSync(REMOTE)) return ["journal", "not measured", "systemd-journal-remote is not installed"];
  const directory = mkdtempSync(join(tmpdir(), "coldcase-journal-"));
  try {
    const made = spawnSync(REMOTE, ["-o", join(directory, "a.journal"), "-"], { input: exportEntries(entries) });
    if (made.status !== 0) throw new Error(`systemd-journal-remote: ${made.stderr}`);
    const files = readdirSync(directory).map((name) => join(directory, name));
    const bytes = files.reduce((sum, path) => sum + statSync(path).size, 0);
    const own = best(process.execPath, [READ, reader, ...files], runs, "pipe");
    const journalctl = best("journalctl", [...files.flatMap((path) => ["--file", path]), "-o", "json"], runs, "ignore");
    const ratio = journalctl.seconds / own.seconds;
    const read = `${own.text.trim()} entries of ${Math.round(bytes / 1e6)} MB in ${own.seconds.toFixed(2)} s, journalctl ${journalctl.seconds.toFixed(2)} s`;
    const verdict = ratio >= LIMIT ? "ok" : "MISSED";
    return ["journal", `${ratio.toFixed(1)} x journalctl`, `${read}; at least ${LIMIT}: ${verdict}`];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
