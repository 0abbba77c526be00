/** How the script gets to the node and the bundle back: with a terminal for sudo's password, and with noise in the stream. */
import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { coldcase } from "../helpers/cli.ts";
import { collectCard, collector, leftovers, linesOf, makeCard, Members, remove, temporary, type Run } from "./lab.ts";
import { PATIENCE, has, underEachShell } from "./shells.ts";

let root: string;
beforeAll(() => {
  root = temporary("transport");
  makeCard(root);
});
afterAll(() => remove(root));

/** Runs a command with a terminal of its own, as `ssh -t` does; keys are typed when so many lines were shown. */
function onTerminal(command: string, typed?: { keys: string; afterLine: number }): Promise<Run> {
  return new Promise((resolve) => {
    const child = spawn("sh", ["-c", 'exec script -qec "$0" /dev/null', command], { stdio: ["pipe", "pipe", "pipe"] });
    let shown = "";
    let due = typed;
    // It may have ended by then.
    child.stdin.on("error", () => {});
    child.stdout.on("data", (chunk: Buffer) => {
      shown += chunk.toString("latin1");
      if (!due || linesOf(shown).length <= due.afterLine) return;
      child.stdin.write(due.keys);
      due = undefined;
    });
    child.on("close", (code, signal) => resolve({ code, signal, stdout: Buffer.from(shown), stderr: "" }));
  });
}

test("scp to /dev/shm, ssh -t, scp back is documented", () => {
  const readme = readFileSync(fileURLToPath(new URL("../../collector/README.md", import.meta.url)), "utf8");
  expect(readme).toMatch(/scp collect\.sh pi@k1:\/dev\/shm\/\n.*ssh -t pi@k1 'sudo sh \/dev\/shm\/collect\.sh -o /);
  expect(readme).toMatch(/scp pi@k1:\/dev\/shm\/k1\.tar\.gz \./);
});

underEachShell((shell) => {
  // What README.md says, with the directories of this test in place of the node's.
  describe.skipIf(!has("script"))("scp to /dev/shm, ssh -t, scp back", () => {
    const memory = existsSync("/dev/shm") ? "/dev/shm" : "/tmp";
    let place: string;
    let start: string;
    beforeAll(() => {
      place = mkdtempSync(join(memory, "transport-"));
      copyFileSync(collector, join(place, "collect.sh"));
      start = [...shell.argv, `${place}/collect.sh`, "--root", root].map((word) => `'${word}'`).join(" ");
    });
    afterAll(() => remove(place));

    test("on a terminal it shows its progress there and writes the bundle to -o", { timeout: PATIENCE }, async () => {
      const bundle = join(place, "k1.tar.gz");
      const result = await onTerminal(`${start} -o ${bundle}`);
      const shown = linesOf(result.stdout.toString().trimEnd());
      expect(result.code).toBe(0);
      expect(shown[0]).toMatch(/^\[001-clock-start\] ok {2}\([\d.]+ to [\d.]+ s\)$/);
      expect(shown.at(-1)).toMatch(new RegExp(`^${bundle}: \\d+ bytes, complete: true; next, .*npx coldcase`));
      expect(shown.at(-1)).toContain(`: ${readFileSync(bundle).length} bytes`);
      expect(Members.of(readFileSync(bundle)).manifest().complete).toBe(true);
    });

    test.each([2, 20, 40])(
      "Ctrl-C after step %i ends it, and the bundle can be read",
      { timeout: PATIENCE },
      async (step) => {
        const bundle = join(place, `cut-${step}.tar.gz`);
        const result = await onTerminal(`${start} -o ${bundle}`, { keys: "\u0003", afterLine: step });
        expect(result.code).toBe(130);
        expect(Members.of(readFileSync(bundle)).manifest()).toMatchObject({ complete: false, interrupted: "INT" });
        expect(leftovers()).toEqual([]);
      },
    );

    test("without -o it writes no binary to the terminal", { timeout: PATIENCE }, async () => {
      const result = await onTerminal(start);
      expect(result.code).toBe(2);
      expect(result.stdout.toString()).toMatch(/^collect\.sh: the bundle is binary: redirect stdout/);
      expect(result.stdout).not.toContain(0x1f);
    });
  });

  test(
    "hard case 13 (real: what ssh and sudo print first): the bundle behind it is found",
    { timeout: PATIENCE },
    async () => {
      const directory = temporary("noise");
      const bundle = (await collectCard(shell.argv, root)).stdout;
      const motd = "Linux k1 5.10.63-v8+ aarch64\n\nWe trust you have received the usual lecture.\nTERM is not set.\n";
      writeFileSync(join(directory, "noisy.tar.gz"), Buffer.concat([Buffer.from(motd), bundle]));
      const verified = coldcase(["verify", join(directory, "noisy.tar.gz")]);
      expect(verified.stdout).toMatch(/^collected by collect\.sh /m);
      expect(verified.stdout).toMatch(
        /^damage: 93 bytes before the archive are none of it and were skipped: "Linux k1/m,
      );
      remove(directory);
    },
  );
});
