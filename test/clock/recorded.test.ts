/**
 * Every event of recorded machines whose clock was wrong, against its true time. For a boot to which a time server came
 * that is what its own clock said after the step, less the seconds since boot; for one without, what its maker wrote down.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Database } from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { examine } from "../../analyzer/analyze.ts";
import { openBundle } from "../../analyzer/bundle/open.ts";
import type { IncidentReport } from "../../analyzer/model/report.ts";
import type { Micros } from "../../analyzer/model/time.ts";
import { MINUTE, SECOND } from "../../analyzer/model/time.ts";
import type { JournalEntry } from "../../analyzer/sources/_journal-types.ts";
import { createStore } from "../../analyzer/store/open.ts";
import { entriesOf } from "../journal/helpers.ts";

const captures = fileURLToPath(new URL("../../../shared/captures/pi-overlay2-broken", import.meta.url));
const there = existsSync(captures);
if (!there) console.log("captures not available: the intervals of their journals were not checked");

/** True time of second 0, not before and not after. */
interface Start {
  least: Micros;
  most: Micros;
}

interface Row {
  line: number;
  lo: Micros | null;
  hi: Micros | null;
  text: string;
}

interface Recorded {
  report: IncidentReport;
  database: Database;
  journals: Map<string, JournalEntry[]>;
  close(): void;
}

async function record(path: string): Promise<Recorded> {
  const database = await createStore("");
  const options = { timezone: null, year: null, collectedAt: null, rules: null, version: "test" };
  const { report } = await examine(
    () => openBundle([path]),
    database,
    options,
    () => undefined,
  );
  const journals = new Map<string, JournalEntry[]>();
  const bundle = await openBundle([path]);
  for await (const { path: name, chunks } of bundle.artifacts()) {
    if (!/\.journal~?$/.test(name)) continue;
    const parts: Buffer[] = [];
    for await (const part of chunks) parts.push(Buffer.from(part));
    journals.set(name, (await entriesOf(Buffer.concat(parts))).entries);
  }
  await bundle.close();
  return { report, database, journals, close: () => database.close() };
}

/** Second 0 of each boot whose clock came to the right time, by the last thing that it said. */
function startsOf({ journals }: Recorded, unset: Map<string, Start>): Map<string, Start> {
  const starts = new Map<string, Start>();
  const latest = new Map<string, Micros>();
  for (const { boot, monotonic, realtime } of [...journals.values()].flat()) {
    if (monotonic < (latest.get(boot) ?? 0)) continue;
    latest.set(boot, monotonic);
    // Drift before the step, and the delay between two readings.
    const error = 0.1 * SECOND;
    starts.set(boot, { least: realtime - monotonic - error, most: realtime - monotonic + error });
  }
  for (const [boot, start] of unset) starts.set(boot, start);
  return starts;
}

/** Entries that are placed where they cannot have been, as sentences. */
function outside(recorded: Recorded, starts: Map<string, Start>): { checked: number; wrong: string[] } {
  const select = recorded.database.prepare("SELECT line, lo, hi, text FROM timeline WHERE artifact = ? ORDER BY id");
  const wrong: string[] = [];
  let checked = 0;
  for (const [path, entries] of recorded.journals) {
    for (const { line, lo, hi, text } of select.all(path) as Row[]) {
      const entry = entries[line - 1];
      const start = entry && starts.get(entry.boot);
      if (!entry || !start) continue;
      checked += 1;
      const isInside =
        lo !== null && hi !== null && lo <= start.most + entry.monotonic && hi >= start.least + entry.monotonic;
      if (!isInside)
        wrong.push(
          `${path} ${line}: ${text.slice(0, 80)}, ${iso(lo)} to ${iso(hi)}, true ${iso(start.least + entry.monotonic)}`,
        );
    }
  }
  return { checked, wrong };
}

function iso(time: number | null): string {
  return time === null ? "nowhere" : new Date(time / 1000).toISOString();
}

/** Events that only the wall clock dated, and that lie in none of the boots. */
function outsideBoots(
  recorded: Recorded,
  starts: Map<string, Start>,
  patterns: string[],
): { checked: number; wrong: string[] } {
  const lengths = new Map<string, Micros>();
  for (const { boot, monotonic } of [...recorded.journals.values()].flat()) {
    lengths.set(boot, Math.max(lengths.get(boot) ?? 0, monotonic));
  }
  const spans = [...starts].map(
    ([boot, { least, most }]) => [least, most + (lengths.get(boot) ?? 0) + 10 * MINUTE] as const,
  );
  const wrong: string[] = [];
  let checked = 0;
  for (const pattern of patterns) {
    const rows = recorded.database
      .prepare("SELECT artifact, line, lo, hi, text FROM timeline WHERE artifact GLOB ? AND lo IS NOT NULL ORDER BY id")
      .all(pattern) as (Row & { artifact: string })[];
    for (const { artifact, line, lo, hi, text } of rows) {
      checked += 1;
      const isInside = spans.some(([from, to]) => (lo ?? 0) <= to && (hi ?? 0) >= from);
      if (!isInside) wrong.push(`${artifact} ${line}: ${text.slice(0, 80)}, ${iso(lo)} to ${iso(hi)}`);
    }
  }
  return { checked, wrong };
}

