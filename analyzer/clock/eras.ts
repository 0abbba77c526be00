/** What the journal tells of each boot's wall clock, measured against the clock that never steps. */
import type { Micros } from "../model/time.ts";
import { SECOND } from "../model/time.ts";
import type { ClockRun } from "./run.ts";

/** A stretch of one boot in which the wall clock kept its distance from the monotonic clock. */
export interface Era {
  /** Wall clock less monotonic clock, µs: what the clock claims for second 0 of the boot. At its start and its end. */
  distance: Micros;
  endDistance: Micros;
  /** µs since boot of the first and the last entry. */
  first: Micros;
  last: Micros;
  /** Store ids of the first events of the files that hold it, the earliest first. */
  starts: number[];
  /** Store ids of the last events of the files that hold its end: not always those that hold the next one's start. */
  ends: number[];
}

/** One boot as far as entries with both times show it. Eras are in order of the monotonic clock. */
export interface MeasuredBoot {
  id: string;
  eras: Era[];
}

/** NTP slews less than this; it also covers what lies between two entries of which one was delayed. */
const SAME = 0.3 * SECOND;
/** A hostile journal may claim any number of boots. */
const MOST_BOOTS = 500;
/** The files of users are written beside the system's. */
const MOST_STARTS = 4;
const BESIDE = 5 * SECOND;

/** The boots of all runs that carry a boot and a monotonic time, in order of their first event. */
export function measureBoots(runs: ClockRun[]): MeasuredBoot[] {
  const byBoot = new Map<string, ClockRun[]>();
  for (const run of runs) {
    if (run.boot === null || run.clock !== "utc" || run.firstMonotonic === null || run.firstStated === null) continue;
    const own = byBoot.get(run.boot);
    if (own) own.push(run);
    else if (byBoot.size < MOST_BOOTS) byBoot.set(run.boot, [run]);
  }
  return [...byBoot].map(([id, own]) => ({ id, eras: erasOf(own) }));
}

function eraOf(run: ClockRun): Era {
  const [first, last] = [run.firstMonotonic ?? 0, run.lastMonotonic ?? 0];
  return {
    distance: (run.firstStated ?? 0) - first,
    endDistance: (run.lastStated ?? 0) - last,
    first,
    last,
    starts: [run.firstEvent],
    ends: [run.lastEvent],
  };
}

function erasOf(runs: ClockRun[]): Era[] {
  const eras: Era[] = [];
  const sorted = runs.map(eraOf).toSorted((a, b) => a.first - b.first || (a.starts[0] ?? 0) - (b.starts[0] ?? 0));
  for (const next of sorted) {
    const known = eras.at(-1);
    if (known && Math.abs(next.distance - known.endDistance) <= SAME) {
      known.ends = endsOf(known, next);
      if (next.last > known.last) Object.assign(known, { last: next.last, endDistance: next.endDistance });
      if (next.first - known.first < BESIDE && known.starts.length < MOST_STARTS) known.starts.push(...next.starts);
    } else eras.push(next);
  }
  // A sparse log that has no entry near a step seems to last beyond it.
  return eras.map((era, index) => ({ ...era, last: Math.min(era.last, eras[index + 1]?.first ?? era.last) }));
}

function endsOf(known: Era, next: Era): number[] {
  if (next.last - known.last > BESIDE) return next.ends;
  return next.last < known.last - BESIDE ? known.ends : [...known.ends, ...next.ends].slice(-MOST_STARTS);
}
