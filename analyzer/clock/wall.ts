/**
 * Times that only the wall clock wrote (text logs, logs of containers, mtimes, superblocks), on a node whose wall clock
 * was wrong at times: the history says in which stretch of which boot the clock can have said them. Within one file,
 * file order is truth, so the stretches of its runs follow each other.
 */
import type { Instant, Micros, Placement } from "../model/time.ts";
import { HOUR, MINUTE, SECOND } from "../model/time.ts";
import type { TimeBasis } from "../model/words.ts";
import type { WallEra } from "./history.ts";
import type { ClockRun } from "./run.ts";

/** A run with the shift that makes its stated times UTC by the node's own clock. */
export interface WallRun {
  run: ClockRun;
  toUtc: Micros;
}

/** Texts cut the second off; the last lines of a boot may be missing from the journal. */
const ROUNDING = SECOND;
const UNSEEN_END = MINUTE;
const WELL_KNOWN = HOUR;

/** What a time can be: from `least` to `most` are the corrections, `shift` the likeliest. */
interface Correction {
  shift: Micros;
  least: Micros;
  most: Micros;
  basis: TimeBasis;
}

/** Corrections for runs of one artifact in file order; null where nothing of the history says otherwise. */
export function correctionsOf(runs: WallRun[], history: WallEra[]): (Correction | null)[] {
  if (history.every(({ basis }) => basis === "exact")) return runs.map(() => null);
  const candidates = runs.map(({ run, toUtc }) => {
    const [first, last] = [(run.firstStated ?? 0) + toUtc, (run.lastStated ?? 0) + toUtc];
    const own = erasAt(history, first, last);
    const named = own.filter((at) => history[at]?.boot.id === run.boot);
    return named.length > 0 ? named : own;
  });
  return inOrder(candidates).map((own) => correctionOf(own.flatMap((at) => history[at] ?? [])));
}

function erasAt(history: WallEra[], first: Micros, last: Micros): number[] {
  return history.flatMap((era, at) => {
    const end = era.index === era.boot.eras.length - 1 ? UNSEEN_END : ROUNDING;
    return first >= era.from - ROUNDING && last <= era.to + end ? [at] : [];
  });
}

/** Leaves the candidates that fit an order in which no run lies in an earlier stretch than the one before it. */
function inOrder(candidates: number[][]): number[][] {
  let least = -1;
  const forward = candidates.map((own) => {
    const left = own.filter((at) => at >= least);
    if (left.length > 0) least = Math.min(...left);
    return left.length > 0 ? left : own;
  });
  let most = Infinity;
  return forward
    .toReversed()
    .map((own) => {
      const left = own.filter((at) => at <= most);
      if (left.length > 0) most = Math.max(...left);
      return left.length > 0 ? left : own;
    })
    .toReversed();
}

function correctionOf(eras: WallEra[]): Correction | null {
  const wrong = eras.filter(({ basis }) => basis !== "exact");
  if (wrong.length === 0) return null;
  const likeliest = eras.findLast(({ basis }) => basis === "exact") ?? wrong.at(-1);
  const least = Math.min(...eras.map(({ shift, before }) => shift - before));
  const most = Math.max(...eras.map(({ shift, after }) => shift + after));
  const basis = most - least <= WELL_KNOWN ? "clock-corrected" : "order-only";
  return { shift: likeliest?.shift ?? 0, least, most, basis };
}

/** A placement moved by a correction; what was uncertain stays so. */
export function correctPlacement(placement: Placement, { shift, least, most, basis }: Correction): Placement {
  return {
    ...placement,
    offset: placement.offset + shift,
    before: placement.before + shift - least,
    after: placement.after + most - shift,
    basis,
  };
}

/** The place of one time that the wall clock wrote. */
export function correctInstant(at: Instant, history: WallEra[]): Instant {
  if (history.every(({ basis }) => basis === "exact")) return at;
  const eras = erasAt(history, at.best, at.best).flatMap((index) => history[index] ?? []);
  const correction = correctionOf(eras);
  if (!correction) return at;
  const { shift, least, most, basis } = correction;
  return { lo: at.lo + least, hi: at.hi + most, best: at.best + shift, basis };
}

/**
 * Stated times (UTC by the node's clock) at which a forward step of less than a pause may hide inside of a run: what is
 * said from there on was said after it.
 */
export function hiddenSteps(history: WallEra[]): Micros[] {
  return history.flatMap(({ boot, index, from }) => {
    const delta = index === 0 ? 0 : (boot.steps[index - 1]?.delta ?? 0);
    return delta > SECOND ? [Math.floor(from / SECOND) * SECOND] : [];
  });
}