/** Events of text exports that were said in one boot only, as the binary journals tell, and are placed in another. */
function inOtherBoot(recorded: Recorded, starts: Map<string, Start>): { checked: number; wrong: string[] } {
  const select = recorded.database.prepare("SELECT line, lo, hi, text FROM timeline WHERE artifact = ? ORDER BY id");
  const bootsOf = new Map<string, Set<string>>();
  const lengths = new Map<string, Micros>();
  for (const [path, entries] of recorded.journals) {
    for (const { line, text } of select.all(path) as Row[]) {
      const entry = entries[line - 1];
      if (!entry) continue;
      bootsOf.set(text, (bootsOf.get(text) ?? new Set()).add(entry.boot));
      lengths.set(entry.boot, Math.max(lengths.get(entry.boot) ?? 0, entry.monotonic));
    }
  }
  const rows = recorded.database
    .prepare("SELECT artifact, line, lo, hi, text FROM timeline WHERE artifact GLOB 'journal/*.txt' AND lo IS NOT NULL")
    .all() as (Row & { artifact: string })[];
  const told = rows.flatMap((row) => {
    const [boot, ...others] = bootsOf.get(row.text) ?? [];
    return boot !== undefined && others.length === 0 ? [{ ...row, boot }] : [];
  });
  const wrong = told.flatMap(({ artifact, line, lo, hi, text, boot }) => {
    const { least, most } = starts.get(boot) ?? { least: -Infinity, most: Infinity };
    const isInside = (hi ?? 0) >= least && (lo ?? 0) <= most + (lengths.get(boot) ?? 0) + MINUTE;
    return isInside ? [] : [`${artifact} ${line}: ${text.slice(0, 80)}, ${iso(lo)} to ${iso(hi)}, of boot ${boot}`];
  });
  return { checked: told.length, wrong };
}

function utc(text: string): Micros {
  return Date.parse(text) * 1000;
}

describe("samples/no-rtc-clock-jump", () => {
  let recorded: Recorded;
  let starts: Map<string, Start>;
  beforeAll(async () => {
    recorded = await record("samples/no-rtc-clock-jump/k2.tar.gz");
    const third = recorded.report.clock.boots[2]?.id ?? "";
    const start = utc("2026-09-15T05:20:00Z");
    starts = startsOf(recorded, new Map([[third, { least: start, most: start + 10 * SECOND }]]));
  });
  afterAll(() => recorded.close());

  test("no entry of the journals is placed outside of its interval", () => {
    const { checked, wrong } = outside(recorded, starts);
    expect(checked).toBeGreaterThan(2000);
    expect(wrong).toEqual([]);
  });

  test("boots in the order of their true starts", () => {
    const order = recorded.report.clock.boots.map(({ id }) => starts.get(id)?.least ?? Number.NaN);
    expect(order).toHaveLength(4);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  test("no other event with a time lies outside of the boots", () => {
    const { checked, wrong } = outsideBoots(recorded, starts, ["kernel/*", "journal/*"]);
    expect(checked).toBeGreaterThan(2000);
    expect(wrong).toEqual([]);
  });
});

describe.skipIf(!there)("two boots that overlap, and begin after they end", () => {
  let recorded: Recorded;
  let starts: Map<string, Start>;
  beforeAll(async () => {
    recorded = await record(captures);
    starts = startsOf(recorded, new Map());
  });
  afterAll(() => recorded.close());

  test("no entry of the journals is placed outside of its interval", () => {
    const { checked, wrong } = outside(recorded, starts);
    expect(checked).toBeGreaterThan(3000);
    expect(wrong).toEqual([]);
  });

  test("boots in true order, each with its step to within a second", () => {
    const { boots, steps } = recorded.report.clock;
    expect(boots.map(({ id }) => id.slice(0, 8))).toEqual(["d7219834", "e68720e8"]);
    for (const { id } of boots) {
      const own = steps.filter(({ bootId }) => bootId === id);
      const last = own.at(-1);
      // The one step to the true time comes about 25 seconds after the start.
      const since = (last?.at ? utc(last.at.to) : 0) - (starts.get(id)?.least ?? 0);
      expect(since / SECOND, JSON.stringify(own)).toBeGreaterThan(15);
      expect(since / SECOND).toBeLessThan(60);
    }
  });

  test("lines of text exports lie in the boot that said them", () => {
    const { checked, wrong } = inOtherBoot(recorded, starts);
    expect(checked).toBeGreaterThan(1000);
    expect(wrong).toEqual([]);
  });

  test("no other event with a time lies outside of the boots", () => {
    const { checked, wrong } = outsideBoots(recorded, starts, ["journal/*", "pods/*", "docker/*", "kube/*", "dmesg*"]);
    expect(checked).toBeGreaterThan(3000);
    expect(wrong).toEqual([]);
  });
});
