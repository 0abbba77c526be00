/** Binary journals that systemd itself has written are read as journalctl reads them, entry by entry. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { JournalEntry } from "../../analyzer/sources/_journal-types.ts";
import { scratch } from "../helpers/cli.ts";
import { entriesOf, exportOf, hasJournalTools, journalctlEntries, makeJournal, textOf } from "./helpers.ts";

const directory = scratch();
const tools = hasJournalTools();
const recorded = join(directory, "recorded");
mkdirSync(recorded);
execFileSync("tar", [
  "-xzf",
  fileURLToPath(new URL("../../samples/no-rtc-clock-jump/k2.tar.gz", import.meta.url)),
  "-C",
  recorded,
]);
/** Of the guest without a clock: whole files, and those that a power cut left open. */
const guest = journalsIn(recorded);
const captures = fileURLToPath(new URL("../../../shared/captures/pi-overlay2-broken/journal/files/", import.meta.url));
const captured = existsSync(captures) ? journalsIn(captures) : [];
if (captured.length === 0) console.log("captures not available: journals of a real journald were not compared");

function journalsIn(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.journal~?$/.test(name))
    .toSorted();
}

const shown = (entry: JournalEntry) => ({
  message: entry.fields.MESSAGE,
  unit: entry.fields._SYSTEMD_UNIT,
  realtime: entry.realtime,
  monotonic: entry.monotonic,
  boot: entry.boot,
  seqnum: entry.seqnum,
});

function expected(entry: Record<string, unknown>): ReturnType<typeof shown> {
  return {
    message: textOf(entry.MESSAGE),
    unit: textOf(entry._SYSTEMD_UNIT),
    realtime: Number(entry.__REALTIME_TIMESTAMP),
    monotonic: Number(entry.__MONOTONIC_TIMESTAMP),
    boot: String(entry._BOOT_ID),
    seqnum: Number.parseInt(/;i=([0-9a-f]+)/.exec(String(entry.__CURSOR))?.[1] ?? "", 16),
  };
}

async function compare(path: string): Promise<void> {
  const { entries, summary } = await entriesOf(readFileSync(path));
  const oracle = journalctlEntries(path);
  expect(oracle.length).toBeGreaterThan(0);
  expect(entries.map(shown)).toEqual(oracle.map(expected));
  expect(entries.filter(({ damaged, lost }) => damaged.length > 0 || lost > 0)).toEqual([]);
  expect(summary).toMatchObject({
    promised: oracle.length,
    read: oracle.length,
    recovered: 0,
    lost: 0,
    damagedAt: null,
  });
}

describe.skipIf(!tools)("journals of systemd-journal-remote", () => {
  test.each([
    { keyed: false, compact: false },
    { keyed: false, compact: true },
    { keyed: true, compact: false },
    { keyed: true, compact: true },
  ])("keyed $keyed, compact $compact", async ({ keyed, compact }) => {
    const path = join(directory, `${keyed}-${compact}.journal`);
    const { summary } = await entriesOf(makeJournal(path, exportOf(3000, 7), { keyed, compact }));
    expect(summary.header).toMatchObject({ keyed, compact });
    await compare(path);
  });
});

describe.skipIf(!tools)("journals of the journald of a recorded guest", () => {
  test("are in the sample", () => expect(guest.length).toBeGreaterThan(2));
  test.each(guest)("%s", (path) => compare(join(recorded, path)));
});

describe.skipIf(!tools || captured.length === 0)("journals of a real journald", () => {
  test.each(captured)("%s", (path) => compare(join(captures, path)));
});
