import { describe, expect, test } from "vitest";
import type { ClockInput } from "../../analyzer/clock/model.ts";
import { buildClock } from "../../analyzer/clock/model.ts";
import type { ClockRun } from "../../analyzer/clock/run.ts";
import { inYear, yearOf } from "../../analyzer/clock/year.ts";
import { namedZone } from "../../analyzer/clock/zone.ts";
import { DAY, HOUR, SECOND } from "../../analyzer/model/time.ts";

const utc = (text: string): number => Date.parse(`${text}Z`) * 1000;
const yearless = (text: string): number => utc(`1972-${text}`);

function run(clock: ClockRun["clock"], first: number, last: number, nth = 0): ClockRun {
  return {
    artifact: 1,
    section: 1,
    process: null,
    path: "a.log",
    source: null,
    boot: null,
    firstMonotonic: null,
    lastMonotonic: null,
    firstEvent: nth * 10 + 1,
    lastEvent: nth * 10 + 10,
    clock,
    firstStated: first,
    lastStated: last,
  };
}

function clockOf(runs: ClockRun[], input: Partial<ClockInput> = {}) {
  const empty: ClockInput = {
    runs,
    clocks: [],
    probes: [],
    moments: [],
    zoneNames: [],
    collectedAt: null,
    timezone: null,
    year: null,
    foreignBoots: 0,
    reading: null,
    listed: new Map(),
    clockLines: [],
    shutdowns: new Set(),
    linesUntil: () => [],
    linesFrom: () => [],
    eventAt: () => null,
    pauseIn: () => null,
    notBefore: [],
    stamp: null,
    saysClockLost: false,
  };
  return buildClock({ ...empty, ...input });
}

const collected = { time: utc("2017-11-05T06:08:00"), basis: "manifest", given: false };

describe("years", () => {
  test("the latest that does not lie after the collection", () => {
    const anchors = { year: null, collectedAt: utc("2018-01-02T00:00:00"), seen: null };
    expect(yearOf(yearless("12-31T23:59:59"), anchors)).toBe(2017);
    expect(yearOf(yearless("01-01T00:00:01"), anchors)).toBe(2018);
  });

  test("without a collection time the one nearest to full dates of other sources", () => {
    const seen: [number, number] = [utc("2017-10-23T01:00:00"), utc("2017-10-23T04:00:00")];
    expect(yearOf(yearless("11-05T06:00:00"), { year: null, collectedAt: null, seen })).toBe(2017);
    expect(yearOf(yearless("01-05T06:00:00"), { year: null, collectedAt: null, seen })).toBe(2018);
    expect(yearOf(yearless("11-05T06:00:00"), { year: null, collectedAt: null, seen: null })).toBeNull();
  });

  test("a full date that a program writes beside a header without a year tells it, before those of other sources", () => {
    const journal = run("local-no-year", yearless("02-10T18:41:07"), yearless("02-10T18:41:18"));
    const other = run("utc", utc("2019-05-01T00:00:00"), utc("2019-05-01T01:00:00"), 1);
    const dates: [number, number] = [utc("2024-02-10T17:41:08"), utc("2024-02-10T17:41:13")];
    const probe = { offset: HOUR, base: null, count: 2, process: null, pids: [], writer: "host" as const, dates };
    const clock = clockOf([journal, other], { probes: [probe] });
    expect(clock.yearBasis).toBe("inferred: nearest to the full dates in other lines (2024-02-10 to 2024-02-10)");
    expect(clock.placements[0]?.offset).toBe(utc("2024-02-10T17:41:07") - yearless("02-10T18:41:07"));
  });

  test("so does the end of the journal in journalctl's own header", () => {
    const journal = run("local-no-year", yearless("07-01T21:14:22"), yearless("07-01T21:14:32"));
    const clock = clockOf([journal], { journalEnds: [utc("2022-07-01T21:15:00")] });
    expect(clock.yearBasis).toBe("inferred: nearest to the full dates in other lines (2022-07-01 to 2022-07-01)");
  });

  test("the date stays the same in leap and common years", () => {
    expect(inYear(yearless("03-01T10:00:00"), 2017)).toBe(utc("2017-03-01T10:00:00"));
    expect(inYear(yearless("02-28T10:00:00"), 2016)).toBe(utc("2016-02-28T10:00:00"));
    expect(inYear(yearless("03-01T10:00:00"), 2016)).toBe(utc("2016-03-01T10:00:00"));
  });

  test("a log that runs over New Year keeps its order", () => {
    const runs = [
      run("local-no-year", yearless("12-31T23:00:00"), yearless("12-31T23:59:00")),
      run("local-no-year", yearless("01-01T00:00:30"), yearless("01-01T01:00:00"), 1),
    ];
    const { placements } = clockOf(runs, {
      collectedAt: { time: utc("2018-06-01T00:00:00"), basis: "", given: false },
    });
    const starts = placements.map((placement, index) => placement.offset + (runs[index]?.firstStated ?? 0));
    expect(starts).toEqual([utc("2017-12-31T23:00:00"), utc("2018-01-01T00:00:30")]);
  });
});

