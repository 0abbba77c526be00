import type { Finding } from "../model/rule.ts";
import type { Instant, Micros } from "../model/time.ts";
import { DAY, HOUR, MINUTE } from "../model/time.ts";
import { layers, roles } from "../model/words.ts";

/**
 * Whether `a` is over for certain before `b` begins. Times that share an assumed zone move together, so among
 * themselves they are as good as exact.
 */
export function certainlyBefore(a: Instant, b: Instant): boolean {
  if (a.basis === "zone-assumed" && b.basis === "zone-assumed") {
    return a.best + (a.hi - a.lo) < b.best && a.hi < b.lo;
  }
  return a.hi <= b.lo;
}

/**
 * Whether `effect` was over before `cause` could have begun, so that it cannot follow from it. What goes on is never
 * over, and a cause whose log begins with it may be older than it looks.
 */
export function contradictsOrder(cause: Finding, effect: Finding): boolean {
  if (!cause.window || !effect.window || effect.active === true) return false;
  // What was over long before the first sign of what is still there had another reason, however old the damage may be.
  if (effect.active === false && cause.active === true && cause.window.lo - effect.window.hi > NEAR) return true;
  // A finding tells when something was seen; damage on a disk is often seen long after it was done.
  if (cause.openStart || cause.layer === "filesystem" || cause.layer === "runtime-storage") return false;
  return certainlyBefore(effect.window, cause.window);
}

/** What was over for longer than this when something else began did hardly bring it about. */
export const NEAR = HOUR;
/** Beyond this it is not its cause, whatever else speaks for it. */
export const FAR = DAY;

/** Whether `cause` was over so long before `effect` began that it is not its cause. Damage stays, whenever it was done. */
export function tooFarBefore(cause: Finding, effect: Finding): boolean {
  if (cause.active === true || !cause.window || !effect.window || leavesDamage(cause)) return false;
  return effect.window.lo - cause.window.hi > (cause.active === false ? NEAR : FAR);
}

/** Causes that are a state of the disk: they stay until somebody repairs them. */
export function leavesDamage({ cause }: Finding): boolean {
  return /corruption/.test(cause);
}

export interface Sequence {
  order: "before" | "maybe-before" | "after" | "unknown";
  /** From the last sign of the event before the damage to the first sign of the damage: at least and at most, in µs. */
  least: Micros;
  most: Micros;
}

/** The signs of a finding in time, and its window where its lines carry none. */
function signs(finding: Finding): Instant[] {
  const timed = finding.evidence.flatMap(({ at }) => (at && at.basis !== "order-only" ? [at] : []));
  if (timed.length > 0) return timed.toSorted((a, b) => a.lo - b.lo);
  return finding.window ? [finding.window] : [];
}

/** Where an event lies against the first sign of a damage. Times are intervals: what only may have been before is told apart. */
export function sequence(event: Finding, damage: Finding): Sequence {
  const [first] = signs(damage);
  const events = signs(event);
  const [begin] = events;
  if (!first || !begin) return { order: "unknown", least: 0, most: 0 };
  const before = events.filter((sign) => certainlyBefore(sign, first));
  const last = before.at(-1);
  if (last) return { order: "before", least: Math.max(0, first.lo - last.hi), most: first.hi - last.lo };
  if (certainlyBefore(first, begin) && !event.openStart && !damage.openStart) {
    return { order: "after", least: begin.lo - first.hi, most: begin.hi - first.lo };
  }
  return { order: "maybe-before", least: 0, most: Math.max(0, first.hi - begin.lo) };
}

/** `2 minutes`, `5 hours`, `3 days`: a distance as people say it. */
export function distance(length: Micros): string {
  const units: [Micros, string][] = [
    [DAY, "day"],
    [HOUR, "hour"],
    [MINUTE, "minute"],
  ];
  const unit = units.find(([size]) => length >= 2 * size) ?? units.find(([size]) => length >= size);
  if (!unit) return "less than a minute";
  const count = Math.floor(length / unit[0]);
  return `${count} ${unit[1]}${count === 1 ? "" : "s"}`;
}

/** Sorts lower layers first, then causes before effects, then by id: a fixed order without ties. */
export function rank(finding: Finding): [number, number, string] {
  return [layers.indexOf(finding.layer), roles.indexOf(finding.role), finding.findingId];
}

/** Compares by rank. */
export function byRank(a: Finding, b: Finding): number {
  const [x, y] = [rank(a), rank(b)];
  return x[0] - y[0] || x[1] - y[1] || (x[2] < y[2] ? -1 : 1);
}
