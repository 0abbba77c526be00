import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import type { RandomAccessFile } from "../../analyzer/model/source.ts";
import { readEntries } from "../../analyzer/sources/_journal-reader.ts";
import type { JournalEntry, JournalSummary } from "../../analyzer/sources/_journal-types.ts";

import { random } from "../helpers/random.mjs";

const REMOTE = "/lib/systemd/systemd-journal-remote";

/** True when journalctl and systemd-journal-remote are there; says so when not, and fails in CI. */
export function hasJournalTools(): boolean {
  const there = existsSync(REMOTE) && spawnSync("journalctl", ["--version"]).status === 0;
  if (!there && process.env.CI === "true") throw new Error("systemd-journal-remote and journalctl must be there in CI");
  if (!there) console.log("systemd-journal-remote not installed: journals of systemd's own making were not read");
  return there;
}

const PROGRAMS = ["kubelet", "dockerd", "systemd", "kernel", "cron"];

/** Entries of three boots in export format; one in 20 is long enough to be compressed, some have several lines. */
export function exportOf(entries: number, seed: number): Buffer {
  const next = random(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  const hex = (length: number): string => Array.from({ length }, () => below(16).toString(16)).join("");
  const boots = [hex(32), hex(32), hex(32)];
  const parts: Buffer[] = [];
  let realtime = 1_772_430_000_000_000;
  let monotonic = 1_000_000;
  for (let index = 0; index < entries; index++) {
    const boot = Math.floor((index * 3) / entries);
    if (boot !== Math.floor(((index - 1) * 3) / entries)) monotonic = 1_000_000;
    realtime += 10 + below(50_000);
    monotonic += 10 + below(50_000);
    const program = PROGRAMS[below(PROGRAMS.length)] ?? "";
    const long = index % 20 === 0 ? ` ${`${hex(12)} `.repeat(60)}` : "";
    const more = index % 37 === 0 ? `\nsecond line ä ${index}` : "";
    const message = Buffer.from(`node "pi-master" not found, attempt ${index} of ${hex(12)}${long}${more}`);
    const fields = [
      `__REALTIME_TIMESTAMP=${realtime}`,
      `__MONOTONIC_TIMESTAMP=${monotonic}`,
      `_BOOT_ID=${boots[boot]}`,
      `PRIORITY=${below(7)}`,
      `_TRANSPORT=${program === "kernel" ? "kernel" : "stdout"}`,
      `SYSLOG_IDENTIFIER=${program}`,
      "_HOSTNAME=pi-master",
      ...(program === "kernel"
        ? [`_SOURCE_MONOTONIC_TIMESTAMP=${monotonic - 500}`]
        : [
            `_PID=${300 + below(5)}`,
            `_COMM=${program}`,
            `_SYSTEMD_UNIT=${program}.service`,
            "_UID=0",
            `_CMDLINE=/usr/bin/${program} --all`,
            `_SOURCE_REALTIME_TIMESTAMP=${realtime - 10 - below(2000)}`,
          ]),
    ];
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(message.length));
    parts.push(Buffer.from(`${fields.join("\n")}\nMESSAGE\n`), length, message, Buffer.from("\n\n"));
  }
  return Buffer.concat(parts);
}

/** Has systemd-journal-remote write entries in export format to a file. */
export function makeJournal(path: string, exported: Buffer, options: { keyed: boolean; compact: boolean }): Buffer {
  execFileSync(REMOTE, ["-o", path, "-"], {
    input: exported,
    stdio: ["pipe", "ignore", "ignore"],
    env: {
      ...process.env,
      SYSTEMD_JOURNAL_KEYED_HASH: options.keyed ? "1" : "0",
      SYSTEMD_JOURNAL_COMPACT: options.compact ? "1" : "0",
    },
  });
  return readFileSync(path);
}

/** A file in memory, as the readers of journals take it. */
export function fileOf(bytes: Buffer, path = "system.journal"): RandomAccessFile {
  return {
    path,
    size: bytes.length,
    read: (target, position) => (position < bytes.length ? bytes.copy(target, 0, position) : 0),
  };
}

/** All entries of a journal in memory. */
export async function entriesOf(bytes: Buffer): Promise<{ entries: JournalEntry[]; summary: JournalSummary }> {
  const entries: JournalEntry[] = [];
  const summary = await readEntries(fileOf(bytes), (entry) => {
    entries.push(entry);
    return true;
  });
  return { entries, summary };
}

/** What journalctl reads of a file: its JSON, a line an entry; what it reads before an error when there is one. */
export function journalctlEntries(path: string): Record<string, unknown>[] {
  const run = spawnSync("journalctl", ["--file", path, "-o", "json", "--all"], { maxBuffer: 1 << 30, timeout: 60_000 });
  return run.stdout
    .toString()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** A value of journalctl's JSON as text: bytes are numbers there, and a field given twice is a list. */
export function textOf(value: unknown): string | undefined {
  if (!Array.isArray(value)) return value === undefined || value === null ? undefined : String(value);
  return typeof value[0] === "number" ? Buffer.from(value as number[]).toString() : textOf(value[0]);
}
