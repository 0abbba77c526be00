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
import { correctPlacement, correctionsOf, hiddenSteps } from "./wall.ts";
import type { YearAnchors } from "./year.ts";
import { inYear, leapBreak, yearOf } from "./year.ts";
import type { Zone } from "./zone.ts";

export interface PlacementContext {
  zone: Zone;
  years: YearAnchors;
  /** Nothing of the node happened after it. */
  collectedAt: Instant | null;
  /** Where second 0 of the monotonic clock lies, for the boot that ran at collection. */
  bootStart: Instant | null;
  /** What the wall clock did in each boot that the journal measures. */
  history: WallEra[];
  /** First event of the run whose stated time is at or after `stated`; null when there is none. */
  eventAt(run: ClockRun, stated: Micros): number | null;
}

interface Placed {
  run: ClockRun;
  shift: Micros;
  before: Micros;
  after: Micros;
  basis: TimeBasis;
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
  const whole = runs.filter((run) => run.firstStated !== null && run.lastStated !== null);
  const split = whole.flatMap((run) => splitRun(run, context));
  const repeated = split.map((run, index) => isRepeatedStart(run, index, split));
  const placed = placeBackwards(split, repeated, context);
  const wrong = placed.map((entry) => entry === null || !isSet(entry, context));
  const unset = split.map(
    (run, index) => repeated[index] === true || wrong[index] === true || likeUnset(run, split, wrong),
  );
  const corrections = correctionsOf(
    split.map((run, index) => ({ run, toUtc: placed[index]?.shift ?? 0 })),
    context.zone.assumed ? context.history.filter(() => split.every(({ clock }) => clock === "utc")) : context.history,
  );
  return split.flatMap((run, index) => {
    const entry = placed[index];
    const correction = corrections[index];
    if (entry && correction && run.clock !== "monotonic") return [correctPlacement(toPlacement(entry), correction)];
    if (entry && !unset[index]) return [toPlacement(entry)];
    return entry === undefined ? [] : between(run, index, placed, unset);
  });
}

/** A clock that is not set starts each boot at the same time, and the runs in between belong to another time. */
function isRepeatedStart(run: ClockRun, index: number, runs: ClockRun[]): boolean {
  if (run.clock !== "local-no-year") return false;
  return runs.some((other, at) => Math.abs(at - index) > 1 && startsAlike(run, other));
}

/** Whether a run begins as one does whose clock was not set for certain. */
function likeUnset(run: ClockRun, runs: ClockRun[], wrong: boolean[]): boolean {
  if (run.clock === "monotonic" || run.clock === "utc") return false;
  return runs.some((other, at) => wrong[at] === true && other.clock === run.clock && startsAlike(run, other));
}

function startsAlike(a: ClockRun, b: ClockRun): boolean {
  return Math.abs((a.firstStated ?? 0) - (b.firstStated ?? 0)) < SAME_START;
}

/** A yearless run that crosses the end of February, or any local run that crosses a clock change, is two segments. */
function splitRun(run: ClockRun, context: PlacementContext): ClockRun[] {
  const { firstStated, lastStated } = run;
  if (firstStated === null || lastStated === null) return [run];
  const breaks: Micros[] = [];
  if (run.clock === "local-no-year" && firstStated < leapBreak() && lastStated >= leapBreak()) breaks.push(leapBreak());
  if (run.clock === "utc") {
    breaks.push(...hiddenSteps(context.history).filter((at) => at > firstStated && at <= lastStated));
  }
  if (run.clock === "local") breaks.push(...offsetChanges(firstStated, lastStated, context.zone));
  return breaks.reduce<ClockRun[]>(
    (parts, at) => [...parts.slice(0, -1), ...cut(parts.at(-1) ?? run, at, context)],
    [run],
  );
}

function cut(run: ClockRun, at: Micros, context: PlacementContext): ClockRun[] {
  const event = context.eventAt(run, at);
  if (event === null || event <= run.firstEvent || event > run.lastEvent) return [run];
  return [
    { ...run, lastEvent: event - 1, lastStated: at - 1 },
    { ...run, firstEvent: event, firstStated: at },
  ];
}

function offsetChanges(first: Micros, last: Micros, zone: Zone): Micros[] {
  const changes: Micros[] = [];
  if (zone.assumed || zone.least === zone.most || last - first > 3000 * DAY) return changes;
  for (let day = first; day < last; day += DAY) {
    const end = Math.min(day + DAY, last);
    if (zone.offsetAt(day).offset === zone.offsetAt(end).offset) continue;
    let [low, high] = [day, end];
    while (high - low > MINUTE) {
      const middle = Math.floor((low + high) / 2);
      if (zone.offsetAt(middle).offset === zone.offsetAt(day).offset) low = middle;
      else high = middle;
    }
    changes.push(high);
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
  const at = (shift: Micros, before: Micros, after: Micros, basis: TimeBasis): Placed => {
    return { run, shift, before, after, basis, first: firstStated + shift, last: lastStated + shift };
  };
  if (run.clock === "utc") return at(0, 0, 0, "exact");
  if (run.clock === "monotonic") {
    const start = context.bootStart;
    return start && at(start.best, start.best - start.lo, start.hi - start.best, "clock-corrected");
  }
  const year = run.clock === "local-no-year" ? yearOf(lastStated, context.years) : null;
  if (run.clock === "local-no-year" && year === null) return null;
  const yearShift = year === null ? 0 : inYear(firstStated, year) - firstStated;
  const { offset, least, most } = context.zone.offsetAt(firstStated + yearShift);
  const basis = context.zone.assumed ? "zone-assumed" : year === null ? "exact" : "year-inferred";
  return at(yearShift - offset, most - offset, offset - least, basis);
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
function between(run: ClockRun, index: number, placed: (Placed | null)[], unset: boolean[]): Placement[] {
  const known = (at: number): Placed | null => (unset[at] ? null : (placed[at] ?? null));
  const before = placed.map((_, at) => known(at)).findLast((entry, at) => entry !== null && at < index) ?? null;
  const after = placed.map((_, at) => known(at)).find((entry, at) => entry !== null && at > index) ?? null;
  const length = (run.lastStated ?? 0) - (run.firstStated ?? 0);
  const hi = after?.first ?? null;
  if (hi === null && before === null) return [];
  const lo = before?.last ?? (hi ?? 0) - length - DAY;
  const end = Math.max(hi ?? lo + length, lo + 1);
  const segment = { firstEvent: run.firstEvent, lastEvent: run.lastEvent, before: 0, after: 0 };
  return [{ ...segment, offset: end - (run.lastStated ?? 0), basis: "order-only", lo, hi: end }];
}
