/** The recorded sample of a machine without a clock, against what its made-up time server knew. */
import { beforeAll, describe, expect, test } from "vitest";
import type { IncidentReport, ReportTime } from "../../analyzer/model/report.ts";
import { custodySentence } from "../../analyzer/report/custody.ts";
import { textMatcher } from "../../analyzer/rules/matcher.ts";
import { textsOf } from "../../analyzer/store/texts.ts";
import { reportOf } from "../helpers/analyze.ts";

/** Starts of the guest, by the time server, in order; one boot had no server. */
const STARTS = ["2026-09-14T08:05:00Z", "2026-09-14T19:41:00Z", "2026-09-15T05:20:00Z", "2026-09-15T17:02:00Z"];
const STEPS = ["2026-09-14T08:05:50Z", "2026-09-14T19:42:25Z", "2026-09-15T17:04:27Z"];
const seconds = (text: string): number => Date.parse(text) / 1000;

function isWithin(time: ReportTime | null | undefined, from: number, to: number): boolean {
  return time !== null && time !== undefined && seconds(time.from) <= to && seconds(time.to) >= from;
}

describe("samples/no-rtc-clock-jump", () => {
  let report: IncidentReport;
  beforeAll(async () => {
    report = await reportOf("samples/no-rtc-clock-jump/k2.tar.gz");
  });

  test("four boots in true order, each where it was", () => {
    expect(report.clock.boots).toHaveLength(4);
    report.clock.boots.forEach(({ first, last }, at) => {
      const start = seconds(STARTS[at] ?? "");
      // The first entry is written within two minutes of the start of this slow guest.
      expect(isWithin(first, start, start + 120), JSON.stringify(first)).toBe(true);
      expect(isWithin(last, start + 60, start + 420), JSON.stringify(last)).toBe(true);
    });
    expect(report.clock.boots.map(({ first }) => first?.basis === "order-only")).toEqual([false, false, true, false]);
  });

  test("three steps by chrony, each found within a second", () => {
    expect(report.clock.steps).toHaveLength(3);
    report.clock.steps.forEach(({ at, cause }, index) => {
      expect(cause).toContain("chrony");
      expect(Math.abs(seconds(at?.to ?? "") - seconds(STEPS[index] ?? ""))).toBeLessThanOrEqual(1);
    });
  });

  test("a clock chip that held 1970 is not told as one that works", () => {
    const custody = report.bundles[0]?.custody;
    expect(custody).toMatchObject({ rtc: true, rtcLost: true });
    expect(custody && custodySentence(custody)).toContain("set by NTP, its real-time clock had lost the time)");
  });

  test("no entry of the report lies outside of the boots", () => {
    const ends = [seconds(STARTS[0] ?? "") - 1, seconds(report.bundles[0]?.collectedAt?.to ?? "") + 600];
    const logs = report.timeline.filter(
      ({ artifact }) => artifact.startsWith("journal/") || artifact.endsWith("-json.log"),
    );
    expect(logs.length).toBeGreaterThan(10);
    for (const { at, text } of logs) {
      expect(at && isWithin(at, ends[0] ?? 0, ends[1] ?? 0), `${text} at ${JSON.stringify(at)}`).toBe(true);
    }
  });
});

/** Lines of the kernel's drivers/rtc. */
describe("a clock that runs without power", () => {
  const { match } = textMatcher([]);
  const isLost = (text: string): boolean => {
    let lost = false;
    match(textsOf([text]), (_, matches) => void (lost = matches.some(({ rule }) => rule === "clock:rtc-lost")));
    return lost;
  };

  test.each([
    "rtc_cmos 00:04: setting system clock to 1970-01-01T00:00:16 UTC (16)",
    "rtc-ds1307 1-0068: setting system clock to 2000-01-01 00:01:02 UTC (946684862)",
    "rtc-ds1307 1-0068: SET TIME!",
    "rtc-ds1307 1-0068: oscillator failed, set time!",
    "rtc-pcf8563 1-0051: low voltage detected, date/time is not reliable.",
    "rtc-rv8803 1-0032: Voltage low, data loss detected.",
  ])("has lost the time: %s", (text) => expect(isLost(text)).toBe(true));

  test.each([
    "rtc_cmos 00:04: setting system clock to 2024-03-04T10:11:12 UTC (1709547072)",
    "rtc-ds1307 1-0068: registered as rtc0",
    "hwmon hwmon1: Undervoltage detected!",
  ])("has not, as far as this tells: %s", (text) => expect(isLost(text)).toBe(false));
});
