/**
 * Times that only the wall clock wrote (text logs, logs of containers, mtimes, superblocks), on a node whose wall clock
 * was wrong at times: the history says in which stretch of which boot the clock can have said them. Within one file,
 * file order is truth, so the stretches of its runs follow each other.
 */
import type { Instant, Micros, Placement } from "../model/time.ts";
import { DAY, HOUR, SECOND } from "../model/time.ts";
import type { TimeBasis } from "../model/words.ts";
import type { WallEra } from "./history.ts";
import type { ClockRun } from "./run.ts";
import { inYear, yearIn } from "./year.ts";

/** A run with the shift that makes its stated times UTC by the node's own clock. */
export interface WallRun {
  run: Pick<ClockRun, "firstStated" | "lastStated">;
  toUtc: Micros;
  /** Where no year is written: the UTC time of a stated one in another year. */
  utcIn: ((stated: Micros, year: number) => Micros) | null;
}

/** Texts cut the second off. */
const ROUNDING = SECOND;
/** Between the reading of a clock and the writing of it. */
const DELAY = 10_000;
/** A smaller step back is lines of several threads; where seconds are cut off it may look larger by one. */
const STEP_BACK = SECOND;
const WELL_KNOWN = HOUR;
const YEAR = 366 * DAY;

/** What a time can be: from `least` to `most` are the corrections, `shift` the likeliest. */
interface Correction {
  shift: Micros;
  least: Micros;
  most: Micros;
  basis: TimeBasis;
}

/** An era that a run can lie in; `more` is what its year adds to the shift, where none is written. */
interface Candidate {
  era: number;
  more: Micros;
}

/** A run of a file, in which the order of runs tells more. */
export interface FileRun extends WallRun {
  run: ClockRun;
}

/** Corrections for runs of one artifact in file order; null where the history has no stretch for a run. */
export function correctionsOf(runs: FileRun[], history: WallEra[]): (Correction | null)[] {
  if (isExact(history)) return runs.map(() => null);
  const candidates = runs.map((own) => {
    const found = erasAt(history, own);
    const named = found.filter(({ era }) => history[era]?.boot.id === own.run.boot);
    return named.length > 0 ? named : found;
  });
  const isBack = runs.map(({ run }, at) => {
    const previous = runs[at - 1]?.run;
    if (previous === undefined) return false;
    return stepTo(run, previous) < -STEP_BACK - (isCoarse(run) || isCoarse(previous) ? ROUNDING : 0);
  });
  return inOrder(candidates, isBack).map((own) => correctionOf(own, history));
}

/** How far a run begins after the end of another one, by what they state; without a year the shorter way round. */
export function stepTo(run: ClockRun, previous: ClockRun): Micros {
  const step = (run.firstStated ?? 0) - (previous.lastStated ?? 0);
  if (run.clock !== "local-no-year" || Math.abs(step) < YEAR / 2) return step;
  return step - Math.sign(step) * YEAR;
}

function isExact(history: WallEra[]): boolean {
  return history.every(({ basis }) => basis === "exact");
}

/** Whether a run writes whole seconds. */
function isCoarse({ firstStated, lastStated }: WallRun["run"]): boolean {
  return (firstStated ?? 1) % SECOND === 0 && (lastStated ?? 1) % SECOND === 0;
}

function erasAt(history: WallEra[], { run, toUtc, utcIn }: WallRun, unit = ROUNDING): Candidate[] {
  const cutOff = DELAY + (unit > ROUNDING ? unit : isCoarse(run) ? ROUNDING : 0);
  const [first, last] = [run.firstStated ?? 0, run.lastStated ?? 0];
  return history.flatMap(({ from, to }, era) => {
    const utc = utcIn === null ? [first + toUtc] : yearsOf(from, to).map((year) => utcIn(first, year));
    const fits = utc.filter((start) => start >= from - cutOff && start + last - first <= to + DELAY);
    return fits.map((start): Candidate => ({ era, more: start - first - toUtc }));
  });
}

/** The latest year in which the wall clock said the time at which a run begins; null where it never did, or in no year. */
export function yearInHistory({ run, utcIn }: WallRun, history: WallEra[]): number | null {
  const stated = run.firstStated ?? 0;
  const cutOff = DELAY + ROUNDING;
  const years = history.flatMap(({ from, to }) =>
    yearsOf(from, to).filter((year) => {
      const utc = utcIn?.(stated, year) ?? -Infinity;
      return utc >= from - cutOff && utc <= to + DELAY;
    }),
  );
  return years.length > 0 ? Math.max(...years) : null;
}

