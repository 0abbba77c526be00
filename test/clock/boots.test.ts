/** Boots: their steps, their order by evidence, and intervals where no time came. */
import { describe, expect, test } from "vitest";
import type { OrderedBoot } from "../../analyzer/clock/boot-order.ts";
import { orderBoots } from "../../analyzer/clock/boot-order.ts";
import { readMark } from "../../analyzer/clock/marks.ts";
import type { ClockInput } from "../../analyzer/clock/model.ts";
import { buildClock } from "../../analyzer/clock/model.ts";
import type { ClockRun } from "../../analyzer/clock/run.ts";
import { MINUTE, SECOND } from "../../analyzer/model/time.ts";

const utc = (text: string): number => Date.parse(`${text}Z`) * 1000;
const id = (digit: string): string => digit.repeat(32);
let events = 0;
let lines = 1;

/** A run of boot `boot` from `first` to `last` seconds since it, when the wall clock claims `wall` for second 0. */
function run(boot: string, wall: string, first: number, last: number, more: Partial<ClockRun> = {}): ClockRun {
  events += 10;
  return {
    artifact: 1,
    section: 1,
    process: null,
    path: "journal",
    source: "journal-file",
    firstEvent: events,
    lastEvent: events + 9,
    clock: "utc",
    boot: id(boot),
    firstMonotonic: first * SECOND,
    lastMonotonic: last * SECOND,
    firstStated: utc(wall) + first * SECOND,
    lastStated: utc(wall) + last * SECOND,
    ...more,
  };
}

function clockOf(runs: ClockRun[], input: Partial<ClockInput> = {}) {
  return buildClock({
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
    ...input,
  });
}

const line = (text: string, origin = "systemd-timesyncd") => ({ event: lines++, origin, text, stated: null });
const RESTORED = line("System clock time unset or jumped backwards, restored from recorded timestamp: Mon 2024-03-04");

