/** Small bundles whose truth is known: what bounds the clock of a machine that has none, and years that end in a log. */
import { expect, test } from "vitest";
import { analyze } from "../../analyzer/analyze.ts";
import { createStore } from "../../analyzer/store/open.ts";
import { reportOf } from "../helpers/analyze.ts";
import { memoryBundle } from "../helpers/memory-bundle.ts";

const BOOT = "0123456789abcdef0123456789abcdef";
const DASHED = "01234567-89ab-cdef-0123-456789abcdef";
/** What the clock said at second 0, and when that was in truth. */
const SAVED = Date.UTC(2026, 0, 5, 7);
const STAMP = "2026-03-02T10:00:00Z";
const uname = "Linux n7 6.1.0-rpi7-rpi-v8 #1 SMP PREEMPT Debian 1:6.1.63-1+rpt1 (2023-11-24) aarch64 GNU/Linux\n";

function journal(...entries: [second: number, identifier: string, message: string][]): string {
  const lines = entries.map(([second, identifier, message]) =>
    JSON.stringify({
      __REALTIME_TIMESTAMP: String((SAVED + second * 1000) * 1000),
      __MONOTONIC_TIMESTAMP: String(second * 1_000_000),
      _BOOT_ID: BOOT,
      SYSLOG_IDENTIFIER: identifier,
      _TRANSPORT: "journal",
      MESSAGE: message,
    }),
  );
  return `${lines.join("\n")}\n`;
}

const iso = (second: number): string => new Date(SAVED + second * 1000).toISOString();

/** `manifest.json` of a collector that was stamped and ran from second 600 on, by a clock that was not set. */
const manifest = JSON.stringify({
  format: 1,
  complete: true,
  host: "n7",
  collectedAt: iso(600),
  laptopClock: STAMP,
  start: { wall: iso(600), uptime: 600, bootId: DASHED },
  end: { wall: iso(605), uptime: 605, bootId: DASHED },
  steps: [],
});

/** The outputs of a look at the clock by hand, each under its own prompt. */
const byHand = [
  "$ date",
  "Mon Jan  5 07:10:00 UTC 2026",
  "$ cat /proc/uptime",
  "600.00 400.00",
  "$ cat /proc/sys/kernel/random/boot_id",
  DASHED,
  "",
].join("\n");

const unsynchronized = journal([10, "kubelet", "a"], [70, "kubelet", "b"], [130, "kubelet", "c"]);

test.each([
  ["noted in the manifest alone", {}],
  ["read by hand, under prompts", { "clock.txt": byHand }],
])("a stamp bounds the boot and the collection of a node whose clock was not set: %s", async (_, more) => {
  const files = { "uname.txt": uname, "manifest.json": manifest, "journal.json": unsynchronized, ...more };
  const { clock, bundles } = await reportOf(files);
  const [boot] = clock.boots;
  // Second 600 was after the stamp, and hardly a day after it.
  expect(boot?.first?.from).toMatch(/^2026-03-02T09:50:(?:09|10)/);
  expect(boot?.first?.to).toMatch(/^2026-03-03T09:50:1/);
  expect(boot?.basis).toContain("no time server was heard");
  expect(bundles[0]?.collectedAt?.from).toMatch(/^2026-03-02T(?:09:59:59|10:00:00)/);
  expect(clock.notes.join("\n")).toContain("behind the machine that printed the collector");
});

test("a time that fake-hwclock had saved is not the time, and a certificate bounds it from below", async () => {
  const x509 =
    "x509: certificate has expired or is not yet valid: current time 2026-01-05T07:01:00Z is before 2026-02-28T09:00:00Z";
  const log = journal(
    [4, "fake-hwclock", "Mon Jan  5 07:00:04 UTC 2026"],
    [60, "kubelet", `E0105 07:01:00.000000     319 reflector.go:138] ${x509}`],
  );
  const { clock } = await reportOf(
    { "uname.txt": uname, "journal.json": log },
    { collectedAt: Date.UTC(2026, 2, 5) * 1000 },
  );
  expect(clock.boots[0]?.basis).toContain("Its clock started at a saved time");
  expect(clock.boots[0]?.first?.from).toMatch(/^2026-02-28T08:59:0[34]/);
  expect(clock.boots[0]?.first?.to).toMatch(/^2026-03-04T23:59:0/);
});

test.each([
  ["no", "order-only"],
  ["yes", "exact"],
])("a machine without a clock, to which no step came; synchronized by timedatectl: %s", async (said, basis) => {
  const files = {
    "uname.txt": uname,
    "journal.json": unsynchronized,
    "clock.txt": `Mon Jan  5 07:10:00 UTC 2026\n600.00 400.00\n${DASHED}\n2026-01-05 06:17:01\nSystem clock synchronized: ${said}\n`,
  };
  const { clock } = await reportOf(files);
  expect(clock.boots[0]?.first?.basis).toBe(basis);
});

