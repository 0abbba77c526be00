import { describe, expect, it } from "vitest";
import type { TimeBasis } from "../../analyzer/model/words.ts";
import { reportTime } from "../../analyzer/report/instants.ts";
import { drawnTime, formatDuration, formatSpan, formatTime, timeParts } from "../../analyzer/report/times.ts";

function time(from: string, to = from, basis: TimeBasis = "exact", best?: string) {
  return best === undefined ? { from, to, basis } : { from, to, basis, best };
}

describe("formatTime", () => {
  it.each([
    [time("2017-11-05T06:07:57.028616Z"), "2017-11-05 06:07:57.028"],
    [time("2017-11-05T06:07:57Z"), "2017-11-05 06:07:57"],
    [time("2017-11-05T06:07:57.0Z", "2017-11-05T06:07:58Z", "exact"), "2017-11-05 06:07:57"],
    [time("2017-11-01T06:48:00Z", "2017-11-01T06:49:00Z", "year-inferred"), "~2017-11-01 06:48"],
    [time("2017-11-01T00:00:00Z", "2017-11-02T00:00:00Z", "year-inferred"), "~2017-11-01"],
    [time("2017-11-01T06:38:00Z", "2017-11-02T06:38:00Z", "relative-age"), "~2017-11-01 06:38 – 11-02 06:38"],
    [time("2017-12-31T23:00:00Z", "2018-01-01T01:00:00Z"), "2017-12-31 23:00:00 – 2018-01-01 01:00:00"],
    [time("2026-03-02T05:44:00Z", "2026-03-02T11:46:12Z", "order-only"), "~2026-03-02 05:44:00 – 11:46:12"],
    [time("2017-11-05T06:07:57.028Z", "2017-11-05T06:07:58.236Z"), "2017-11-05 06:07:57.028 – 06:07:58.236"],
    [time("2017-11-05T06:00:00.5Z", "2017-11-05T06:30:20Z"), "2017-11-05 06:00:00 – 06:30:20"],
    [time("not a time"), "not a time"],
  ])("%j is %s", (value, text) => {
    expect(formatTime(value)).toBe(text);
  });

  it("shows the assumed point of an assumed zone, and draws it there", () => {
    const assumed = time("2017-11-04T16:07:57Z", "2017-11-05T18:07:57Z", "zone-assumed", "2017-11-05T06:07:57.028Z");
    expect(formatTime(assumed)).toBe("~2017-11-05 06:07:57.028");
    expect(drawnTime(assumed).from).toBe(drawnTime(assumed).to);
    const minute = time("2017-10-22T14:17:00Z", "2017-10-23T16:18:00Z", "year-inferred", "2017-10-23T04:17:00Z");
    expect(formatTime(minute)).toBe("~2017-10-23 04:17");
  });

  it("keeps the interval of a rounded age", () => {
    const age = time("2017-11-01T06:38:00Z", "2017-11-02T06:38:00Z", "relative-age", "2017-11-01T18:38:00Z");
    expect(formatTime(age)).toBe("~2017-11-01 06:38 – 11-02 06:38");
  });

  it("gives valid values for the datetime attribute", () => {
    expect(timeParts(time("2017-11-05T06:07:57.028616Z")).from.iso).toBe("2017-11-05T06:07:57.028Z");
    expect(timeParts(time("2017-11-01T00:00:00Z", "2017-11-02T00:00:00Z")).from.iso).toBe("2017-11-01");
  });

  it("says what is not known", () => {
    expect(formatTime(null)).toBe("time not known");
    expect(formatSpan(null, time("2017-11-05T06:07:57Z"))).toBe("until 2017-11-05 06:07:57");
    expect(formatSpan(time("2017-11-05T06:07:57Z"), null)).toBe("from 2017-11-05 06:07:57 on");
  });
});

describe("formatDuration", () => {
  it.each([
    [3 * 86_400_000_000, "3 days", "3 d"],
    [784_800_000_000, "9 days 2 hours", "9 d 2 h"],
    [10_740_000_000, "2 hours 59 minutes", "2 h 59 min"],
    [61_000_000, "1 minute 1 second", "1 min 1 s"],
    [57_000_000, "57 seconds", "57 s"],
    [208_000, "208 milliseconds", "208 ms"],
    [-3_600_000_000, "−1 hour", "−1 h"],
    [12, "less than a millisecond", "< 1 ms"],
  ])("%d µs", (us, long, short) => {
    expect([formatDuration(us), formatDuration(us, "short")]).toEqual([long, short]);
  });
});

describe("reportTime", () => {
  const at = { lo: 1_000_449_000, hi: 1_000_499_000, best: 1_000_474_380, basis: "clock-corrected" as const };

  it("is the point at which events are drawn when it is known to a second", () => {
    expect(reportTime(at)?.from).toBe("1970-01-01T00:16:40.474Z");
    expect(reportTime(at)?.to).toBe("1970-01-01T00:16:40.474Z");
  });

  it("is an interval with its likeliest point when it is not", () => {
    expect(reportTime({ ...at, hi: at.lo + 1_500_000 })).toEqual({
      from: "1970-01-01T00:16:40Z",
      to: "1970-01-01T00:16:42Z",
      basis: "clock-corrected",
      best: "1970-01-01T00:16:40.474380Z",
    });
  });
});
