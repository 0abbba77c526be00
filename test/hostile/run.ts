/** Runs the built command line over a hostile bundle, in a child of its own, and looks at what it left behind. */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { textOfHtml } from "../redact/island.ts";
import { ESCAPED } from "./case.ts";
import type { HostileCase } from "./case.ts";

const BIN = fileURLToPath(new URL("../../dist/cli/bin.js", import.meta.url));
const PRELOAD = fileURLToPath(new URL("no-network.cjs", import.meta.url));
/** Of the processor, for a case that names no limit of its own. */
const SECONDS = 12;
const MEGABYTES = 420;
/** The machine may be busy: the clock on the wall gets longer than the processor. */
const PATIENCE = 8;

export interface HostileRun {
  exit: number | null;
  stdout: string;
  stderr: string;
  /** The page, and what is packed into it. */
  html: string;
  page: string;
  markdown: string;
  json: string;
  seconds: number;
  megabytes: number;
}

/** Where a case runs: `in` holds the bundle, `cwd` is empty, `tmp` and `home` must stay so. */
export function runCase(root: string, hostile: HostileCase): HostileRun {
  const at = join(root, hostile.name.replace(/\W+/g, "-").slice(0, 80));
  try {
    return runAt(at, hostile);
  } finally {
    // Trees of 10,000 directories are too deep for a function that calls itself.
    execFileSync("rm", ["-rf", at]);
  }
}

function runAt(at: string, hostile: HostileCase): HostileRun {
  for (const name of ["in", "cwd", "tmp", "home"]) mkdirSync(join(at, name), { recursive: true });
  const path = join(at, "in", hostile.file ?? "k1.tar");
  const bundle = hostile.make(path);
  if (bundle !== undefined) writeFileSync(path, bundle);
  const before = tree(join(at, "in"));
  const { seconds = SECONDS, megabytes = MEGABYTES } = hostile.limits ?? {};
  const options = hostile.args ?? ["--out", ".", "--json", "out.json"];
  const child = ["--require", PRELOAD, BIN, ...(hostile.command ?? ["analyze"]), path, ...options];
  const [program = "", ...args] = canUnshare()
    ? ["unshare", "-n", process.execPath, ...child]
    : [process.execPath, ...child];
  const run = spawnSync(program, args, {
    cwd: join(at, "cwd"),
    env: { ...process.env, TMPDIR: join(at, "tmp"), HOME: join(at, "home") },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    maxBuffer: 1 << 28,
    timeout: seconds * PATIENCE * 1000,
    killSignal: "SIGKILL",
  });
  const stderr = run.stderr.toString();
  const took = JSON.parse(String(run.output[3] ?? "") || "{}") as { seconds?: number; megabytes?: number };
  const read = (name: RegExp): string => {
    const found = readdirSync(join(at, "cwd")).find((file) => name.test(file));
    return found === undefined ? "" : readFileSync(join(at, "cwd", found), "utf8");
  };
  const html = read(/\.html$/);
  const result: HostileRun = {
    exit: run.status,
    stdout: run.stdout.toString(),
    stderr,
    html: html === "" ? "" : textOfHtml(html),
    page: html,
    markdown: read(/\.md$/),
    json: read(/\.json$/),
    seconds: took.seconds ?? Number.NaN,
    megabytes: took.megabytes ?? Number.NaN,
  };
  expect(run.signal, `ended by itself within ${seconds * PATIENCE} s; ${stderr.slice(0, 300)}`).toBeNull();
  expect(stderr).not.toMatch(/^\s+at |network: /m);
  expect(result.exit, stderr).toBe(hostile.exit ?? 0);
  expect(result.seconds, "seconds of the processor").toBeLessThan(seconds);
  expect(result.megabytes, "megabytes").toBeLessThan(megabytes);
  expect(tree(join(at, "in")), "the bundle is as it was").toEqual(before);
  expect(readdirSync(join(at, "tmp")), "nothing is left in TMPDIR").toEqual([]);
  expect(readdirSync(join(at, "home")), "nothing is left at home").toEqual([]);
  expect(readdirSync(at).sort()).toEqual(["cwd", "home", "in", "tmp"]);
  expect(readdirSync(join(at, "cwd")).every(isOutput), readdirSync(join(at, "cwd")).join()).toBe(true);
  expect(
    ESCAPED.filter((place) => lstatSync(place, { throwIfNoEntry: false })),
    "nothing was written outside",
  ).toEqual([]);
  return result;
}

const isOutput = (name: string): boolean => /^[^/]+\.(?:html|md|sqlite|json)$/.test(name) && !name.includes("partial");

/** Every path below, with what it holds. */
function tree(directory: string): string[] {
  const all = readdirSync(directory, { recursive: true, encoding: "utf8" }).sort();
  // The tree of the deepest case has paths that no system call takes.
  const paths = all.filter((path) => path.length < 3_500);
  return paths.slice(0, 5_000).map((path) => {
    const info = lstatSync(join(directory, path), { throwIfNoEntry: false });
    if (info?.isSymbolicLink()) return `${path} -> ${readlinkSync(join(directory, path))}`;
    if (!info?.isFile()) return `${path} ${info?.mode}`;
    return `${path} ${createHash("sha256")
      .update(readFileSync(join(directory, path)))
      .digest("hex")}`;
  });
}

let unshares: boolean | null = null;

/** Whether a child can be given a network of its own that leads nowhere; the preload refuses it in any case. */
function canUnshare(): boolean {
  unshares ??= spawnSync("unshare", ["-n", "true"]).status === 0;
  return unshares;
}
