import type { ClockFact } from "../model/fact.ts";
import type { Instant, Micros, Placement, TimeReading } from "../model/time.ts";
import { FIRST_SENSIBLE, SECOND } from "../model/time.ts";
import type { ClockBoot, ClockStep } from "../model/analysis.ts";
import { instantOfAge } from "./age.ts";
import type { BootInput, Boots, KernelStart } from "./boots.ts";
import { findBoots, kernelStarts, saysNoTime } from "./boots.ts";
import { correctedCollection, lookedAt, notBeforeStamp, signsOfCollection } from "./collection.ts";
import {
  describeBoots,
  describeForeign,
  describeOrder,
  describeStamp,
  describeSteps,
  withUnmeasured,
} from "./describe.ts";
import type { ClockRun } from "./run.ts";
import type { EventLookup, PlacementContext } from "./parts.ts";
import { startAt } from "./parts.ts";
import { placeRuns } from "./place.ts";
import type { ZoneInput } from "./node-zone.ts";
import { chooseZone } from "./node-zone.ts";
import { processZones } from "./process-zones.ts";
import { correctInstant } from "./wall.ts";
import { inYear, yearIn, yearOf } from "./year.ts";
import type { Zone } from "./zone.ts";
import { offsetName } from "./zone.ts";

export interface ClockInput extends BootInput, ZoneInput {
  /** Of the manifest or the command line; null when neither says. */
  collectedAt: { time: Micros; basis: string; given: boolean } | null;
  year: number | null;
  /** When journals end by the header of journalctl's text, in local time as if UTC. */
  journalEnds?: Micros[];
  /** How many boots of other machines the journals hold. */
  foreignBoots: number;
  eventAt: EventLookup;
  pauseIn: PlacementContext["pauseIn"];
}

export interface ClockModel {
  zone: Zone;
  collectedAt: Instant | null;
  collectedBasis: string;
  /** The clock that runs without power had lost the time. */
  rtcLost: boolean;
  yearBasis: string | null;
  /** In true order. */
  boots: ClockBoot[];
  steps: ClockStep[];
  placements: Placement[];
  /** Sentences for the clock section of the report. */
  notes: string[];
  /** The place of a time inside of a fact. What a clock said that was not set lies anywhere before the collection. */
  place(reading: TimeReading): Instant | null;
  /** The place of the mtime of a file, which may have been copied with a date from elsewhere. */
  placeFile(reading: TimeReading): Instant | null;
  /** The same without a correction, for times that are themselves readings of a clock. */
  placeStated(reading: TimeReading): Instant | null;
  /** The place of a rounded age, seen at an unknown moment of the collection. */
  placeAge(age: string): Instant | null;
}

/** Saving the outputs of a bundle by hand takes minutes; the collector notes its own clock. */
const CLOCK_ERROR = 5 * SECOND;

/** The clock model of one bundle: zone, collection time, years, and a place for every run. */
export function buildClock(input: ClockInput): ClockModel {
  const seen = seenRange(input.runs);
  const dated = datesBeside(input);
  const stated = collectionTime(input);
  const given = input.collectedAt?.given ? input.collectedAt.time : null;
  const latest = stated && stated.at.basis !== "exact" ? stated.at.hi : (stated?.at.best ?? null);
  const found = findBoots(input, latest, given);
  const corrected = stated && given === null ? correctedCollection(stated, found) : stated;
  const collection = corrected && given === null ? notBeforeStamp(corrected, input.stamp) : corrected;
  const zone = chooseZone(input, collection?.at ?? null);
  const years = {
    year: input.year,
    collectedAt: latestWall(stated?.at ?? null, collection?.at ?? null),
    seen: dated ?? seen,
  };
  const zones = processZones(input.probes, zone, yearIn(years.collectedAt ?? years.seen?.[1] ?? 0));
  const bootStarts = startsOfKernelLog(input, found, collection?.at ?? null);
  const { boots, history } = found;
  const context = {
    zone,
    years,
    collectedAt: collection?.at ?? null,
    bootStarts,
    history,
    eventAt: input.eventAt,
    pauseIn: input.pauseIn,
    zoneOf: (run: ClockRun) => zones.zoneOf(run.process),
  };
  const placements = placeRuns(input.runs, context);
  const yearless = input.runs.some((run) => run.clock === "local-no-year");
  const yearBasis = yearless ? describeYear(years) : null;
  const place = (reading: TimeReading): Instant | null => {
    const at = placeReading(reading, context);
    const isWall = reading.clock === "utc" || (reading.clock !== "monotonic" && !zone.assumed);
    return at && isWall ? correctInstant(at, reading.precision, history) : at;
  };
  const end = collection?.at.hi ?? laterOf(seen, dated);
  const looked =
    collection &&
    stated &&
    lookedAt(collection.at, signsOfCollection(input, placements, collection.at.best - stated.at.best));
  return {
    zone,
    collectedAt: collection?.at ?? null,
    collectedBasis: collection?.basis ?? "not known: neither a manifest nor an output of date is in the bundle",
    rtcLost: input.saysClockLost || input.clocks.some(saysNoTime),
    yearBasis,
    boots: withUnmeasured(describeBoots(boots, history, input.shutdowns), input.runs, placements),
    steps: describeSteps(boots, history),
    placements,
    notes: [
      ...describeStamp(given === null ? (stated?.at ?? null) : null, input.stamp),
      ...describeOrder(history),
      ...describeForeign(input.foreignBoots),
      ...zones.notes(),
      ...describe(placements, zone, yearBasis, unsureRuns(input.runs, zone, context.zoneOf)),
    ],
    place: (reading) => beforeAll(place(reading), end),
    placeFile: place,
    placeStated: (reading) => placeReading(reading, context),
    placeAge: (age) => (looked ? instantOfAge(age, looked) : null),
  };
}