test("an older timesyncd tells in other words that it heard a time server", async () => {
  const log = journal(
    [4, "fake-hwclock", "Mon Jan  5 07:00:04 UTC 2026"],
    [20, "systemd-timesyncd", "Synchronized to time server 10.0.0.1:123 (ntp.example)."],
  );
  const { clock } = await reportOf({ "uname.txt": uname, "journal.json": log });
  expect(clock.boots[0]?.first).toMatchObject({ basis: "exact" });
});

interface Place {
  best: number | null;
  basis: string;
}

async function placesOf(
  files: Record<string, string>,
  options: { year?: number; collectedAt?: number },
): Promise<Place[]> {
  const database = await createStore("");
  const plain = { timezone: null, year: null, collectedAt: null, rules: null, version: "test" };
  try {
    await analyze(memoryBundle(files), database, { ...plain, ...options }, () => undefined);
    return database.prepare("SELECT best, basis FROM timeline WHERE artifact = 'a.txt' ORDER BY id").all() as Place[];
  } finally {
    database.close();
  }
}

/** The days of the lines of one text, as they are placed. */
async function yearsOf(text: string, options: { year?: number; collectedAt?: number }): Promise<string[]> {
  const lines = text.split("\n").map((line) => `${line} n7 kernel: EXT4-fs (sda2): mounted`);
  const places = await placesOf({ "uname.txt": uname, "a.txt": `${lines.join("\n")}\n` }, options);
  return places.map(({ best }) => new Date(Number(best) / 1000).toISOString().slice(0, 10));
}

test("--year is that of the end of a log that runs over New Year", async () => {
  const years = await yearsOf("Dec 31 23:59:58\nJan  1 00:00:05", { year: 2026 });
  expect(years).toEqual(["2025-12-31", "2026-01-01"]);
});

test("a February 29 is of a leap year", async () => {
  expect(await yearsOf("Feb 29 12:00:00", { collectedAt: Date.UTC(2026, 5, 1) * 1000 })).toEqual(["2024-02-29"]);
});

const IN_JUNE_2026 = { collectedAt: Date.UTC(2026, 5, 1) * 1000 };

test.each([
  ["the lines after it", "Feb 28 23:00:00\nFeb 29 12:00:00\nMar  1 00:00:01\nMar  5 10:00:00", "2024 2024 2024 2024"],
  ["those of midnight", "Feb 29 23:59:59\nMar  1 00:00:01\nMar  1 00:30:00", "2024 2024 2024"],
  ["but not what follows months later", "Feb 29 12:00:00\nMay 30 10:00:00", "2024 2026"],
  ["also over New Year", "Feb 29 12:00:00\nMar  2 12:00:00\nDec 30 10:00:00\nJan  2 10:00:00", "2024 2024 2025 2026"],
])("a February 29 tells the year of %s", async (_, text, years) => {
  const own = await yearsOf(text, IN_JUNE_2026);
  expect(own.map((day) => day.slice(0, 4)).join(" ")).toBe(years);
});

test("a clock that started at the saved time of some days before does not make the lines before it a year older", async () => {
  const text = "May 22 17:53:15\nMay 19 22:15:30\nMay 22 22:24:00\nJun  1 00:00:00";
  expect(await yearsOf(text, IN_JUNE_2026)).toEqual(["2026-05-22", "2026-05-19", "2026-05-22", "2026-06-01"]);
});

test("eleven months back are another year", async () => {
  expect(await yearsOf("Jun 20 10:00:00\nMay 19 22:15:30", IN_JUNE_2026)).toEqual(["2025-06-20", "2026-05-19"]);
});

/** A journal as text, in which a power cut came before the time of the first start was saved. */
test.each([
  ["Nov 05 06:07:57", "Nov 05 06:18:57", "-- Reboot --", "Nov 05 06:07:58", "Nov 05 06:09:00", "Nov 07 09:08:58"],
  [
    "2017-11-05T06:07:57+0000",
    "2017-11-05T06:08:57+0000",
    "-- Boot 0123456789abcdef0123456789abcdef --",
    "2017-11-05T06:07:58+0000",
    "2017-11-05T06:08:50+0000",
    "2017-11-07T09:08:58+0000",
  ],
])("a boot that claims the time of the one before it does not interleave with it: %s", async (...lines) => {
  const said = lines.map((line) => (line.startsWith("--") ? line : `${line} n7 x[5]: read: structure needs cleaning`));
  said.splice(5, 0, lines[2]?.replace("Boot 0", "Boot 1") ?? "");
  const places = await placesOf(
    { "uname.txt": uname, "a.txt": `${said.join("\n")}\n` },
    { collectedAt: Date.UTC(2017, 10, 8) * 1000 },
  );
  const known = places.filter(({ best }) => best !== null);
  const best = known.map((place) => place.best ?? 0);
  expect(known.map(({ basis }) => basis === "order-only")).toEqual([false, false, true, true, false]);
  expect(best).toEqual(best.toSorted((a, b) => a - b));
});