/** Whether a boot ran whose wall clock said all that a run says. */
export function isInHistory(own: WallRun, history: WallEra[]): boolean {
  return erasAt(history, own).length > 0;
}

/** The latest true time at which the wall clock may have said what a run begins with; null where it never did. */
export function latestTruth(own: WallRun, history: WallEra[]): Micros | null {
  const first = (own.run.firstStated ?? 0) + own.toUtc;
  const truths = erasAt(history, own).flatMap(({ era, more }) => {
    const { shift, after } = history[era] ?? { shift: 0, after: 0 };
    return first + more + shift + after;
  });
  return truths.length > 0 ? Math.max(...truths) : null;
}

/** Years that somewhere on Earth begin, last or end between two times. */
function yearsOf(from: Micros, to: Micros): number[] {
  return [...new Set([yearIn(from - DAY), yearIn(to + DAY)])];
}

/**
 * Stated times of a run at which a stretch of the history begins or ends, for the run to be cut there. Where no year is
 * written, that is the day of the year at which it does.
 */
export function bordersOf({ run, toUtc, utcIn }: WallRun, history: WallEra[]): Micros[] {
  if (isExact(history)) return [];
  const cutOff = DELAY + (isCoarse(run) ? ROUNDING : 0);
  const [first, last] = [(run.firstStated ?? 0) + toUtc, (run.lastStated ?? 0) + toUtc];
  const years = utcIn === null ? [] : yearsOf(first, last);
  const borders = history
    .flatMap(({ from, to }) => [from - cutOff, to + DELAY + 1])
    .flatMap((at) => [at - toUtc, ...years.map((year) => inYear(at, year) - toUtc)]);
  return [...new Set(borders)].toSorted((a, b) => a - b);
}

/**
 * Leaves the candidates that fit an order in which no run lies in an earlier stretch than the one before it, and one
 * that begins before the end of its predecessor in a later stretch.
 */
function inOrder(candidates: Candidate[][], isBack: boolean[]): Candidate[][] {
  let least = -1;
  const forward = candidates.map((own, at) => {
    const left = own.filter(({ era }) => era >= least + (isBack[at] ? 1 : 0));
    if (left.length > 0) least = Math.min(...left.map(({ era }) => era));
    return left.length > 0 ? left : own;
  });
  let most = Infinity;
  const backward = forward.toReversed().map((own, fromEnd) => {
    const follower = isBack[forward.length - fromEnd];
    const left = own.filter(({ era }) => era <= most - (follower ? 1 : 0));
    if (left.length > 0) most = Math.max(...left.map(({ era }) => era));
    return left.length > 0 ? left : own;
  });
  return backward.toReversed();
}

function correctionOf(candidates: Candidate[], history: WallEra[]): Correction | null {
  const eras = candidates.flatMap(({ era, more }) => {
    const own = history[era];
    return own ? [{ basis: own.basis, shift: own.shift + more, before: own.before, after: own.after }] : [];
  });
  const wrong = eras.filter(({ basis, shift }) => basis !== "exact" || shift !== 0);
  if (eras.length === 0) return null;
  if (wrong.length === 0) return { shift: 0, least: 0, most: 0, basis: "exact" };
  const likeliest = eras.findLast(({ basis }) => basis === "exact") ?? wrong.at(-1);
  const least = Math.min(...eras.map(({ shift, before }) => shift - before));
  const most = Math.max(...eras.map(({ shift, after }) => shift + after));
  const basis = most - least <= WELL_KNOWN ? "clock-corrected" : "order-only";
  return { shift: likeliest?.shift ?? 0, least, most, basis };
}

/** A placement moved by a correction; what was uncertain stays so. */
export function correctPlacement(placement: Placement, { shift, least, most, basis }: Correction): Placement {
  if (basis === "exact") return placement;
  return {
    ...placement,
    offset: placement.offset + shift,
    before: placement.before + shift - least,
    after: placement.after + most - shift,
    basis,
  };
}

/** The place of one time that the wall clock wrote. */
export function correctInstant(at: Instant, precision: Micros, history: WallEra[]): Instant {
  if (isExact(history)) return at;
  const correction = correctionOf(
    erasAt(history, { run: momentOf(at.best, precision), toUtc: 0, utcIn: null }, precision),
    history,
  );
  if (!correction || correction.basis === "exact") return at;
  const { shift, least, most, basis } = correction;
  return { lo: at.lo + least, hi: at.hi + most, best: at.best + shift, basis };
}

function momentOf(stated: Micros, precision: Micros): Pick<ClockRun, "firstStated" | "lastStated"> {
  return { firstStated: precision >= SECOND ? Math.floor(stated / SECOND) * SECOND : stated, lastStated: stated };
}