/** `33 s after 1970` is no time but a clock that was not set: all that is known is that it was before the collection. */
function beforeAll(at: Instant | null, latest: Micros | null): Instant | null {
  if (at === null || at.hi > FIRST_SENSIBLE || at.basis === "order-only") return at;
  return latest === null ? null : { lo: FIRST_SENSIBLE, hi: latest, best: latest, basis: "order-only" };
}

function seenRange(runs: ClockRun[]): [Micros, Micros] | null {
  const full = runs.filter((run) => run.clock === "utc" || run.clock === "local");
  const sensible = full.filter((run) => (run.firstStated ?? 0) > 0);
  if (sensible.length === 0) return null;
  const first = Math.min(...sensible.map((run) => run.firstStated ?? Infinity));
  return [first, Math.max(...sensible.map((run) => run.lastStated ?? -Infinity))];
}

/** The full dates that programs wrote into messages, beside a header without a year; else those of journalctl's own header. */
function datesBeside({ probes, journalEnds = [] }: ClockInput): [Micros, Micros] | null {
  const beside = probes.flatMap(({ dates: own }) => (own ? [own] : []));
  const dates = beside.length > 0 ? beside : journalEnds.map((end): [Micros, Micros] => [end, end]);
  if (dates.length === 0) return null;
  return [Math.min(...dates.map(([first]) => first)), Math.max(...dates.map(([, last]) => last))];
}

function laterOf(a: [Micros, Micros] | null, b: [Micros, Micros] | null): Micros | null {
  return a && b ? Math.max(a[1], b[1]) : (a?.[1] ?? b?.[1] ?? null);
}

function collectionTime(input: ClockInput): { at: Instant; basis: string } | null {
  if (input.collectedAt) {
    const { time, basis } = input.collectedAt;
    return { at: { lo: time, hi: time + SECOND, best: time, basis: "exact" }, basis };
  }
  const fact = input.clocks.find((clock) => clock.reading === "collection" && clock.time?.clock === "utc");
  if (!fact?.time) return localCollection(input);
  const time = fact.time.stated;
  return { at: { lo: time, hi: time + SECOND, best: time, basis: "exact" }, basis: "the output of date in the bundle" };
}

/** `date` in local time: as sure as the zone is. */
function localCollection(input: ClockInput): { at: Instant; basis: string } | null {
  const fact = input.clocks.find((clock) => clock.reading === "collection" && clock.time?.clock === "local");
  if (!fact?.time) return null;
  const { stated, precision } = fact.time;
  const zone = chooseZone(input, null);
  const { offset, least, most } = zone.offsetAt(stated);
  const basis = least === most ? "exact" : "zone-assumed";
  const at: Instant = { lo: stated - most, hi: stated - least + precision, best: stated - offset, basis };
  return { at, basis: `the output of date in the bundle, in local time (${zone.name ?? zone.basis})` };
}

/** The latest that the node's own clock can have said, as far as is known. */
function latestWall(stated: Instant | null, collectedAt: Instant | null): Micros | null {
  return collectedAt === null ? null : Math.max(stated?.hi ?? -Infinity, collectedAt.best);
}

