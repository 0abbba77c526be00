/** What the wall clock of the node said, boot by boot, and how far each stretch of it was from the truth. */
import type { Micros, Placement } from "../model/time.ts";
import { HOUR, MINUTE, SECOND } from "../model/time.ts";
import type { TimeBasis } from "../model/words.ts";
import type { PlacedBoot } from "./boot-starts.ts";
import type { ClockRun } from "./run.ts";

/** A stretch of wall time with one correction: true time = stated + shift, at most `before` earlier, `after` later. */
export interface WallEra {
  boot: PlacedBoot;
  /** Index in the boot's eras. */
  index: number;
  /** Stated times that it can hold: from the start of the boot or the step before it, up to the step that ends it. */
  from: Micros;
  to: Micros;
  shift: Micros;
  before: Micros;
  after: Micros;
  basis: TimeBasis;
}

const DRIFT = 5e-4;
const READING = 10_000;
const WELL_KNOWN = HOUR;
/** journald writes to the disk every five minutes, so a power cut takes as much of the end of the journal with it. */
const UNSEEN_END = 6 * MINUTE;

const SHUT_DOWN = 5 * SECOND;

/**
 * All eras of all boots, in true order.
 * @param shutdowns ids of boots whose log ends with a shutdown, so that nothing of them is missing there
 */
export function historyOf(boots: PlacedBoot[], shutdowns: Set<string>): WallEra[] {
  return boots.flatMap((boot) => {
    const shifts = shiftsOf(boot);
    return boot.eras.map((era, index): WallEra => {
      const shift = shifts[index] ?? 0;
      const from = era.distance + (boot.steps[index - 1]?.after ?? 0);
      const to =
        era.endDistance + (boot.steps[index]?.before ?? era.last + (shutdowns.has(boot.id) ? SHUT_DOWN : UNSEEN_END));
      const range = { boot, index, from, to, shift };
      return { ...range, ...uncertainty(boot, index, shift) };
    });
  });
}

/** From the era that is right, or the last, outwards: each border adds its step. A suspend is no step. */
function shiftsOf(boot: PlacedBoot): Micros[] {
  const { eras, steps, start } = boot;
  const base = boot.anchor ?? eras.length - 1;
  const shifts = eras.map(() => 0);
  shifts[base] = boot.anchor === null ? start.best - (eras[base]?.distance ?? 0) : 0;
  const size = (border: number): Micros => {
    const step = steps[border];
    return !step || step.cause?.kind === "resumed" ? 0 : step.delta;
  };
  for (let at = base - 1; at >= 0; at--) shifts[at] = (shifts[at + 1] ?? 0) + size(at);
  for (let at = base + 1; at < eras.length; at++) shifts[at] = (shifts[at - 1] ?? 0) - size(at - 1);
  return shifts;
}

function uncertainty(boot: PlacedBoot, index: number, shift: Micros): Pick<WallEra, "before" | "after" | "basis"> {
  const { start, anchor } = boot;
  if (anchor === null) {
    const error = READING + Math.round(DRIFT * (boot.eras[index]?.last ?? 0));
    return { before: start.best - start.lo + error, after: start.hi - start.best + error, basis: start.basis };
  }
  const { doubt } = boot;
  const isSure = doubt.before + doubt.after === 0;
  if (shift === 0 && isSure) return { before: 0, after: 0, basis: "exact" };
  const [own, right] = [boot.eras[index], boot.eras[anchor]];
  const apart = own && right ? Math.max(right.first - own.first, own.last - right.last) : 0;
  // A clock that a person set goes on as the crystal does.
  const alone = isSure ? 0 : Math.max(0, (own?.last ?? 0) - (right?.first ?? 0));
  const error = READING + Math.round(DRIFT * Math.max(0, apart, alone));
  const before = error + doubt.before;
  const after = error + doubt.after;
  return { before, after, basis: isSure || before + after <= WELL_KNOWN ? "clock-corrected" : "order-only" };
}

/** The era in which a run with a monotonic time lies. */
export function eraOfRun(run: ClockRun, history: WallEra[]): WallEra | null {
  const { firstMonotonic: at, firstStated: stated } = run;
  if (run.boot === null || at === null || stated === null) return null;
  const own = history.filter(({ boot }) => boot.id === run.boot);
  const apart = ({ boot, index }: WallEra): Micros => {
    const era = boot.eras[index];
    return era ? Math.abs(stated - at - era.distance) : Infinity;
  };
  const begun = own.filter(({ boot, index }) => (boot.eras[index]?.first ?? 0) <= at);
  return begun.reduce<WallEra | null>((best, era) => (best && apart(best) < apart(era) ? best : era), null);
}

/** The placement of a run whose era is known. */
export function placementIn(run: Pick<ClockRun, "firstEvent" | "lastEvent">, era: WallEra): Placement {
  const { firstEvent, lastEvent } = run;
  const { shift, before, after, basis } = era;
  return { firstEvent, lastEvent, offset: shift, before, after, basis, lo: null, hi: null };
}
