/** Journals of namespaces and of other machines beside the node's own. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { reportOf } from "../helpers/analyze.ts";
import { scratch } from "../helpers/cli.ts";
import { hasJournalTools, makeJournal } from "./helpers.ts";

const directory = scratch();
const OWN = "0123456789abcdef0123456789abcdef";
const OTHER = "fedcba9876543210fedcba9876543210";
const BOOT = "aa".repeat(16);
const START = Date.UTC(2026, 2, 2, 10) * 1000;

interface Log {
  path: string;
  machine: string;
  boot: string;
  /** Seconds after `START`. */
  start: number;
  text: string;
}

function writeJournals(name: string, logs: Log[]): string {
  for (const { path, machine, boot, start, text } of logs) {
    const target = join(directory, name, path);
    mkdirSync(join(target, ".."), { recursive: true });
    const entries = Array.from({ length: 30 }, (_, at) =>
      [
        `__REALTIME_TIMESTAMP=${START + (start + at) * 1_000_000}`,
        `__MONOTONIC_TIMESTAMP=${(5 + start + at) * 1_000_000}`,
        `_BOOT_ID=${boot}`,
        `_MACHINE_ID=${machine}`,
        "PRIORITY=3",
        "_TRANSPORT=kernel",
        "SYSLOG_IDENTIFIER=kernel",
        `MESSAGE=${text} ${at}`,
        "",
        "",
      ].join("\n"),
    );
    makeJournal(target, Buffer.from(entries.join("")), { keyed: true, compact: true });
  }
  return join(directory, name);
}

const EXT4 = "EXT4-fs error (device sda1): ext4_lookup:1590: inode #1234: comm x: deleted inode referenced:";
const own: Log = { path: `journal/${OWN}/system.journal`, machine: OWN, boot: BOOT, start: 0, text: "own" };

describe.skipIf(!hasJournalTools())("journals of a node", () => {
  test("a namespace is the node's, what it received from another machine is not", async () => {
    const bundle = writeJournals("received", [
      own,
      { ...own, path: `journal/${OWN}.web/system.journal`, start: 40, text: "namespace" },
      {
        ...own,
        path: "journal/remote/remote-10.0.0.9.journal",
        machine: OTHER,
        boot: "bb".repeat(16),
        start: 10,
        text: EXT4,
      },
    ]);
    const { clock, counts, findings, warnings } = await reportOf(bundle);
    expect(clock.boots.map(({ id }) => id)).toEqual([BOOT]);
    expect(clock.boots[0]).toMatchObject({ first: { from: "2026-03-02T10:00:00Z" } });
    expect(counts.events).toBe(60);
    expect(findings.filter(({ layer }) => layer === "filesystem")).toEqual([]);
    expect(warnings.map(({ artifact, message }) => [artifact, message])).toContainEqual([
      "journal/remote/remote-10.0.0.9.journal",
      "30 entries are of another machine, and left out",
    ]);
  });

  test("a received journal alone is that of the node", async () => {
    const bundle = writeJournals("alone", [{ ...own, path: "remote/remote-10.0.0.5.journal" }]);
    const { clock, counts } = await reportOf(bundle);
    expect(clock.boots.map(({ id }) => id)).toEqual([BOOT]);
    expect(counts.events).toBe(30);
  });

  test("the journal of a container with a machine id of its own adds no boots", async () => {
    const bundle = writeJournals("nspawn", [
      own,
      { ...own, path: `journal/${OWN}/user-1000.journal`, text: "user" },
      { path: `journal/${OTHER}/system.journal`, machine: OTHER, boot: "bb".repeat(16), start: 10, text: "container" },
    ]);
    const { clock, counts } = await reportOf(bundle);
    expect(clock.boots.map(({ id }) => id)).toEqual([BOOT]);
    expect(clock.notes.join("\n")).toContain("One boot in the journals is of another machine");
    expect(counts.events).toBe(90);
  });
});
