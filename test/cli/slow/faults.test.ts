/** Runs that are killed, interrupted or out of space: what is at a final name is whole, and the next run cleans up. */
import { spawn, spawnSync } from "node:child_process";
import { createReadStream, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Sqlite from "better-sqlite3";
import { beforeAll, describe, expect, test } from "vitest";
import { coldcase, scratch } from "../../helpers/cli.ts";
import { random } from "../../helpers/random.mjs";

const BIN = fileURLToPath(new URL("../../../dist/cli/bin.js", import.meta.url));
/** With the bundle as a file, and as many with it on standard input. */
const KILLS = 10;
const SEED = 20260302;
const LINES = 120_000;

const root = scratch();
const bundle = join(root, "node.log");
let wholeMs = 0;

function lines(): string {
  const next = random(SEED);
  return Array.from({ length: LINES }, (_, index) => {
    const second = String(index % 60).padStart(2, "0");
    const hour = String(Math.floor(index / 6000)).padStart(2, "0");
    const id = Math.floor(next() * 2 ** 32).toString(16);
    return `2026-03-02T${hour}:${String(Math.floor(index / 100) % 60).padStart(2, "0")}:${second}+0000 k1 kubelet[700]: sync of pod ${id} took ${index} ms`;
  }).join("\n");
}

function fresh(name: string): { cwd: string; tmp: string } {
  const [cwd, tmp] = [join(root, name, "cwd"), join(root, name, "tmp")];
  for (const directory of [cwd, tmp]) mkdirSync(directory, { recursive: true });
  return { cwd, tmp };
}

/** Starts an analysis, from standard input when asked to, and sends it a signal after a time. */
async function signalled(
  { cwd, tmp }: { cwd: string; tmp: string },
  signal: NodeJS.Signals,
  after: number,
  stdin: boolean,
): Promise<number | null> {
  const child = spawn(process.execPath, [BIN, "analyze", stdin ? "-" : bundle], {
    cwd,
    env: { ...process.env, TMPDIR: tmp },
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.stdin.on("error", () => undefined);
  if (stdin) createReadStream(bundle).pipe(child.stdin);
  else child.stdin.end();
  const timer = setTimeout(() => child.kill(signal), after);
  const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  clearTimeout(timer);
  return code;
}

/** Whatever has a final name is whole. */
function checkWhole(cwd: string): void {
  for (const name of readdirSync(cwd).filter((file) => !file.includes(".partial-"))) {
    const path = join(cwd, name);
    if (name.endsWith(".html")) expect(readFileSync(path, "utf8").trimEnd()).toMatch(/<\/html>$/);
    else if (name.endsWith(".md")) expect(readFileSync(path, "utf8")).toContain("<!-- coldcase ");
    else {
      expect(name).toMatch(/\.sqlite$/);
      const database = new Sqlite(path, { readonly: true });
      expect(database.pragma("integrity_check", { simple: true })).toBe("ok");
      expect(database.prepare("SELECT count(*) AS n FROM event").get()).toEqual({ n: LINES });
      database.close();
    }
  }
}

beforeAll(() => {
  writeFileSync(bundle, `${lines()}\n`);
  const { cwd } = fresh("measure");
  const start = performance.now();
  expect(coldcase(["analyze", bundle], { cwd }).exit).toBe(0);
  wholeMs = performance.now() - start;
});

describe("kill -9", () => {
  test.each([false, true])(`at ${KILLS} moments, from standard input: %s`, async (stdin) => {
    const place = fresh(`kill-${stdin}`);
    const name = stdin ? "stdin" : "node.log";
    const next = random(SEED + Number(stdin));
    let partial = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const after = next() * wholeMs * 1.1;
      await signalled(place, "SIGKILL", after, stdin);
      checkWhole(place.cwd);
      const left = readdirSync(place.cwd).filter((file) => file.includes(".partial-"));
      expect(left.length, `only the last run's files are left: ${left.join()}`).toBeLessThanOrEqual(2);
      partial += left.length;
    }
    expect(partial, "some of the moments were in the middle of the work").toBeGreaterThan(0);
    expect(await signalled(place, "SIGTERM", 10 * wholeMs + 60_000, stdin)).toBe(0);
    expect(readdirSync(place.cwd).sort()).toEqual([`${name}.html`, `${name}.md`, `${name}.sqlite`]);
    expect(readdirSync(place.tmp)).toEqual([]);
    checkWhole(place.cwd);
  });

  test("what other programs and running ones have made is not swept", async () => {
    const place = fresh("others");
    const kept = [
      `node.log.html.partial-${process.pid}`,
      "node.log.html.partial-x",
      "node.log.html.partial-1-2-3",
      "other.html.partial-99999999",
    ];
    for (const file of kept) writeFileSync(join(place.cwd, file), "x");
    writeFileSync(join(place.cwd, "node.log.html.partial-99999999"), "x");
    mkdirSync(join(place.tmp, "coldcase-run-99999999-AbCdEf"));
    mkdirSync(join(place.tmp, `coldcase-run-${process.pid}-AbCdEf`));
    expect(await signalled(place, "SIGTERM", 10 * wholeMs + 60_000, false)).toBe(0);
    expect(
      readdirSync(place.cwd)
        .filter((file) => file.includes("partial"))
        .sort(),
    ).toEqual(kept.sort());
    expect(readdirSync(place.tmp)).toEqual([`coldcase-run-${process.pid}-AbCdEf`]);
  });
});

test.each([0.2, 0.5, 0.8])("Ctrl-C after %f of the time leaves nothing", async (part) => {
  for (const stdin of [false, true]) {
    const place = fresh(`int-${part}-${stdin}`);
    const code = await signalled(place, "SIGINT", Math.max(400, part * wholeMs), stdin);
    if (code === 0) continue;
    // Before the program has begun there is nothing to clean up, and the signal does what it always does.
    expect([130, null]).toContain(code);
    expect(readdirSync(place.cwd).filter((file) => file.includes("partial"))).toEqual([]);
    expect(readdirSync(place.tmp)).toEqual([]);
    checkWhole(place.cwd);
  }
});

/** Gives a small disk to the work and takes it away again; false where that is not allowed. */
function withDisk(kilobytes: number, work: (disk: string, grow: () => void) => void): boolean {
  const disk = join(root, `disk-${kilobytes}`);
  mkdirSync(disk);
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", disk]).status === 0;
  if (!mounted) {
    if (process.env["CI"] === "true") throw new Error("a tmpfs must be mountable in CI");
    console.log("no tmpfs can be mounted: a full disk was not tried");
    return false;
  }
  try {
    work(disk, () => spawnSync("mount", ["-o", "remount,size=400m", disk]));
  } finally {
    spawnSync("umount", [disk]);
  }
  return true;
}

const plain = (stderr: string): string[] => stderr.trimEnd().split("\n");

test.each([16, 64, 400, 3_000, 20_000])(
  "a disk of %i KB for the outputs: two lines, nothing cut, then room",
  (kilobytes) => {
    withDisk(kilobytes, (disk, grow) => {
      const run = coldcase(["analyze", bundle, "--out", disk]);
      if (run.exit !== 0) {
        expect(run.exit).toBe(2);
        expect(plain(run.stderr)).toHaveLength(2);
        expect(run.stderr).toMatch(/^coldcase: .*(?:full|no space|ENOSPC|cannot be written).*\nhint: /i);
      }
      checkWhole(disk);
      expect(readdirSync(disk).filter((file) => file.includes("partial"))).toEqual([]);
      grow();
      expect(coldcase(["analyze", bundle, "--out", disk]).exit).toBe(0);
      expect(readdirSync(disk).sort()).toEqual(["node.log.html", "node.log.md", "node.log.sqlite"]);
      checkWhole(disk);
    });
  },
);

test("a full disk for an HTML report alone", () => {
  withDisk(20, (disk, grow) => {
    const args = ["analyze", bundle, "--html", join(disk, "a.html")];
    const run = coldcase(args);
    expect(run.exit).toBe(2);
    expect(plain(run.stderr)).toHaveLength(2);
    expect(readdirSync(disk)).toEqual([]);
    grow();
    expect(coldcase(args).exit).toBe(0);
    checkWhole(disk);
  });
});

test("no room for temporary files", () => {
  withDisk(40, (disk) => {
    const { cwd } = fresh("no-temp");
    const run = coldcase(["analyze", "-"], { cwd, input: readFileSync(bundle), env: { TMPDIR: disk } });
    expect(run.exit).toBe(2);
    expect(plain(run.stderr)).toHaveLength(2);
    expect(readdirSync(disk)).toEqual([]);
    expect(readdirSync(cwd)).toEqual([]);
  });
});
