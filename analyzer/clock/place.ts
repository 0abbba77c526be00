/**
 * The second pass: gives every run of events its place on the time axis, as a few segments per artifact. Within one
 * file, file order is truth: a run whose clock was not set (1970, or later than the collection) lies between its
 * neighbours, whatever it says.
 */
import type { Instant, Micros, Placement } from "../model/time.ts";
import { DAY, MINUTE } from "../model/time.ts";
import type { TimeBasis } from "../model/words.ts";
import type { WallEra } from "./history.ts";
import { eraOfRun, placementIn } from "./history.ts";
import type { ClockRun } from "./run.ts";
import type { FileRun } from "./wall.ts";
import { bordersOf, correctPlacement, correctionsOf, stepTo } from "./wall.ts";
import type { YearAnchors } from "./year.ts";
import { inYear, leapBreak, yearOf } from "./year.ts";
import type { Zone } from "./zone.ts";

/**
 * The first event of a run whose stated time is at or after `stated`, with its own, and the stated time of the event
 * before it; null when there is none.
 */
export type EventLookup = (run: ClockRun, stated: Micros) => { event: number; stated: Micros; before: Micros } | null;

export interface PlacementContext {
  zone: Zone;
  years: YearAnchors;
  /** Nothing of the node happened after it. */
  collectedAt: Instant | null;
  /** Where second 0 of the monotonic clock lies, for the boot that ran at collection. */
  bootStart: Instant | null;
  /** What the wall clock did in each boot that the journal measures. */
  history: WallEra[];
  eventAt: EventLookup;
}

interface Placed {
  run: ClockRun;
  shift: Micros;
  before: Micros;
  after: Micros;
  basis: TimeBasis;
  /** From the year of the stated times to the right one. */
  yearShift: Micros;
  first: Micros;
  last: Micros;
}

/** The clock of a node without one starts here or there, but never before these programs existed. */
const FIRST_SENSIBLE_YEAR = Date.UTC(2010, 0, 1) * 1000;
const SAME_START = 5 * MINUTE;

/** Segments for all runs, in order of event id. Runs without any place get none. */
export function placeRuns(runs: ClockRun[], context: PlacementContext): Placement[] {
  const byArtifact = new Map<number, ClockRun[]>();
  for (const run of runs) byArtifact.set(run.artifact, [...(byArtifact.get(run.artifact) ?? []), run]);
  return [...byArtifact.values()].flatMap((own) => placeArtifact(own, context));
}

function placeArtifact(runs: ClockRun[], context: PlacementContext): Placement[] {
  const measured = runs.flatMap((run) => {
    const era = eraOfRun(run, context.history);
    return era ? [{ run, placement: placementIn(run, era) }] : [];
  });
  const known = new Set(measured.map(({ run }) => run));
  const rest = runs.filter((run) => !known.has(run));
  return [...measured.map(({ placement }) => placement), ...placeUnmeasured(rest, context)];
}

function placeUnmeasured(runs: ClockRun[], context: PlacementContext): Placement[] {
  const parts = partsOf(runs, context);
  const { zone, history } = context;
  const trusted = zone.assumed ? history.filter(() => parts.every(({ run }) => run.clock === "utc")) : history;
  const corrections = correctionsOf(
    parts.map(({ run, placed }) => wallRun(run, placed?.shift ?? 0, context)),
    trusted,
  );
  const known = parts.map(({ run, placed, unset }, index) => {
    const correction = corrections[index];
    if (placed && correction && run.clock !== "monotonic") return correctPlacement(toPlacement(placed), correction);
    return placed && !unset ? toPlacement(placed) : null;
  });
  return parts.flatMap(({ run }, index) => known[index] ?? between(run, index, parts, known));
}

function wallRun(run: ClockRun, toUtc: Micros, { zone }: PlacementContext): FileRun {
  const utcIn = (stated: Micros, year: number): Micros => {
    const civil = inYear(stated, year);
    return civil - zone.offsetAt(civil).offset;
  };
  return { run, toUtc, utcIn: run.clock === "local-no-year" ? utcIn : null };
}

/** A run or a part of one, with its place by the clock that wrote it. */
interface Part {
  run: ClockRun;
  placed: Placed | null;
  /** Its clock was not set. */
  unset: boolean;
}

