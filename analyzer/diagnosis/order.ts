import type { Finding } from "../model/rule.ts";
import type { Instant } from "../model/time.ts";
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
  if (!cause.window || !effect.window || cause.openStart || effect.active === true) return false;
  // A finding tells when something was seen; damage on a disk is often seen long after it was done.
  if (cause.layer === "filesystem" || cause.layer === "runtime-storage") return false;
  return certainlyBefore(effect.window, cause.window);
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