function startsOfKernelLog(input: ClockInput, found: Boots, collectedAt: Instant | null): KernelStart[] {
  const boot = found.collected?.boot ?? found.boots.at(-1);
  if (!boot) {
    const start = startOfBoot(input.clocks, collectedAt);
    return start ? [{ from: -Infinity, start }] : [];
  }
  const logs = input.runs.filter(({ clock, firstStated }) => clock === "monotonic" && firstStated !== null);
  return kernelStarts({ boot }, found.history, Math.max(0, ...logs.map(({ lastStated }) => lastStated ?? 0)));
}

function startOfBoot(clocks: ClockFact[], collectedAt: Instant | null): Instant | null {
  const uptime = clocks.find((clock) => clock.reading === "uptime" && clock.seconds !== null);
  if (uptime?.seconds == null || collectedAt === null) return null;
  const best = collectedAt.best - Math.round(uptime.seconds * SECOND);
  return { lo: best - CLOCK_ERROR, hi: best + CLOCK_ERROR, best, basis: "clock-corrected" };
}

function placeReading(reading: TimeReading, context: Parameters<typeof placeRuns>[1]): Instant | null {
  const { stated, clock, precision } = reading;
  if (clock === "none") return null;
  if (clock === "utc") return { lo: stated, hi: stated + precision, best: stated, basis: "exact" };
  if (clock === "monotonic") {
    const start = startAt(context, stated);
    return (
      start && { lo: start.lo + stated, hi: start.hi + stated, best: start.best + stated, basis: "clock-corrected" }
    );
  }
  const year = clock === "local-no-year" ? yearOf(stated, context.years) : null;
  if (clock === "local-no-year" && year === null) return null;
  const civil = year === null ? stated : inYear(stated, year);
  const { offset, least, most } = context.zone.offsetAt(civil);
  const basis = context.zone.assumed ? "zone-assumed" : year === null ? "exact" : "year-inferred";
  return { lo: civil - most, hi: civil - least + precision, best: civil - offset, basis };
}

function describeYear(years: {
  year: number | null;
  collectedAt: Micros | null;
  seen: [Micros, Micros] | null;
}): string {
  if (years.year !== null) return `${years.year}, given on the command line`;
  const day = (time: Micros): string => new Date(time / 1000).toISOString().slice(0, 10);
  if (years.collectedAt !== null) {
    return `inferred: the latest year that does not lie after the collection on ${day(years.collectedAt)}`;
  }
  if (years.seen)
    return `inferred: nearest to the full dates in other lines (${day(years.seen[0])} to ${day(years.seen[1])})`;
  return "not known: no source writes a year, so only the order within each file is known";
}

/** First and last events of runs whose zone is unsure for another reason than a repeated hour. */
function unsureRuns(runs: ClockRun[], node: Zone, zoneOf: (run: ClockRun) => Zone): [number, number][] {
  return runs.flatMap((run): [number, number][] => {
    const zone = run.process === null ? node : zoneOf(run);
    return zone.usual || zone.assumed ? [[run.firstEvent, run.lastEvent]] : [];
  });
}

function describe(
  placements: Placement[],
  zone: Zone,
  yearBasis: string | null,
  unsure: [first: number, last: number][],
): string[] {
  const notes: string[] = [];
  if (zone.assumed) {
    const hours = (offset: Micros): string => offsetName(offset);
    notes.push(
      `Local times were read as UTC. If the node's zone is another one, between ${hours(zone.least)} and ${hours(zone.most)}, all of them move together.`,
    );
  }
  const isUnsure = (event: number): boolean => unsure.some(([first, last]) => event >= first && event <= last);
  if (placements.some(({ basis, firstEvent }) => basis === "zone-assumed" && !isUnsure(firstEvent))) {
    notes.push(
      "Some lines lie in the hour that a clock change repeats: they are drawn at the earlier reading, and their interval reaches to the later one.",
    );
  }
  if (yearBasis) notes.push(`Sources that write no year: ${yearBasis}.`);
  const unset = placements.filter((placement) => placement.basis === "order-only");
  if (unset.length > 0) {
    const stretches = unset.length === 1 ? "One stretch of lines was" : `${unset.length} stretches of lines were`;
    notes.push(
      `${stretches} written while the clock was not set or not known: before 2010, later than the collection, in a boot to which no time came, or beside a jump back. They lie between the lines around them.`,
    );
  }
  return notes;
}
