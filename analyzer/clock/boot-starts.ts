/** Where second 0 of each boot lies: a point where its clock was set, an interval between its neighbours where not. */
import type { Instant, Micros } from "../model/time.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../model/time.ts";
import type { SettledBoot } from "./boot-trust.ts";

export interface PlacedBoot extends SettledBoot {
  /** True time of second 0. */
  start: Instant;
  /** µs from second 0 to the last sign of life. */
  length: Micros;
  /** Neither the next boot nor the collection bounds it. */
  open: boolean;
}

/** An unsynchronized crystal, and slewing by NTP. */
const DRIFT = 5e-4;
/** Saving, and the time that a shutdown and a start take. */
const SAVED_LATELY = 10 * MINUTE;
const READING = 10_000;
/** Bound of a boot that nothing bounds: no card is used longer with the system it was written with. */
const UNBOUNDED = 3660 * DAY;
/** A boot known this well may be drawn where it most likely is. */
const WELL_KNOWN = HOUR;

interface Bounds {
  boot: SettledBoot;
  length: Micros;
  lo: Micros | null;
  hi: Micros | null;
}

/**
 * @param boots in true order
 * @param collectedAt true time of the collection, which no boot outlived; null when it is not known
 * @param atLeast lower bounds of second 0 from elsewhere, by boot id
 */
export function placeStarts(
  boots: SettledBoot[],
  collectedAt: Micros | null,
  atLeast: Map<string, Micros>,
): PlacedBoot[] {
  const bounds = boots.map((boot) => boundsOf(boot));
  backward(bounds, collectedAt);
  forward(bounds, atLeast);
  return bounds.map(toPlaced);
}

function boundsOf(boot: SettledBoot): Bounds {
  const length = Math.max(0, ...boot.eras.map(({ last }) => last));
  const era = boot.anchor === null ? undefined : boot.eras[boot.anchor];
  if (!era) return { boot, length, lo: null, hi: null };
  const error = READING + Math.round(DRIFT * era.first);
  return { boot, length, lo: era.distance - error - boot.doubt.before, hi: era.distance + error + boot.doubt.after };
}

/** No boot ends after the one after it started. */
function backward(bounds: Bounds[], collectedAt: Micros | null): void {
  let end = collectedAt;
  for (const own of bounds.toReversed()) {
    if (own.boot.anchor === null && end !== null) own.hi = end - own.length;
    end = own.hi ?? end;
  }
}

/** No boot starts before the one before it ended, nor before a time that was saved, less what that clock was ahead. */
function forward(bounds: Bounds[], atLeast: Map<string, Micros>): void {
  let end: Micros | null = null;
  const ahead: Ahead[] = [];
  /** How far a clock that a person had set may have been ahead, which then was saved. */
  let doubt = 0;
  for (const own of bounds) {
    const { boot, hi } = own;
    // A clock that a person set goes on as the crystal does.
    const drift = boot.doubt.before + boot.doubt.after > 0 ? Math.round(DRIFT * own.length) : 0;
    if (boot.anchor !== null) ahead.push(...aheadIn(boot));
    if (boot.anchor !== null) doubt = Math.max(doubt, boot.doubt.before + drift);
    if (boot.anchor === null) {
      const restored = boot.eras.flatMap(({ distance, first, last, endDistance }, at) => {
        if (boot.states[at] !== "restored") return [];
        const by = aheadAt(distance + first, ahead);
        if (by > 0) ahead.push({ until: endDistance + last, by });
        return [distance - doubt - by];
      });
      const least = [...restored, atLeast.get(boot.id) ?? -Infinity, end ?? -Infinity];
      // A time that lies behind the upper bound was saved by a clock that was wrong itself.
      const lo = Math.max(...least.filter((time) => time > -Infinity && (hi === null || time <= hi)));
      own.lo = lo === -Infinity ? null : lo;
    }
    if (own.lo !== null) end = own.lo + own.length - drift;
  }
}

/** The last time that a clock said while it was ahead, which may have been saved. */
interface Ahead {
  until: Micros;
  by: Micros;
}

function aheadIn({ eras, anchor }: SettledBoot): Ahead[] {
  const right = eras[anchor ?? -1];
  if (!right) return [];
  return eras.flatMap(({ distance, endDistance, last }) => {
    const drift = Math.round(DRIFT * Math.max(0, last - right.last));
    const by = Math.max(distance - right.distance, endDistance - right.endDistance) + drift;
    return by > SECOND ? [{ until: endDistance + last, by }] : [];
  });
}

/** How far ahead a clock may have been that had saved a time. */
function aheadAt(saved: Micros, ahead: Ahead[]): Micros {
  return Math.max(0, ...ahead.filter(({ until }) => saved <= until + SAVED_LATELY).map(({ by }) => by));
}

function toPlaced({ boot, length, lo, hi }: Bounds): PlacedBoot {
  const own = boot.anchor === null ? null : (boot.eras[boot.anchor]?.distance ?? null);
  if (boot.anchor !== null && lo !== null && hi !== null) {
    return { ...boot, length, open: false, start: { lo, hi, best: own ?? lo, basis: "clock-corrected" } };
  }
  const first = boot.eras[0]?.distance ?? 0;
  const least = lo ?? (hi === null ? first : hi - UNBOUNDED);
  const most = Math.max(hi ?? least + UNBOUNDED, least + SECOND);
  const basis = most - least <= WELL_KNOWN ? "clock-corrected" : "order-only";
  const best = lo ?? (hi === null ? least : most);
  return { ...boot, length, open: hi === null || lo === null, start: { lo: least, hi: most, best, basis } };
}
