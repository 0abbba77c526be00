/** A large bundle is stored by a thread of its own: the same report, errors that arrive, nothing left behind. */
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { coldcase, scratch } from "../helpers/cli.ts";

const BIN = fileURLToPath(new URL("../../dist/cli/bin.js", import.meta.url));
const LINES = 60_000;
const directory = scratch();
const bundle = join(directory, "journal.txt");
writeFileSync(bundle, Array.from({ length: LINES }, (_, index) => journalLine(index)).join(""));

function journalLine(index: number): string {
  const at = new Date(Date.UTC(2026, 1, 3) + index * 250).toISOString();
  const said =
    index % 3 === 0
      ? `kernel: EXT4-fs error (device mmcblk0p2): ext4_lookup:1862: inode #${index % 40}: comm dockerd: deleted inode referenced: 12`
      : `app[31]: request ${index} was answered "quickly" \\ and \u00fcber`;
  return `${at.slice(0, 23)}000+0000 node1 ${said}\n`;
}

/** Runs the program in a directory of its own; resolves with its exit code and what it said. */
function start(name: string, args: string[], prefix: string[] = []) {
  const cwd = join(directory, name);
  mkdirSync(cwd);
  const [command = "", ...rest] = [...prefix, process.execPath, BIN, ...args];
  const child = spawn(command, rest, { cwd, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (text: Buffer) => (stderr += text.toString()));
  const ended = new Promise<{ exit: number | null; stderr: string }>((done) =>
    child.on("close", (exit) => done({ exit, stderr })),
  );
  return { cwd, child, ended };
}

test("the report is the same bytes with and without the thread, and the store is whole", () => {
  const cwd = join(directory, "same");
  mkdirSync(cwd);
  // Without a database file there is no thread.
  expect(coldcase([bundle, "--json", "plain.json"], { cwd }).exit).toBe(0);
  expect(coldcase([bundle, "--json", "thread.json", "--db", "thread.sqlite"], { cwd }).exit).toBe(0);
  const report = readFileSync(join(cwd, "thread.json"), "utf8");
  expect(report).toBe(readFileSync(join(cwd, "plain.json"), "utf8"));
  expect(JSON.parse(report).findings).not.toEqual([]);
  const store = new Sqlite(join(cwd, "thread.sqlite"), { readonly: true });
  const one = (query: string): unknown => store.prepare(query).pluck().get();
  expect(one("SELECT count(*) FROM event")).toBe(LINES);
  expect(one("SELECT max(id) = count(*) AND min(id) = 1 FROM event")).toBe(1);
  expect(one("SELECT text FROM timeline WHERE line = 59999")).toBe(
    'request 59998 was answered "quickly" \\ and \u00fcber',
  );
  expect(one("SELECT count(*) FROM text_fts WHERE text_fts MATCH '\"request 59998\"'")).toBe(1);
  expect(one("SELECT sum(events) FROM match WHERE rule = 'ext4-error'")).toBe(LINES / 3);
  expect(one("PRAGMA integrity_check")).toBe("ok");
  store.close();
});

// The first limit is met before the thread has started, the second by the thread.
test.each([2_000_000, 4_500_000])(
  "a database that cannot grow beyond %i bytes is one line and exit 2",
  async (limit) => {
    const { cwd, ended } = start(`full-${limit}`, [bundle], ["prlimit", `--fsize=${limit}`]);
    const { exit, stderr } = await ended;
    expect(stderr).toMatch(/^coldcase: the database cannot be written: .*\nhint: .*\n$/);
    expect(exit).toBe(2);
    expect(readdirSync(cwd)).toEqual([]);
  },
);

/** Bytes of everything in a directory. */
function sizeOf(path: string): number {
  return readdirSync(path).reduce((sum, name) => {
    return sum + (statSync(join(path, name), { throwIfNoEntry: false })?.size ?? 0);
  }, 0);
}

test("an interrupt ends the thread as well and leaves no file", async () => {
  const long = join(directory, "long.txt");
  const once = readFileSync(bundle, "utf8");
  writeFileSync(long, once.repeat(12));
  const { cwd, child, ended } = start("interrupted", [long, "--progress", "plain"]);
  // The thread has begun when the store is larger than what is written before it.
  while (sizeOf(cwd) < 4_500_000 && child.exitCode === null) await new Promise((soon) => setTimeout(soon, 10));
  child.kill("SIGINT");
  const { exit } = await ended;
  expect(exit).toBe(130);
  expect(readdirSync(cwd)).toEqual([]);
});
