/** What a run leaves that was killed: files beside the outputs, and directories for temporary files. */
import { lstatSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { TEMPORARY } from "../bundle/temporary.ts";

/** How a file in the making is called: the name it will have, and the process that makes it. */
export const PARTIAL = ".partial-";

/** Removes the unfinished files of ended runs that lie beside an output. */
export function sweepBeside(output: string): void {
  sweep(dirname(output), `${basename(output)}${PARTIAL}`);
}

/** Removes the temporary files of ended runs. */
export function sweepTemporary(): void {
  sweep(tmpdir(), TEMPORARY);
}

/** Names are `<prefix><process id>`, perhaps with more after a hyphen. What is of another user or of a process that runs stays. */
function sweep(directory: string, prefix: string): void {
  let names: string[] = [];
  try {
    names = readdirSync(directory).filter((name) => name.startsWith(prefix));
  } catch {
    return;
  }
  for (const name of names) {
    const id = /^(\d{1,10})(?:-\w{1,20})?$/.exec(name.slice(prefix.length))?.[1];
    if (id === undefined || isRunning(Number(id))) continue;
    const path = join(directory, name);
    try {
      if (lstatSync(path).uid === process.getuid?.()) rmSync(path, { recursive: true, force: true });
    } catch {
      // Another run was quicker, or it cannot be removed: it is in nobody's way.
    }
  }
}

function isRunning(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
