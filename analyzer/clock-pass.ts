/** The second pass over a filled store: builds the clock model and writes every placement. */
import type { Database } from "better-sqlite3";
import type { NotBefore } from "./clock/boot-trust.ts";
import type { Reading } from "./clock/boots.ts";
import type { ClockModel } from "./clock/model.ts";
import type { EventLookup } from "./clock/parts.ts";
import type { ClockRun } from "./clock/run.ts";
import { describeLate } from "./clock/describe.ts";
import { buildClock } from "./clock/model.ts";
import { containerMoments } from "./container-moments.ts";
import type { BundleManifest } from "./bundle/manifest.ts";
import type { AnalysisOptions } from "./model/analysis.ts";
import type { Instant, Micros, TimeReading } from "./model/time.ts";
import { FIRST_SENSIBLE, HOUR, SECOND } from "./model/time.ts";
import { parseIso } from "./sources/_time.ts";
import { clockLines, linesFrom, linesUntil, saysClockLost, shutdownLines } from "./store/clock-queries.ts";
import type { RunRow } from "./store/queries.ts";
import { allRuns, eventById, factsOf, matchesOf } from "./store/queries.ts";
import { writtenTime } from "./store/written-time.ts";

/** Collecting takes minutes; the state that it reads is of the time before it ended. */
const LATE = HOUR;
/** Events before and after a border in which the cause of a step is looked for. */
const BORDER = 40;

/** Builds the clock model of the store, and places all runs and all times inside of facts. */
export function placeTimes(database: Database, manifest: BundleManifest | null, options: AnalysisOptions): ClockModel {
  const probes = factsOf(database, "zone-probe").map(({ value }) => value);
  const all = allRuns(database);
  const bootOf = createBootLookup(all);
  const foreign = foreignBoots(database, all);
  // What another machine wrote is no boot of the node, and its clock was another one.
  const runs = all.map((run) => (foreign.has(run.boot ?? "") ? { ...run, boot: null, foreign: true } : run));
  const model = buildClock({
    runs,
    listed: new Map(factsOf(database, "boot").map(({ value }) => [value.id, value.index])),
    linesUntil: (lastEvent) => linesUntil(database, lastEvent, BORDER),
    linesFrom: (firstEvent) => linesFrom(database, firstEvent, BORDER),
    clockLines: clockLines(database).flatMap((line) => {
      const at = bootOf(line);
      return at ? [{ ...at, line }] : [];
    }),
    zoneNames: factsOf(database, "zone-name").map(({ value }) => value.name),
    moments: containerMoments(database, createRunLookup(runs)),
    notBefore: certificateBounds(database, bootOf),
    shutdowns: new Set(shutdownLines(database).flatMap((line) => bootOf(line)?.boot ?? [])),
    saysClockLost: saysClockLost(database),
    clocks: factsOf(database, "clock").map(({ value }) => value),
    probes,
    collectedAt: collectionTime(manifest, options),
    stamp: manifest?.laptopClock ? (parseIso(manifest.laptopClock)?.time.stated ?? null) : null,
    reading: readingOf(manifest),
    timezone: timezone(manifest, options),
    year: options.year,
    journalEnds: factsOf(database, "journal-end").map(({ value }) => value.at),
    foreignBoots: foreign.size,
    eventAt: createEventLookup(database),
    pauseIn: createPauseLookup(database),
  });
  database.transaction(() => {
    writePlacements(database, model);
    const late = writeFactTimes(database, model);
    if (late > 0) model.notes.push(describeLate(late));
  })();
  return model;
}

/** Boots of other machines. The node is the one that ran at the collection, else the one whose journal says the most. */
function foreignBoots(database: Database, runs: RunRow[]): Set<string> {
  const machines = new Map(
    factsOf(database, "boot").flatMap(({ value: { id, machine } }) => (machine ? [[id, machine]] : [])),
  );
  const events = new Map<string, number>();
  for (const { boot, firstEvent, lastEvent } of runs) {
    const machine = machines.get(boot ?? "");
    if (machine) events.set(machine, (events.get(machine) ?? 0) + lastEvent - firstEvent + 1);
  }
  const running = factsOf(database, "clock").find(({ value }) => value.reading === "collection")?.value.bootId;
  const most = [...events].toSorted(([, a], [, b]) => b - a)[0]?.[0];
  const own = machines.get(running ?? "") ?? most;
  return new Set([...machines].flatMap(([boot, machine]) => (machine === own ? [] : [boot])));
}

function createEventLookup(database: Database): EventLookup {
  const first = database.prepare(
    "SELECT id, stated FROM event WHERE id BETWEEN ? AND ? AND stated >= ? ORDER BY id LIMIT 1",
  );
  const previous = database
    .prepare("SELECT stated FROM event WHERE id BETWEEN ? AND ? AND stated IS NOT NULL ORDER BY id DESC LIMIT 1")
    .pluck();
  return ({ firstEvent, lastEvent }, stated) => {
    const found = first.get(firstEvent, lastEvent, stated) as { id: number; stated: number } | undefined;
    if (!found) return null;
    const before = previous.get(firstEvent, found.id - 1) as number | undefined;
    return { event: found.id, stated: found.stated, before: before ?? found.stated };
  };
}

function createPauseLookup(database: Database): (run: ClockRun, least: Micros) => Micros | null {
  const last = database
    .prepare(
      `SELECT stated FROM (SELECT id, stated, stated - lag(stated) OVER (ORDER BY id) AS pause
         FROM event WHERE id BETWEEN ? AND ? AND stated IS NOT NULL)
       WHERE pause >= ? ORDER BY id DESC LIMIT 1`,
    )
    .pluck();
  return ({ firstEvent, lastEvent }, least) => (last.get(firstEvent, lastEvent, least) as number | undefined) ?? null;
}

