import type { Evidence } from "../model/rule.ts";
import type { Instant } from "../model/time.ts";
import { MINUTE } from "../model/time.ts";
import { timeBases } from "../model/words.ts";

/** From the first to the last of several instants, as weakly known as the weakest of them. Null without any. */
export function windowOf(instants: (Instant | null)[]): Instant | null {
  const known = instants.filter((instant) => instant !== null);
  const first = known[0];
  if (first === undefined) return null;
  return known.reduce(
    (all, { lo, hi, best, basis }) => ({
      lo: Math.min(all.lo, lo),
      hi: Math.max(all.hi, hi),
      best: Math.min(all.best, best),
      basis: timeBases.indexOf(basis) > timeBases.indexOf(all.basis) ? basis : all.basis,
    }),
    first,
  );
}

/** Silence that says nothing yet. */
const PATIENCE = 2 * MINUTE;
/** A rare line may be silent for this long and still hold. */
const RARE_PATIENCE = 10 * MINUTE;

/**
 * Whether something that was said `count` times from `first` to `last` still went on when its log ended: true or false
 * by its own rhythm, null when it was said too seldom to tell.
 */
export function stillActive(first: Evidence, last: Evidence, count: number, end: Evidence | null): boolean | null {
  if (!first.at || !last.at || !end?.at) return null;
  const silence = end.at.best - last.at.best;
  if (count < 3) return silence <= RARE_PATIENCE ? true : null;
  const rhythm = (last.at.best - first.at.best) / (count - 1);
  return silence <= Math.max(10 * rhythm, PATIENCE);
}

/** A log that begins with a complaint does not tell when the trouble began. */
const BEGINNING = 5 * MINUTE;

/** Whether a line stands so near to the beginning of its log that what it says may have begun earlier. */
export function startsWithLog(first: Evidence, begin: Evidence | null): boolean {
  if (!first.at || !begin?.at) return true;
  return first.at.best - begin.at.best <= BEGINNING;
}