/** The runs of one artifact, cut where one shift does not hold for all of it. */
function partsOf(runs: ClockRun[], context: PlacementContext): Part[] {
  const whole = runs.filter((run) => run.firstStated !== null && run.lastStated !== null);
  const split = whole.flatMap((run) => splitRun(run, context));
  const repeated = split.map((run, index) => isRepeatedStart(run, index, split));
  const placed = placeBackwards(split, repeated, context);
  const wrong = placed.map((entry) => entry === null || !isSet(entry, context));
  return split.flatMap((run, index): Part[] => {
    const unset = repeated[index] === true || wrong[index] === true || likeUnset(run, split, wrong);
    const own = placed[index] ?? null;
    if (own === null || run.clock === "monotonic") return [{ run, placed: own, unset }];
    return splitByZone(own, context).flatMap((part) => {
      const borders = bordersOf(wallRun(part.run, part.shift, context), context.history);
      return cutAt(part.run, borders, context).map((piece) => ({ run: piece, placed: { ...part, run: piece }, unset }));
    });
  });
}

/** A clock that is not set starts each boot at the same time, and the runs in between belong to another time. */
function isRepeatedStart(run: ClockRun, index: number, runs: ClockRun[]): boolean {
  if (run.clock !== "local-no-year" || !isJump(index, runs)) return false;
  return runs.some((other, at) => Math.abs(at - index) > 1 && isJump(at, runs) && startsAlike(run, other));
}

/** Whether a run begins far from where the one before it ended. */
function isJump(index: number, runs: ClockRun[]): boolean {
  const [run, previous] = [runs[index], runs[index - 1]];
  return run !== undefined && (previous === undefined || Math.abs(stepTo(run, previous)) > MINUTE);
}

/** Whether a run begins as one does whose clock was not set for certain. */
function likeUnset(run: ClockRun, runs: ClockRun[], wrong: boolean[]): boolean {
  if (run.clock === "monotonic" || run.clock === "utc") return false;
  return runs.some((other, at) => wrong[at] === true && other.clock === run.clock && startsAlike(run, other));
}

function startsAlike(a: ClockRun, b: ClockRun): boolean {
  return Math.abs((a.firstStated ?? 0) - (b.firstStated ?? 0)) < SAME_START;
}

/** A yearless run that crosses the end of February is two segments. */
function splitRun(run: ClockRun, context: PlacementContext): ClockRun[] {
  return run.clock === "local-no-year" ? cutAt(run, [leapBreak()], context) : [run];
}

/** A local run that crosses a clock change is two segments, and one more where an hour is repeated. */
function splitByZone(placed: Placed, context: PlacementContext): Placed[] {
  const { run, yearShift } = placed;
  if (run.clock !== "local" && run.clock !== "local-no-year") return [placed];
  const [first, last] = [(run.firstStated ?? 0) + yearShift, (run.lastStated ?? 0) + yearShift];
  const changes = offsetChanges(first, last, context.zone);
  if (changes.length === 0) return [placed];
  const parts = cutAt(
    run,
    changes.map((at) => at - yearShift),
    context,
  );
  return parts.map((part) => placeCivil(part, yearShift, context));
}

/** @param breaks stated times in ascending order */
function cutAt(run: ClockRun, breaks: Micros[], context: PlacementContext): ClockRun[] {
  const [first, last] = [run.firstStated ?? 0, run.lastStated ?? 0];
  return breaks
    .filter((at) => at > first && at <= last)
    .reduce<ClockRun[]>((parts, at) => [...parts.slice(0, -1), ...cut(parts.at(-1) ?? run, at, context)], [run]);
}

function cut(run: ClockRun, at: Micros, context: PlacementContext): ClockRun[] {
  if (at <= (run.firstStated ?? 0)) return [run];
  const found = context.eventAt(run, at);
  if (found === null || found.event <= run.firstEvent || found.event > run.lastEvent) return [run];
  return [
    { ...run, lastEvent: found.event - 1, lastStated: found.before },
    { ...run, firstEvent: found.event, firstStated: found.stated },
  ];
}