/** The boot in which an event was written, and µs since it, for events whose run carries both. */
function createBootLookup(
  runs: RunRow[],
): (line: { event: number; stated: number | null }) => { boot: string; monotonic: number } | null {
  const runOf = createRunLookup(runs);
  return ({ event, stated }) => {
    const run = runOf(event);
    if (!run || run.boot === null || run.firstMonotonic === null || run.firstStated === null) return null;
    return { boot: run.boot, monotonic: (stated ?? run.firstStated) - run.firstStated + run.firstMonotonic };
  };
}

function createRunLookup(runs: RunRow[]): (event: number) => RunRow | undefined {
  return (event) => {
    let [low, high] = [0, runs.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((runs[middle]?.firstEvent ?? 0) <= event) low = middle;
      else high = middle;
    }
    return runs[low];
  };
}

/** `current time X is before Y`: a certificate that begins at Y had been made, whatever the clock said. */
function certificateBounds(database: Database, bootOf: ReturnType<typeof createBootLookup>): NotBefore[] {
  return matchesOf(database, "x509-time").flatMap(({ captures, firstEvent }) => {
    const bound = captures["relation"] === "before" ? parseIso(captures["bound"] ?? "") : null;
    const { stated } = eventById(database, firstEvent);
    const at = bound ? bootOf({ event: firstEvent, stated }) : null;
    return at && bound ? [{ ...at, time: bound.time.stated, sure: false }] : [];
  });
}

/** The clocks as the collector noted them at its start. */
function readingOf(manifest: BundleManifest | null): Reading | null {
  const { uptime = null, bootId = null, wall = null } = manifest?.start ?? {};
  const boot = bootId?.replaceAll("-", "").toLowerCase() ?? "";
  if (uptime === null || !/^[0-9a-f]{32}$/.test(boot)) return null;
  const time = parseIso(wall ?? "")?.time;
  return { boot, uptime: Math.round(uptime * SECOND), stated: time?.clock === "utc" ? time.stated : null };
}

function collectionTime(
  manifest: BundleManifest | null,
  options: AnalysisOptions,
): { time: number; basis: string; given: boolean } | null {
  if (options.collectedAt !== null) {
    return { time: options.collectedAt, basis: "given on the command line", given: true };
  }
  const stated = manifest?.collectedAt ? parseIso(manifest.collectedAt) : null;
  return stated
    ? { time: stated.time.stated, basis: "the bundle's manifest, by the node's own clock", given: false }
    : null;
}

function timezone(manifest: BundleManifest | null, options: AnalysisOptions): { name: string; basis: string } | null {
  if (options.timezone !== null) return { name: options.timezone, basis: "given on the command line" };
  const zone = manifest?.zone;
  return zone && isZone(zone) ? { name: zone, basis: "the bundle's manifest names it" } : null;
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function writePlacements(database: Database, model: ClockModel): void {
  const insert = database.prepare("INSERT OR REPLACE INTO placement VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  for (const { firstEvent, lastEvent, offset, before, after, basis, lo, hi } of model.placements) {
    insert.run(firstEvent, lastEvent, offset, before, after, basis, lo, hi);
  }
}

function isReading(value: unknown): value is TimeReading {
  return typeof value === "object" && value !== null && "stated" in value && "clock" in value;
}

/**
 * ISO texts as runtimes write them, ages as `docker ps` prints them, and TimeReadings, wherever a fact holds one. Returns
 * how many of them lie after the collection, which only another clock than the node's can have said: they get no place.
 */
function writeFactTimes(database: Database, model: ClockModel): number {
  const insert = database.prepare("INSERT OR REPLACE INTO fact_time VALUES (?, ?, ?, ?, ?, ?, ?)");
  const latest = model.collectedAt === null ? Infinity : model.collectedAt.hi + LATE;
  let late = 0;
  const write = (fact: number, field: string, at: Instant | null, stated: string | null, ofClock = false): void => {
    if (at && at.lo > latest && latest > FIRST_SENSIBLE && !ofClock) return void late++;
    if (at && Number.isSafeInteger(at.lo) && Number.isSafeInteger(at.hi))
      insert.run(fact, field, at.lo, at.hi, at.best, at.basis, stated);
  };
  for (const { id, value } of factsOf(database, "container")) {
    for (const field of ["created", "startedAt", "finishedAt"] as const) {
      const time = value[field] === null ? null : parseIso(value[field])?.time;
      if (time && time.stated > 0) write(id, field, model.place(time), writtenTime(time));
    }
    for (const field of ["createdAge", "stateAge"] as const) {
      const age = value[field]?.trim().replaceAll(/\s+/g, " ") ?? null;
      if (age !== null) write(id, field, model.placeAge(age), age.endsWith(" ago") ? age : `${age} ago`);
    }
  }
  for (const kind of ["directory-entry", "ext4", "clock", "unit", "boot"] as const) {
    const stated = kind === "clock" || kind === "boot" ? model.placeStated : model.place;
    const placeFact = kind === "directory-entry" ? model.placeFile : stated;
    for (const { id, value } of factsOf(database, kind)) {
      for (const [field, time] of Object.entries(value)) {
        if (isReading(time)) write(id, field, placeFact(time), writtenTime(time), stated === model.placeStated);
      }
    }
  }
  return late;
}
