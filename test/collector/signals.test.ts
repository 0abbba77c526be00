/** Ended half-way: signals at several steps, a reader that goes away, a full disk, a stream cut anywhere. */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collectCard, collector, leftovers, linesOf, makeCard, Members, remove, run, temporary, write } from "./lab.ts";
import { PATIENCE, labTest, underEachShell } from "./shells.ts";

let root: string;
/** Its last step is more than a pipe holds: nobody reads the pipe before the signal is sent, however late that is. */
let large: string;
beforeAll(() => {
  root = temporary("signals");
  makeCard(root);
  large = temporary("signals");
  makeCard(large);
  write(large, "var/log/journal/0f3c/system.journal", randomBytes(2_000_000));
});
afterAll(() => [root, large].forEach(remove));

const signals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
/** The steps behind which the signal is sent. */
const points = process.env["EVERY_SHELL"] ? [1, 20, 40, 54] : [30];
/** To the process alone, as `kill` does, or to its whole group, as a terminal, `timeout` or a service manager does. */
const cases = (Object.keys(signals) as (keyof typeof signals)[]).flatMap((signal) =>
  (["process", "group"] as const).flatMap((to) => points.map((point) => [signal, to, point] as const)),
);

underEachShell((shell) => {
  describe("hard case 11 (real: signals while it runs)", () => {
    test.each(cases)(
      "%s to the %s after step %i",
      async (signal, to, point) => {
        let pid = 0;
        const result = await run([...shell.argv, collector, "--root", large], { detached: true }, (child) => {
          pid = child.pid!;
          child.stdout!.pause();
          let shown = "";
          const watch = (chunk: Buffer): void => {
            shown += chunk.toString("latin1");
            if (linesOf(shown).length <= point) return;
            child.stderr!.off("data", watch);
            process.kill(to === "group" ? -pid : pid, signal);
            child.stdout!.resume();
          };
          child.stderr!.on("data", watch);
        });
        expect(result.code, result.stderr).toBe(signals[signal]);
        const listing = spawnSync("tar", ["-tzf", "-"], { input: result.stdout });
        expect(listing.stderr.toString()).toBe("");
        const members = Members.of(result.stdout);
        const manifest = members.manifest();
        expect(manifest).toMatchObject({ complete: false, interrupted: signal.slice(3) });
        const plan = JSON.parse(members.text("manifest/plan.json")) as { steps: unknown[] };
        expect(manifest.steps).toHaveLength(plan.steps.length + 1);
        const reason = `interrupted by ${signal.slice(3)}`;
        expect(manifest.steps.at(-2)).toMatchObject({ status: "skipped", reason });
        const reached = manifest.steps.findIndex((step) => step.reason === reason);
        expect(reached).toBeGreaterThanOrEqual(point - 1);
        expect(leftovers()).toEqual([]);
        // Nothing of the process group, which is its own, is left. What init has not reaped yet is none of it.
        expect(spawnSync("pgrep", ["-g", String(pid), "-r", "R,S,D,T"]).stdout.toString()).toBe("");
      },
      PATIENCE,
    );

    test("a reader that goes away", { timeout: PATIENCE }, async () => {
      const script = `"$@" ${collector} --root ${root} | head -c 3000 | wc -c`;
      const result = await run(["sh", "-c", script, "sh", ...shell.argv]);
      expect(result.stdout.toString().trim()).toBe("3000");
      expect(result.stderr).toContain("the output broke");
      expect(leftovers()).toEqual([]);
    });

    labTest("the disk of -o fills up: that is said, and what is there can be read", ["mount"], async () => {
      const small = temporary("small");
      spawnSync("mount", ["-t", "tmpfs", "-o", "size=8k", "tmpfs", small]);
      const result = await run([...shell.argv, collector, "--root", root, "-o", join(small, "k1.tar.gz")]);
      const bundle = readFileSync(join(small, "k1.tar.gz"));
      spawnSync("umount", [small]);
      remove(small);
      expect(result.code).toBe(1);
      expect(result.stderr).toMatch(/No space left on device.*can be read/);
      expect(Members.of(bundle).size).toBeGreaterThan(3);
    });
  });

  test(
    "hard case 12 (real: the stream cut at 50 places): each prefix opens, a longer one never has less",
    { timeout: PATIENCE },
    async () => {
      const bundle = (await collectCard(shell.argv, root)).stdout;
      let before: string[] = [];
      for (let cut = 0; cut <= 50; cut++) {
        const names = [...Members.of(bundle.subarray(0, Math.floor((bundle.length * cut) / 50))).keys()];
        expect(names.slice(0, before.length)).toEqual(before);
        before = names;
      }
      expect(before.at(-1)).toBe("manifest.json");
    },
  );
});
