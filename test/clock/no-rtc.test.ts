/** The recorded sample of a machine without a clock, against what its made-up time server knew. */
import { beforeAll, describe, expect, test } from "vitest";
import type { IncidentReport, ReportTime } from "../../analyzer/model/report.ts";
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
  }, 60_000);

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
