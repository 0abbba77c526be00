/**
 * Steps of the clock that only a log itself shows: within one file, order is truth, so what jumps back was written by
 * a clock that was wrong, before the jump or after it. After it when the time comes back in one leap past where it had
 * been: that is a machine that started at a saved time. Otherwise before it: that clock was ahead, and was put right.
 */
import type { Micros } from "../model/time.ts";
import { MINUTE } from "../model/time.ts";

/** A stretch of a file with its first and last time, by the node's clock or corrected. */
export interface Stretch {
  first: Micros;
  last: Micros;
  /** The boots of the journal tell its place: it is not in doubt. */
  settled: boolean;
}

/** Lines of several threads come out of order by less. */
const SLACK = MINUTE;

/**
 * Which stretches of one file, in file order, a clock wrote that was wrong.
 * @param stretches null where the clock was not set
 */
export function wrongStretches(stretches: (Stretch | null)[]): boolean[] {
  const wrong = stretches.map((stretch) => stretch === null);
  for (let at = stretches.length - 2; at >= 0; at--) {
    const stretch = stretches[at];
    const followers = stretches.flatMap((own, index) =>
      own && index > at && !wrong[index] ? [{ ...own, index }] : [],
    );
    const [next] = followers;
    if (!stretch || wrong[at] || !next || stretch.last <= next.first + SLACK) continue;
    const back = followers.findIndex(({ first }) => first >= stretch.last - SLACK);
    const lost = followers.slice(0, back === -1 ? followers.length : back);
    const isSaved = back !== -1 && isLeap(stretch, lost, followers[back]);
    const isAhead = !isSaved || goesOn(stretches[at - 1], stretch, next);
    const hasSettled = lost.some(({ settled }) => settled);
    // Where both can be, neither is trusted.
    if ((stretch.settled || isSaved) && !hasSettled) for (const { index } of lost) wrong[index] = true;
    if ((isAhead || hasSettled) && !stretch.settled) wrong[at] = true;
  }
  return wrong;
}

/** Whether most of what was lost at the jump back is made good between two lines. */
function isLeap(before: Stretch, lost: Stretch[], back: Stretch | undefined): boolean {
  const [first, last] = [lost[0], lost.at(-1)];
  return back !== undefined && first !== undefined && last !== undefined
    ? back.first - last.last > (before.last - first.first) / 2
    : false;
}

/** Whether the time after a stretch goes on as if the stretch had taken the place of a pause: it was ahead. */
function goesOn(before: Stretch | null | undefined, { first, last }: Stretch, next: Stretch): boolean {
  const silent = before ? next.first - before.last - (last - first) : -1;
  return silent >= 0 && silent < 5 * MINUTE;
}
