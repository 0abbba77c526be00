/** Names of zones: places before abbreviations, and abbreviations that stand for several zones are intervals. */
import { expect, test } from "vitest";
import { boundsNamed, zoneNamed } from "../../analyzer/clock/zone-names.ts";
import { HOUR } from "../../analyzer/model/time.ts";
import { reportOf } from "../helpers/analyze.ts";

const JOURNAL = "Nov 05 06:07:57 k1 kubelet[319]: E1105 06:07:57.028616     319 kubelet.go:2412] node not found\n";

test("a place goes before the abbreviation that date prints", async () => {
  const timedatectl = `               Local time: Thu 2026-11-05 06:08:00 CST
           Universal time: Wed 2026-11-04 22:08:00 UTC
                Time zone: Asia/Shanghai (CST, +0800)
`;
  const bundle = {
    "date.txt": "Thu Nov  5 06:08:00 CST 2026\n",
    "journal.txt": JOURNAL,
    "timedatectl.txt": timedatectl,
  };
  const { clock } = await reportOf(bundle);
  expect(clock).toMatchObject({
    zone: "Asia/Shanghai",
    zoneBasis: "the node says so: Asia/Shanghai",
  });
});

test("an abbreviation of several zones is an interval, unless other evidence tells which", async () => {
  const date = "Thu Nov  5 06:08:00 CST 2026\n";
  const open = await reportOf({ "date.txt": date, "journal.txt": JOURNAL });
  expect(open.clock.zone).toBeNull();
  expect(open.clock.zoneBasis).toContain("CST, which names several zones");
  expect(open.clock.notes.join(" ")).toContain("between UTC-06:00 and UTC+08:00");
  const told = `${JOURNAL}Nov 05 06:07:58 k1 dockerd[31]: time="2026-11-04T22:07:58.5Z" level=info msg="API listen"\n`;
  const measured = await reportOf({ "date.txt": date, "journal.txt": told });
  expect(measured.clock.zone).toBe("UTC+08:00");
});

test("summer names, ambiguous names and damaged names", () => {
  expect(zoneNamed(["CEST"])?.offsetAt(Date.UTC(2026, 6, 1) * 1000).offset).toBe(2 * HOUR);
  expect(zoneNamed(["EST", "America/New_York"])?.name).toBe("America/New_York");
  expect(zoneNamed(["EST"])).toBeNull();
  expect(zoneNamed(["\u0000", "Nowhere/Land"])).toBeNull();
  expect(boundsNamed(["UTC"])).toBeNull();
  expect(boundsNamed(["EST"])?.slice(0, 2)).toEqual([-5 * HOUR, 11 * HOUR]);
});

test("date in local time tells the collection, as sure as its zone is", async () => {
  const of = (zone: string) => reportOf({ "date.txt": `Thu Nov  5 06:08:00 ${zone} 2026\n`, "journal.txt": JOURNAL });
  const sure = await of("CET");
  expect(sure.bundles[0]?.collectedAt).toMatchObject({ from: "2026-11-05T05:08:00Z", basis: "exact" });
  const logs = (report: typeof sure) => report.timeline.filter(({ artifact }) => artifact === "journal.txt");
  expect(sure.clock.yearBasis).toContain("2026-11-05");
  expect(sure.clock.notes[0]).toBe("Collected: the output of date in the bundle, in local time (CET).");
  const open = await of("CST");
  // Six hours behind UTC in America, eight before it in China.
  expect(open.bundles[0]?.collectedAt).toMatchObject({
    from: "2026-11-04T22:08:00Z",
    to: "2026-11-05T12:08:01Z",
    basis: "zone-assumed",
  });
  expect(logs(open).every(({ at }) => at !== null)).toBe(true);
});

/** `journalctl -o short-full`: an abbreviation stands behind each time. */
const full = (zone: string): Record<string, string> => ({
  "uname.txt": "Linux n7 6.1.0-rpi7-rpi-v8 #1 SMP PREEMPT Debian 1:6.1.63-1+rpt1 (2023-11-24) aarch64 GNU/Linux\n",
  "journal.txt": `Thu 2026-11-05 06:07:57 ${zone} k1 kernel: EXT4-fs error (device sda2): ext4_lookup:1: inode #5\n`,
});

test.each([
  ["CET", "2026-11-05T05:07:57Z", "2026-11-05T05:07:57Z"],
  ["JST", "2026-11-04T21:07:57Z", "2026-11-04T21:07:57Z"],
  // From eleven hours ahead of UTC in Australia to five behind it in America.
  ["EST", "2026-11-04T19:07:57Z", "2026-11-05T11:07:58Z"],
])("an abbreviation behind a journal's times bounds them: %s", async (zone, from, to) => {
  const { timeline, clock } = await reportOf(full(zone));
  expect(timeline.find(({ artifact }) => artifact === "journal.txt")?.at).toMatchObject({ from, to });
  expect(clock.zoneBasis).toContain(zone);
});

test("what else tells of the zone goes before an ambiguous abbreviation behind the times", async () => {
  const date = "Thu Nov  5 06:08:00 -05 2026\n$ cat /etc/timezone\nAmerica/New_York\n";
  const { timeline } = await reportOf({ ...full("EST"), "date.txt": date });
  expect(timeline.find(({ artifact }) => artifact === "journal.txt")?.at).toMatchObject({
    from: "2026-11-05T11:07:57Z",
  });
});