describe("zones", () => {
  test("unknown: UTC is assumed, and the bounds say how far off that may be", () => {
    const runs = [run("local-no-year", yearless("11-05T06:00:00"), yearless("11-05T06:07:57"))];
    const { zone, placements } = clockOf(runs, { collectedAt: collected });
    expect(zone.assumed).toBe(true);
    // The last line is as late as the collection itself, so the zone cannot lie west of UTC.
    expect(zone.least).toBe(0);
    expect(placements[0]).toMatchObject({ basis: "zone-assumed", before: 14 * HOUR, after: 0 });
  });

  test("measured from lines that carry both times", () => {
    const { zone } = clockOf([], {
      probes: [{ offset: 2 * HOUR, count: 7, process: null, base: null, pids: [], writer: "host" }],
    });
    expect(zone).toMatchObject({ name: "UTC+02:00", assumed: false });
  });

  test("a repeated hour is an interval", () => {
    const zone = namedZone("Europe/Madrid", "test");
    expect(zone.offsetAt(utc("2017-07-01T12:00:00")).offset).toBe(2 * HOUR);
    expect(zone.offsetAt(utc("2017-12-01T12:00:00")).offset).toBe(HOUR);
    expect(zone.offsetAt(utc("2017-10-29T02:30:00"))).toMatchObject({ least: HOUR, most: 2 * HOUR });
  });

  test("a run over a clock change is placed in two segments", () => {
    const runs = [run("local", utc("2017-10-28T00:00:00"), utc("2017-10-30T00:00:00"))];
    const { placements } = clockOf(runs, {
      timezone: { name: "Europe/Madrid", basis: "given" },
      eventAt: () => ({ event: 5, stated: utc("2017-10-29T12:00:00"), before: utc("2017-10-28T20:00:00") }),
    });
    expect(placements.map(({ offset }) => offset)).toEqual([-2 * HOUR, -HOUR]);
  });
});

test("an hour that is repeated, and written twice, is told by the order of the lines", () => {
  const runs = [
    run("local", utc("2017-10-29T02:05:00"), utc("2017-10-29T02:55:00")),
    run("local", utc("2017-10-29T02:01:00"), utc("2017-10-29T02:59:00"), 1),
  ];
  const { placements, notes } = clockOf(runs, { timezone: { name: "Europe/Madrid", basis: "given" } });
  expect(placements.map(({ offset, before, after }) => [offset, before, after])).toEqual([
    [-2 * HOUR, 0, 0],
    [-HOUR, 0, 0],
  ]);
  expect(notes.join(" ")).not.toContain("repeats");
});

test("an hour that is repeated, and written once, has two readings", () => {
  const runs = [run("local", utc("2017-10-29T02:05:00"), utc("2017-10-29T02:55:00"))];
  const { placements, notes } = clockOf(runs, { timezone: { name: "Europe/Madrid", basis: "given" } });
  expect(placements).toMatchObject([{ offset: -2 * HOUR, before: 0, after: HOUR, basis: "zone-assumed" }]);
  expect(notes.join(" ")).toContain("the hour that a clock change repeats");
});

test("boots that only text tells of are told as well, without a check of their clock", () => {
  const boot = "b".repeat(32);
  const runs = [{ ...run("utc", utc("2026-03-02T05:41:49"), utc("2026-03-02T05:45:05")), boot }];
  const { boots } = clockOf(runs);
  expect(boots).toMatchObject([{ id: boot, first: { best: utc("2026-03-02T05:41:49") }, offset: 0 }]);
  expect(boots[0]?.basis).toContain("without seconds since the boot");
});

describe("a collector that was stamped", () => {
  const stamp = utc("2026-06-01T12:00:00");

  test("puts the collection of a node that is behind after its stamp", () => {
    const { collectedAt, collectedBasis, notes } = clockOf([], { collectedAt: collected, stamp });
    expect(collectedAt).toMatchObject({ lo: stamp, hi: stamp + DAY, basis: "clock-corrected" });
    expect(collectedBasis).toContain("behind");
    expect(notes[0]).toMatch(/at least \d+ min behind/);
  });

  test("changes nothing where the node's clock agrees", () => {
    const agreed = { time: stamp + 20 * SECOND, basis: "manifest", given: false };
    const { collectedAt, notes } = clockOf([], { collectedAt: agreed, stamp });
    expect(collectedAt).toMatchObject({ lo: stamp + 20 * SECOND, basis: "exact" });
    expect(notes[0]).toContain("at most 20 s ahead");
  });
});