describe("one boot", () => {
  test("what was written before a step is moved by it, and exactly as far", () => {
    const { placements, boots, steps } = clockOf([
      run("a", "2024-03-04T10:00:00", 5, 30),
      run("a", "2024-03-04T16:00:00", 31, 300),
    ]);
    expect(placements[0]).toMatchObject({ offset: 6 * 60 * MINUTE, basis: "clock-corrected" });
    expect(placements[0]?.before).toBeLessThan(SECOND);
    expect(placements[1]).toMatchObject({ offset: 0, before: 0, after: 0, basis: "exact" });
    expect(steps).toMatchObject([{ delta: 6 * 60 * MINUTE, bootId: id("a") }]);
    expect(steps[0]?.at).toMatchObject({ lo: utc("2024-03-04T16:00:30"), best: utc("2024-03-04T16:00:31") });
    expect(boots[0]?.first?.best).toBe(utc("2024-03-04T16:00:05"));
  });

  test("a person's step after a time server's does not make the server wrong", () => {
    const runs = [
      run("a", "2024-03-04T10:00:00", 5, 30),
      run("a", "2024-03-04T16:00:00", 31, 300),
      run("a", "2024-03-04T12:00:00", 301, 400),
    ];
    const texts = [
      "Initial clock synchronization to Mon 2024-03-04 16:00:31 UTC.",
      "pi : COMMAND=/usr/bin/date -s 12:05",
    ];
    const { placements } = clockOf(runs, {
      linesFrom: (event) =>
        runs.slice(1).flatMap((own, at) => (own.firstEvent === event ? [line(texts[at] ?? "")] : [])),
    });
    expect(placements.map(({ offset }) => offset / 60 / MINUTE)).toEqual([6, 0, 4]);
  });

  test("a suspend is no step: the monotonic clock stood still, and the wall clock was right before it", () => {
    const runs = [run("a", "2024-03-04T10:00:00", 5, 30), run("a", "2024-03-04T16:00:00", 31, 300)];
    const { placements, steps } = clockOf(runs, { linesFrom: () => [line("PM: suspend exit", "kernel")] });
    expect(placements.map(({ offset }) => offset)).toEqual([0, 0]);
    expect(steps).toEqual([]);
  });

  test("a person's watch is off by minutes, and where the clock before it was as good either may be right", () => {
    const runs = [run("a", "2024-03-04T10:00:00", 5, 30), run("a", "2024-03-04T16:00:00", 31, 300)];
    const byHand = line("pi : COMMAND=/usr/bin/date -s 16:00", "sudo");
    const { boots, placements } = clockOf(runs, { linesFrom: () => [byHand] });
    expect(placements[1]).toMatchObject({ offset: 0, basis: "order-only" });
    expect(placements[1]?.before).toBeGreaterThan(6 * 60 * MINUTE);
    expect(placements[1]?.after).toBeLessThan(3 * MINUTE);
    expect(boots[0]?.basis).toContain("A person set it");
    const restored = clockOf(runs, {
      linesFrom: () => [byHand],
      clockLines: [{ boot: id("a"), monotonic: 6 * SECOND, line: RESTORED }],
    });
    expect(restored.placements[1]).toMatchObject({ offset: 0, basis: "clock-corrected" });
    expect(restored.placements[1]?.before).toBeLessThan(3 * MINUTE);
  });

  test("a saved time is as late as the clock was ahead that had saved it, also where only by minutes and twice removed", () => {
    const runs = [
      run("a", "2024-03-04T10:00:00", 5, 30),
      run("a", "2024-03-04T16:00:00", 31, 300),
      run("a", "2024-03-04T16:03:20", 301, 600),
      run("b", "2024-03-04T16:13:25", 2, 900),
      run("c", "2024-03-04T16:28:30", 2, 100),
    ];
    const { boots } = clockOf(runs, {
      linesFrom: (event) => {
        if (event === runs[1]?.firstEvent)
          return [line("Initial clock synchronization to Mon 2024-03-04 16:00:31 UTC.")];
        return event === runs[2]?.firstEvent ? [line("pi : COMMAND=/usr/bin/date -s 16:08", "sudo")] : [];
      },
      clockLines: ["b", "c"].map((boot) => ({ boot: id(boot), monotonic: 3 * SECOND, line: RESTORED })),
    });
    expect(boots[1]?.first?.lo).toBeLessThanOrEqual(utc("2024-03-04T16:10:10"));
    expect(boots[1]?.first?.lo).toBeGreaterThan(utc("2024-03-04T16:09:00"));
    expect(boots[2]?.first?.lo).toBeLessThanOrEqual(utc("2024-03-04T16:25:15"));
    expect(boots[2]?.first?.lo).toBeGreaterThan(utc("2024-03-04T16:24:00"));
  });

  test("in the hour that a clock change repeats, the reading at which no boot ran is none", () => {
    const local = (first: string, last: string): ClockRun =>
      run("b", first, 0, 0, {
        artifact: 2,
        path: "syslog",
        clock: "local-no-year",
        boot: null,
        firstMonotonic: null,
        lastMonotonic: null,
        lastStated: utc(last),
      });
    const runs = [
      run("a", "2024-10-26T20:00:00", 5, 300),
      run("b", "2024-10-27T01:22:00", 5, 900),
      local("1972-10-27T02:22:10", "1972-10-27T02:26:00"),
      // Set back by some minutes, not by the hour of the change.
      local("1972-10-27T02:24:00", "1972-10-27T02:30:00"),
    ];
    const { placements } = clockOf(runs, {
      timezone: { name: "Europe/Madrid", basis: "test" },
      collectedAt: { time: utc("2024-10-29T00:00:00"), basis: "test", given: true },
    });
    const own = placements.filter(({ firstEvent }) => firstEvent >= (runs[2]?.firstEvent ?? 0));
    const first = (runs[2]?.firstStated ?? 0) + (own[0]?.offset ?? 0);
    expect(first).toBe(utc("2024-10-27T01:22:10"));
    expect(own.map(({ before, after }) => [before, after])).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  test("a person's command that is near two steps is the cause of the one after it", () => {
    const runs = [
      run("a", "2023-11-01T10:00:00", 5, 30),
      run("a", "2024-03-04T16:00:00", 50, 50),
      run("a", "2024-03-04T20:00:00", 51, 300),
    ];
    const command = { ...line("pi : COMMAND=/usr/bin/date -s 20:01", "sudo"), stated: utc("2024-03-04T16:00:50") };
    const { steps, placements } = clockOf(runs, {
      linesFrom: (event) => (event === runs[1]?.firstEvent ? [command] : []),
      linesUntil: (event) => (event === runs[1]?.lastEvent ? [command] : []),
      clockLines: [{ boot: id("a"), monotonic: 6 * SECOND, line: RESTORED }],
    });
    expect(steps.map(({ cause }) => cause)).toEqual(["no line says what set it", "set by a person, with `date`"]);
    expect(placements[1]).toMatchObject({ offset: 0, basis: "exact" });
  });

  test("what set the clock is told by the end of one file, and the next one begins with the time that was set", () => {
    const runs = [
      run("a", "2024-03-04T16:00:00", 31, 300, { path: "journal/system.journal" }),
      run("a", "2023-11-01T10:00:00", 5, 30, { path: "journal/system@1.journal", artifact: 2 }),
    ];
    const byHand = line("pi : COMMAND=/usr/bin/date -s 16:00", "sudo");
    const { boots, steps } = clockOf(runs, {
      linesUntil: (event) => (event === runs[1]?.lastEvent ? [byHand] : []),
      clockLines: [{ boot: id("a"), monotonic: 6 * SECOND, line: RESTORED }],
    });
    expect(steps[0]?.cause).toBe("set by a person, with `date`");
    expect(boots[0]?.basis).toContain("A person set it");
  });

  test("a time server that was heard goes before the person who moved the clock later, though it needed no step", () => {
    const runs = [run("a", "2024-03-04T10:00:00", 5, 300), run("a", "2024-03-04T16:00:00", 301, 400)];
    const byHand = line("pi : COMMAND=/usr/bin/date -s 16:05", "sudo");
    const heard = line("Contacted time server 192.0.2.1:123 (2.debian.pool.ntp.org).", "systemd-timesyncd");
    const at = (monotonic: number): ReturnType<typeof clockOf>["placements"] =>
      clockOf(runs, {
        linesFrom: () => [byHand],
        clockLines: [{ boot: id("a"), monotonic: monotonic * SECOND, line: heard }],
      }).placements;
    expect(at(20)).toMatchObject([
      { offset: 0, basis: "exact" },
      { offset: -6 * 60 * MINUTE, basis: "clock-corrected" },
    ]);
    // Right before the step it may be what moved the clock.
    expect(at(290)[0]).not.toMatchObject({ basis: "exact" });
  });

  test("a kernel log of a machine that slept is cut there: its seconds stood still", () => {
    const runs = [
      run("a", "2024-03-04T10:00:00", 5, 30),
      run("a", "2024-03-04T16:00:00", 31, 300),
      run("a", "1970-01-01T00:00:00", 6, 290, { clock: "monotonic", boot: null, path: "dmesg", artifact: 2 }),
    ];
    const kernel = runs[2] ?? run("a", "1970-01-01T00:00:00", 0, 0);
    const { placements, boots } = clockOf(runs, {
      linesFrom: () => [line("PM: suspend exit", "kernel")],
      eventAt: (_, stated) =>
        stated > 100 * SECOND
          ? null
          : { event: kernel.firstEvent + (stated > 30.9 * SECOND ? 5 : 4), stated, before: stated },
    });
    const parts = placements.filter(({ firstEvent }) => firstEvent >= kernel.firstEvent);
    expect(parts.map(({ offset }) => offset)).toEqual([
      utc("2024-03-04T10:00:00"),
      utc("2024-03-04T16:00:00"),
      utc("2024-03-04T16:00:00"),
    ]);
    expect(parts[1]?.before).toBeGreaterThan(6 * 60 * MINUTE);
    expect(parts[2]?.before).toBeLessThan(SECOND);
    expect(boots[0]?.basis).toContain("The machine slept");
  });
});

describe("a boot to which no time came", () => {
  const runs = [
    run("a", "2024-03-04T16:00:00", 5, 300),
    run("b", "2024-03-04T16:04:00", 5, 600),
    run("c", "2024-03-04T16:04:00", 5, 30),
    run("c", "2024-03-05T08:00:00", 31, 300),
  ];
  const clockLines = [
    { boot: id("b"), monotonic: 6 * SECOND, line: RESTORED },
    { boot: id("c"), monotonic: 6 * SECOND, line: RESTORED },
  ];

  test("lies between its neighbours as an interval, whose events keep their distances", () => {
    const { placements, boots } = clockOf(runs, { clockLines });
    const b = placements.find(({ firstEvent }) => firstEvent === runs[1]?.firstEvent);
    const start = utc("2024-03-04T16:04:00") + (b?.offset ?? 0);
    expect(b?.basis).toBe("order-only");
    expect(Math.abs(start - (b?.before ?? 0) - utc("2024-03-04T16:05:00"))).toBeLessThan(SECOND);
    expect(Math.abs(start + (b?.after ?? 0) - utc("2024-03-05T07:50:00"))).toBeLessThan(SECOND);
    expect(boots.map(({ id: own }) => own)).toEqual([id("a"), id("b"), id("c")]);
    expect(boots[1]?.basis).toContain("no time server was heard");
  });

  test("is told by the other boots of a machine without a clock when it says nothing itself", () => {
    const { placements } = clockOf(runs, { clockLines: clockLines.slice(1) });
    expect(placements[1]?.basis).toBe("order-only");
  });

  test("is believed when its clock was near enough to need no step", () => {
    const selected = { boot: id("b"), monotonic: 60 * SECOND, line: line("Selected source 192.0.2.1", "chronyd") };
    const { placements } = clockOf(runs, { clockLines: [...clockLines, selected] });
    expect(placements[1]).toMatchObject({ offset: 0, basis: "exact" });
  });
});

describe("a certificate that was not valid yet", () => {
  const saved = {
    reading: "fake-hwclock" as const,
    time: null,
    seconds: null,
    zone: null,
    bootId: null,
    synchronized: null,
  };
  const notBefore = [{ boot: id("a"), monotonic: 100 * SECOND, time: utc("2024-05-01T00:00:00"), sure: false }];
  const runs = [run("a", "2024-03-04T16:00:00", 5, 300)];

  test("puts a machine without a clock after its beginning", () => {
    const { boots, placements } = clockOf(runs, { clocks: [saved], notBefore });
    expect(boots[0]?.first?.lo).toBeGreaterThan(utc("2024-04-30T23:58:00"));
    expect(placements[0]?.basis).toBe("order-only");
  });

  test("does not make the clock of a machine wrong that has one", () => {
    expect(clockOf(runs, { notBefore }).placements[0]).toMatchObject({ offset: 0, basis: "exact" });
  });
});

test("an error at 33 is a clock that was not set, not 1970", () => {
  const reading = { stated: 33 * SECOND, clock: "utc" as const, precision: SECOND };
  const collectedAt = { time: utc("2024-03-04T17:00:00"), basis: "manifest", given: false };
  const { place, placeFile } = clockOf([run("a", "2024-03-04T16:00:00", 5, 300)], { collectedAt });
  expect(place(reading)).toMatchObject({
    lo: utc("2010-01-01T00:00:00"),
    hi: utc("2024-03-04T17:00:01"),
    basis: "order-only",
  });
  expect(placeFile(reading)).toMatchObject({ best: 33 * SECOND, basis: "exact" });
});

test("an error at 33 lies in the boot whose clock said so", () => {
  const runs = [run("a", "1970-01-01T00:00:00", 5, 40), run("a", "2024-03-04T16:00:00", 41, 300)];
  const { place } = clockOf(runs);
  const at = place({ stated: 33 * SECOND, clock: "utc", precision: SECOND });
  expect(at?.basis).toBe("clock-corrected");
  expect(Math.abs((at?.best ?? 0) - utc("2024-03-04T16:00:33"))).toBeLessThan(SECOND);
});

describe("the order of boots", () => {
  const none = { runs: [], listed: new Map<string, number>(), collected: null };
  const boot = (own: string, more: Partial<OrderedBoot> = {}): OrderedBoot => {
    return { id: own, known: null, restoredTo: null, lastWall: 0, ...more };
  };
  const names = (boots: OrderedBoot[]): string => boots.map(({ id: own }) => own).join("");

  test("synchronized times order boots, and the one that was running is the last", () => {
    const boots = [
      boot("c"),
      boot("b", { known: { start: 500, end: 600 } }),
      boot("a", { known: { start: 0, end: 90 } }),
    ];
    expect(names(orderBoots(boots, { ...none, collected: "c" }))).toBe("abc");
  });

  test("files that count on are one sequence, whatever their wall times are", () => {
    const file = (name: string, own: string): ClockRun => run(own, "2024-03-04T16:00:00", 5, 300, { path: name });
    const row = `system@${id("1")}-`;
    const runs = [
      file("journal/system.journal", "c"),
      file(`journal/${row}0000000000000800-0006507668184800.journal`, "b"),
      file(`journal/${row}0000000000000001-000650766818ffff.journal`, "a"),
    ];
    expect(names(orderBoots([boot(id("c")), boot(id("b")), boot(id("a"))], { ...none, runs }))).toBe(
      id("a") + id("b") + id("c"),
    );
  });

  test("a boot that starts at a saved time follows the one that saved it", () => {
    const [saver, other] = [boot("s", { lastWall: 100 * MINUTE }), boot("o", { lastWall: 50 * MINUTE })];
    const started = boot("r", { restoredTo: 99 * MINUTE });
    expect(names(orderBoots([started, other, saver], none)).indexOf("r")).toBeGreaterThan(1);
  });

  test("what contradicts stronger evidence is left out", () => {
    const boots = [boot("b", { known: { start: 500, end: 600 } }), boot("a", { known: { start: 0, end: 90 } })];
    const listed = new Map([
      ["b", -1],
      ["a", 0],
    ]);
    expect(names(orderBoots(boots, { ...none, listed }))).toBe("ab");
  });
});

test.each([
  ["systemd-timesyncd", "Initial clock synchronization to Mon 2024-03-04 11:12:13.123456 UTC.", "synced"],
  ["chronyd", "System clock was stepped by 4211.235 seconds", "synced"],
  ["ntpd", "time reset +4211.235 s", "synced"],
  ["fake-hwclock", "Mon Mar  4 10:00:00 UTC 2024", "restored"],
  ["systemd", "System time before build time, advancing clock.", "restored"],
  ["sudo", "pi : TTY=pts/0 ; PWD=/home/pi ; USER=root ; COMMAND=/usr/bin/date -s 2024-03-04", "hand"],
  ["systemd", "RTC configured in localtime, applying delta of 60 minutes to system time.", "local-rtc"],
  ["kernel", "PM: suspend exit", "resumed"],
])("%s: %s", (origin, text, kind) => {
  expect(readMark({ origin, text })?.kind).toBe(kind);
});

test("other lines say nothing of the clock", () => {
  expect(readMark({ origin: "systemd", text: "Started Network Time Synchronization." })).toBeNull();
  expect(readMark({ origin: "fake-hwclock", text: "Current system time: 2026-04-27 19:48:58" })).toBeNull();
});
