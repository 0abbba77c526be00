/** The runs of one artifact, cut into parts for which one shift holds, each with its place by the clock that wrote it. */
import type { Instant, Micros } from "../model/time.ts";
import { DAY, FIRST_SENSIBLE, MINUTE } from "../model/time.ts";
import type { KernelStart } from "./boots.ts";
import type { WallEra } from "./history.ts";
import type { ClockRun } from "./run.ts";
import { isFold, settleFolds } from "./folds.ts";
import type { Part, Placed } from "./placed.ts";
import type { FileRun } from "./wall.ts";
import { bordersOf, latestTruth, stepTo, yearInHistory } from "./wall.ts";
import type { YearAnchors } from "./year.ts";
import { inYear, isLeapDay, leapBreak, yearIn, yearOf } from "./year.ts";
import type { Zone } from "./zone.ts";
import { offsetChanges } from "./zone.ts";

/**
 * The first event of a run whose stated time is at or after `stated`, with its own, and the stated time of the event
 * before it; null when there is none.
 */
export type EventLookup = (run: ClockRun, stated: Micros) => { event: number; stated: Micros; before: Micros } | null;

export interface PlacementContext {
  /** The node's; while an artifact is placed, that of the program that wrote it. */
  zone: Zone;
  zoneOf(run: ClockRun): Zone;
  years: YearAnchors;
  /** Nothing of the node happened after it. */
  collectedAt: Instant | null;
  /** Where second 0 of the monotonic clock lies, for the boot that ran at collection, in order of `from`. */
  bootStarts: KernelStart[];
  /** What the wall clock did in each boot that the journal measures. */
  history: WallEra[];
  eventAt: EventLookup;
  /** Stated time of the event after the last pause of a run that is at least as long; null when there is none. */
  pauseIn(run: ClockRun, least: Micros): Micros | null;
}

const SAME_START = 5 * MINUTE;
const SLACK = MINUTE;
const SET_BACK = 30 * DAY;
const FOLLOWS = 7 * DAY;
/** Of earlier parts, at which a part is cut. */
const MOST_ENDS = 16;

/** The runs of one artifact, cut where one shift does not hold for all of it. */
export function partsOf(runs: ClockRun[], context: PlacementContext): Part[] {
  const whole = runs.filter((run) => run.firstStated !== null && run.lastStated !== null);
  const split = whole.flatMap((run) => splitRun(run, context));
  const repeated = split.map((run, index) => isRepeatedStart(run, index, split));
  const placed = placeBackwards(split, repeated, context);
  const wrong = placed.map((entry) => entry === null || !isSet(entry, context));
  const parts = split.flatMap((run, index): Part[] => {
    const unset = repeated[index] === true || wrong[index] === true || likeUnset(run, split, wrong);
    const own = placed[index] ?? null;
    if (own === null || run.clock === "monotonic") return [{ run, placed: own, unset }];
    return splitByZone(own, context).flatMap((part) => {
      const shifts = isFold({ placed: part }) && !context.zone.assumed ? [0, part.after] : [0];
      const borders = shifts
        .flatMap((more) => bordersOf(wallRun(part.run, part.shift + more, context, more > 0), context.history))
        .toSorted((a, b) => a - b);
      return cutAt(part.run, borders, context).map((piece) => ({ run: piece, placed: { ...part, run: piece }, unset }));
    });
  });
  if (context.zone.assumed || context.zone.usual) return parts;
  return settleFolds(parts, (own) => wallRun(own.run, own.shift, context, own.isLater), context.history);
}

/** @param isLater by the later reading of an hour that a clock change repeats */
export function wallRun(run: ClockRun, toUtc: Micros, { zone }: PlacementContext, isLater = false): FileRun {
  const utcIn = (stated: Micros, year: number): Micros => {
    const civil = inYear(stated, year);
    const { offset, least } = zone.offsetAt(civil);
    return civil - (isLater ? least : offset);
  };
  return { run, toUtc, utcIn: run.clock === "local-no-year" ? utcIn : null };
}

/** A clock that is not set starts each boot at the same time, and the runs in between belong to another time. */
function isRepeatedStart(run: ClockRun, index: number, runs: ClockRun[]): boolean {
  if (repeatsBoot(run, runs.slice(0, index))) return true;
  if (run.clock !== "local-no-year" || !isJump(index, runs)) return false;
  return runs.some((other, at) => Math.abs(at - index) > 1 && isJump(at, runs) && startsAlike(run, other));
}