describe("a clock that is not set", () => {
  test("lies between its neighbours, whatever it says", () => {
    const runs = [
      run("utc", utc("2026-03-02T05:41:49"), utc("2026-03-02T05:45:05")),
      run("utc", utc("2026-04-27T19:49:03"), utc("2026-04-27T19:49:36"), 1),
      run("utc", utc("2026-03-02T11:46:06"), utc("2026-03-02T11:49:56"), 2),
    ];
    const { placements, notes } = clockOf(runs, {
      collectedAt: { time: utc("2026-03-02T11:50:00"), basis: "", given: false },
    });
    expect(placements[1]).toMatchObject({
      basis: "order-only",
      lo: utc("2026-03-02T05:45:05"),
      hi: utc("2026-03-02T11:46:06"),
    });
    expect(notes.join(" ")).toContain("clock was not set");
  });

  test("in 1970 as well", () => {
    const runs = [
      run("utc", 33 * SECOND, 60 * SECOND),
      run("utc", utc("2026-03-02T11:46:06"), utc("2026-03-02T11:49:56"), 1),
    ];
    const { placements } = clockOf(runs);
    expect(placements[0]?.basis).toBe("order-only");
    expect(placements[0]?.hi).toBe(utc("2026-03-02T11:46:06"));
  });

  test("without years it is told by beginning twice at the same time", () => {
    const runs = [
      run("local-no-year", yearless("04-27T19:49:10"), yearless("04-27T19:49:30")),
      run("local-no-year", yearless("03-02T05:41:56"), yearless("03-02T05:44:51"), 1),
      run("local-no-year", yearless("04-27T19:49:12"), yearless("04-27T19:49:12"), 2),
      run("local-no-year", yearless("03-02T11:46:09"), yearless("03-02T11:49:51"), 3),
    ];
    const { placements } = clockOf(runs, {
      collectedAt: { time: utc("2026-03-02T11:50:00"), basis: "", given: false },
    });
    expect(placements.map(({ basis }) => basis)).toEqual(["order-only", "zone-assumed", "order-only", "zone-assumed"]);
    expect((placements[1]?.offset ?? 0) + yearless("03-02T05:41:56")).toBe(utc("2026-03-02T05:41:56"));
  });
});

test("the kernel's seconds since boot are placed by uptime and date", () => {
  const uptime = {
    reading: "uptime" as const,
    time: null,
    seconds: 172.01,
    zone: null,
    bootId: null,
    synchronized: null,
  };
  const runs = [run("monotonic", 0, 170 * SECOND)];
  const { placements } = clockOf(runs, { clocks: [uptime], collectedAt: collected });
  expect(placements[0]?.offset).toBe(collected.time - 172.01 * SECOND);
  expect(placements[0]?.basis).toBe("clock-corrected");
});

test("nothing is placed more than a day after the collection", () => {
  const { placements } = clockOf([run("utc", collected.time + 2 * DAY, collected.time + 2 * DAY)], {
    collectedAt: collected,
  });
  expect(placements).toEqual([]);
});

test("an age was seen at any moment of the collection, which lasts until the last that was logged", () => {
  const runs = [run("utc", collected.time - DAY, collected.time + 100 * SECOND)];
  const { placeAge } = clockOf(runs, { collectedAt: collected });
  expect(placeAge("2 minutes ago")).toMatchObject({
    lo: collected.time - 180 * SECOND,
    hi: collected.time + 100 * SECOND - 120 * SECOND,
  });
  const alone = clockOf([run("utc", collected.time - DAY, collected.time - 5 * SECOND)], { collectedAt: collected });
  expect(alone.placeAge("2 minutes ago")?.hi).toBe(collected.time + SECOND - 120 * SECOND);
  const later = clockOf([run("utc", collected.time, collected.time + 5 * HOUR)], { collectedAt: collected });
  expect(later.placeAge("2 minutes ago")?.hi).toBe(collected.time + SECOND - 120 * SECOND);
});

test("the reading of the clock at the end tells how long collecting took", () => {
  const time = { stated: collected.time + 39 * SECOND, clock: "utc" as const, precision: SECOND };
  const end = { reading: "end" as const, time, seconds: null, zone: null, bootId: null, synchronized: null };
  const { placeAge } = clockOf([], { collectedAt: collected, clocks: [end] });
  expect(placeAge("10 seconds ago")?.hi).toBe(collected.time + 30 * SECOND);
});
