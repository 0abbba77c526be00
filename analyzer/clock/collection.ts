/** When the bundle was collected: by the node's clock, put right, and how long it took. */
import type { Instant, Micros, Placement } from "../model/time.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../model/time.ts";
import type { BootInput, Boots } from "./boots.ts";

/** What lies later after its start is no sign of the collection. */
const LONGEST_COLLECTION = HOUR;

/** What the node's clock said at the collection, put right by the boot that it was said in. */
export function correctedCollection(
  stated: { at: Instant; basis: string },
  { collected, history }: Boots,
): typeof stated {
  const era = collected && history.findLast(({ boot }) => boot === collected.boot);
  if (!era || era.basis === "exact") return stated;
  const best = stated.at.best + era.shift;
  const at: Instant = { lo: best - era.before, hi: best + era.after + SECOND, best, basis: era.basis };
  return { at, basis: `${stated.basis}, corrected: that clock was not set` };
}

/** A collector that was stamped ran after that, and hardly a day later. */
export function notBeforeStamp(known: { at: Instant; basis: string }, stamp: Micros | null): typeof known {
  if (stamp === null || known.at.hi >= stamp - MINUTE) return known;
  const at: Instant = { lo: stamp, hi: stamp + DAY, best: stamp, basis: "clock-corrected" };
  return { at, basis: `${known.basis}, which was behind: the machine that printed the collector said so` };
}

/**
 * True times of what was logged, and the reading of the clock at the end, which tell how long collecting took.
 * @param shift from what the clock said at the collection to the true time
 */
export function signsOfCollection(
  { runs, clocks }: Pick<BootInput, "runs" | "clocks">,
  placements: Placement[],
  shift: Micros,
): Micros[] {
  const stated = new Map(runs.map(({ lastEvent, lastStated }) => [lastEvent, lastStated]));
  const logged = placements.flatMap(({ lastEvent, offset, basis }) => {
    const last = stated.get(lastEvent) ?? null;
    return last === null || basis === "order-only" || basis === "zone-assumed" ? [] : [last + offset];
  });
  const read = clocks.flatMap(({ reading, time }) => {
    return reading === "end" && time?.clock === "utc" ? [time.stated + time.precision + shift] : [];
  });
  return [...logged, ...read];
}

/** When an output of the collection was made: from its first sign to its last. */
export function lookedAt(first: Instant, signs: Micros[]): Instant {
  const last = Math.max(first.hi, ...signs.filter((time) => time < first.hi + LONGEST_COLLECTION));
  return { ...first, hi: last };
}