/** Whether a boot begins at the time of one before it that had not ended by then. */
function repeatsBoot(run: ClockRun, earlier: ClockRun[]): boolean {
  const isNew = run.boot !== null && earlier.at(-1)?.boot !== run.boot;
  return isNew && earlier.some((other) => other.boot !== run.boot && startsAlike(run, other) && stepTo(run, other) < 0);
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

/** A yearless run that crosses the end of February is two segments, and a kernel log is cut where the machine slept. */
function splitRun(run: ClockRun, context: PlacementContext): ClockRun[] {
  if (run.clock === "monotonic") {
    return cutAt(
      run,
      context.bootStarts.map(({ from }) => from),
      context,
    );
  }
  return run.clock === "local-no-year" ? cutAt(run, [leapBreak()], context) : [run];
}

/** Where second 0 lies of the boot in which the kernel logged something `since` µs after it. */
export function startAt({ bootStarts }: PlacementContext, since: Micros): Instant | null {
  return bootStarts.findLast(({ from }) => from <= since)?.start ?? null;
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

/**
 * Years are settled from the end of the file: a run without one is the latest that does not follow its successor. A
 * clock that was set back, or that started at a saved time, is likelier than eleven months without a line.
 */
function placeBackwards(runs: ClockRun[], unset: boolean[], context: PlacementContext): (Placed | null)[] {
  const placed: (Placed | null)[] = [];
  let bound: Micros | null = context.years.collectedAt;
  for (const [index, run] of [...runs.entries()].toReversed()) {
    const entry = placeRun(run, { ...context, years: { ...context.years, collectedAt: bound } });
    placed.unshift(entry);
    const counts = run.clock === "local-no-year" && unset[index] !== true && entry !== null && isSet(entry, context);
    const isBound = bound !== null || context.years.year !== null;
    if (counts && isBound) bound = Math.min(bound ?? Infinity, latestOf(entry, context) + SET_BACK);
  }
  return followLeapDays(runs, placed, context);
}

/** Where a run may begin at the latest: what a clock said that was behind was written later than it said. */
function latestOf({ run, shift, first }: Placed, context: PlacementContext): Micros {
  if (context.zone.assumed) return first;
  return Math.max(first, latestTruth(wallRun(run, shift, context), context.history) ?? first);
}

/** A February 29 tells its year, and with it that of the lines that follow within days of each other. */
function followLeapDays(runs: ClockRun[], placed: (Placed | null)[], context: PlacementContext): (Placed | null)[] {
  let year: number | null = null;
  return runs.map((run, at) => {
    const own = placed[at] ?? null;
    if (own === null || run.clock !== "local-no-year") return own;
    const [previous, first] = [runs[at - 1], run.firstStated ?? 0];
    if (isLeapDay(run.lastStated ?? 0)) year = yearIn(first + own.yearShift);
    else if (year !== null && previous && Math.abs(stepTo(run, previous)) < FOLLOWS) {
      if (first < (previous.lastStated ?? 0) - FOLLOWS) year += 1;
      return placeCivil(run, inYear(first, year) - first, context);
    } else year = null;
    return own;
  });
}

function placeRun(run: ClockRun, context: PlacementContext): Placed | null {
  const { firstStated, lastStated } = run;
  if (firstStated === null || lastStated === null) return null;
  if (run.clock === "utc") return placedAt(run, { shift: 0, before: 0, after: 0, basis: "exact", yearShift: 0 });
  if (run.clock === "monotonic") {
    const start = startAt(context, firstStated);
    if (!start) return null;
    const [before, after] = [start.best - start.lo, start.hi - start.best];
    return placedAt(run, { shift: start.best, before, after, basis: "clock-corrected", yearShift: 0 });
  }
  const year = run.clock === "local-no-year" ? yearOfRun(run, lastStated, context) : null;
  if (run.clock === "local-no-year" && year === null) return null;
  return placeCivil(run, year === null ? 0 : inYear(firstStated, year) - firstStated, context);
}

/** A clock that was ahead of the collection for a while says so in the journal: its year is not the one before. */
function yearOfRun(run: ClockRun, lastStated: Micros, context: PlacementContext): number | null {
  const year = yearOf(lastStated, context.years);
  if (year === null || context.years.year !== null || context.zone.assumed) return year;
  return Math.max(year, yearInHistory(wallRun(run, 0, context), context.history) ?? year);
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
  if (entry.last < FIRST_SENSIBLE) return false;
  return context.collectedAt === null || entry.first <= context.collectedAt.hi + DAY;
}

/** Cuts where a clock that jumped back comes back to where it had been, and where it can have been set ahead before. */
export function cutAtJumps(parts: Part[], context: PlacementContext): Part[] {
  const ends: Micros[] = [];
  return parts.flatMap((part, at): Part[] => {
    const { placed, run } = part;
    if (!placed) return [part];
    const last = (run.lastStated ?? 0) + placed.shift;
    const next = parts[at + 1];
    const back = next?.placed ? last - (next.run.firstStated ?? 0) - next.placed.shift : 0;
    const leap = back > SLACK ? context.pauseIn(run, back) : null;
    const breaks = [...ends.slice(-MOST_ENDS).map((end) => end - SLACK - placed.shift), leap ?? -Infinity];
    ends.push(last);
    const pieces = cutAt(
      run,
      breaks.toSorted((a, b) => a - b),
      context,
    );
    return pieces.map((piece) => ({ ...part, run: piece, placed: { ...placed, run: piece } }));
  });
}