/** Civil times at which the offset, or what is known of it, changes, to the minute. */
function offsetChanges(first: Micros, last: Micros, zone: Zone): Micros[] {
  const changes: Micros[] = [];
  if (zone.assumed || zone.least === zone.most || last - first > 3000 * DAY) return changes;
  const isSame = (a: Micros, b: Micros): boolean => {
    const [one, other] = [zone.offsetAt(a), zone.offsetAt(b)];
    return one.least === other.least && one.most === other.most;
  };
  for (let from = first; from < last;) {
    const end = Math.min(from + DAY, last);
    if (isSame(from, end)) {
      from = end;
      continue;
    }
    let [low, high] = [from, end];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (isSame(middle, from)) low = middle;
      else high = middle;
    }
    changes.push(high);
    from = high;
  }
  return changes;
}

/** Years are settled from the end of the file: a run without one is the latest that does not follow its successor. */
function placeBackwards(runs: ClockRun[], unset: boolean[], context: PlacementContext): (Placed | null)[] {
  const placed: (Placed | null)[] = [];
  let bound: Micros | null = context.years.collectedAt;
  for (const [index, run] of [...runs.entries()].toReversed()) {
    const entry = placeRun(run, { ...context, years: { ...context.years, collectedAt: bound } });
    placed.unshift(entry);
    const counts = run.clock === "local-no-year" && unset[index] !== true && entry !== null && isSet(entry, context);
    if (counts && bound !== null) bound = Math.min(bound, entry.first);
  }
  return placed;
}

function placeRun(run: ClockRun, context: PlacementContext): Placed | null {
  const { firstStated, lastStated } = run;
  if (firstStated === null || lastStated === null) return null;
  if (run.clock === "utc") return placedAt(run, { shift: 0, before: 0, after: 0, basis: "exact", yearShift: 0 });
  if (run.clock === "monotonic") {
    const start = context.bootStart;
    if (!start) return null;
    const [before, after] = [start.best - start.lo, start.hi - start.best];
    return placedAt(run, { shift: start.best, before, after, basis: "clock-corrected", yearShift: 0 });
  }
  const year = run.clock === "local-no-year" ? yearOf(lastStated, context.years) : null;
  if (run.clock === "local-no-year" && year === null) return null;
  return placeCivil(run, year === null ? 0 : inYear(firstStated, year) - firstStated, context);
}

function placeCivil(run: ClockRun, yearShift: Micros, { zone }: PlacementContext): Placed {
  const { offset, least, most } = zone.offsetAt((run.firstStated ?? 0) + yearShift);
  const known = run.clock === "local" ? "exact" : "year-inferred";
  const basis = zone.assumed || least !== most ? "zone-assumed" : known;
  return placedAt(run, { shift: yearShift - offset, before: most - offset, after: offset - least, basis, yearShift });
}

function placedAt(run: ClockRun, at: Pick<Placed, "shift" | "before" | "after" | "basis" | "yearShift">): Placed {
  return { ...at, run, first: (run.firstStated ?? 0) + at.shift, last: (run.lastStated ?? 0) + at.shift };
}

function isSet(entry: Placed, context: PlacementContext): boolean {
  if (entry.last < FIRST_SENSIBLE_YEAR) return false;
  return context.collectedAt === null || entry.first <= context.collectedAt.hi + DAY;
}

function toPlacement({ run, shift, before, after, basis }: Placed): Placement {
  return {
    firstEvent: run.firstEvent,
    lastEvent: run.lastEvent,
    offset: shift,
    before,
    after,
    basis,
    lo: null,
    hi: null,
  };
}

/** Bounds for a run whose clock was not set: after the run before it, before the run after it, close to the latter. */
function between(run: ClockRun, index: number, parts: Part[], known: (Placement | null)[]): Placement[] {
  const before = known.findLastIndex((placement, at) => placement !== null && at < index);
  const after = known.findIndex((placement, at) => placement !== null && at > index);
  const [previous, next] = [known[before], known[after]];
  const length = (run.lastStated ?? 0) - (run.firstStated ?? 0);
  const hi = next ? (parts[after]?.run.firstStated ?? 0) + next.offset + next.after : null;
  if (hi === null && !previous) return [];
  const lo = previous
    ? (parts[before]?.run.lastStated ?? 0) + previous.offset - previous.before
    : (hi ?? 0) - length - DAY;
  const end = Math.max(hi ?? lo + length, lo + 1);
  const segment = { firstEvent: run.firstEvent, lastEvent: run.lastEvent, before: 0, after: 0 };
  return [{ ...segment, offset: end - (run.lastStated ?? 0), basis: "order-only", lo, hi: end }];
}
