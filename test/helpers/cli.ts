import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

export const BIN = fileURLToPath(new URL("../../dist/cli/bin.js", import.meta.url));

export interface CliResult {
  exit: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the built command line as a person would. */
export function coldcase(
  args: string[],
  options: { cwd?: string; input?: Buffer | string; env?: NodeJS.ProcessEnv } = {},
): CliResult {
  const run = spawnSync(process.execPath, [BIN, ...args], {
    cwd: options.cwd,
    input: options.input ?? "",
    env: { ...process.env, ...options.env },
    maxBuffer: 64 * 1024 * 1024,
    timeout: 240_000,
  });
  return { exit: run.status, stdout: run.stdout.toString(), stderr: run.stderr.toString() };
}

/** A directory of its own for one test file, removed at its end. */
export function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), "coldcase-test-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
