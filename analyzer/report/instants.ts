import type { ReportTime } from "../model/report.ts";
import type { Instant, Micros } from "../model/time.ts";
import { SECOND } from "../model/time.ts";

/** ISO 8601 UTC with as many digits after the second as `precision` (µs) leaves known. */
export function isoTime(time: Micros, precision: Micros): string {
  const whole = Math.floor(time / SECOND);
  const micros = time - whole * SECOND;
  const seconds = new Date(whole * 1000).toISOString().slice(0, 19);
  const digits = precision >= SECOND ? 0 : precision >= 1000 ? 3 : 6;
  const fraction = String(micros).padStart(6, "0").slice(0, digits);
  return digits === 0 || Number(fraction) === 0 ? `${seconds}Z` : `${seconds}.${fraction}Z`;
}

/**
 * An instant for the report: when it is known to a second or better a point, where events are drawn as well, else an
 * interval widened to seconds. `hi` is the first µs after it.
 */
export function reportTime(at: Instant | null): ReportTime | null {
  if (at === null) return null;
  const width = at.hi - at.lo;
  if (width <= SECOND) {
    const point = isoTime(at.best, width);
    return { from: point, to: point, basis: at.basis };
  }
  const time: ReportTime = {
    from: isoTime(at.lo, SECOND),
    to: isoTime(Math.ceil((at.hi - 1) / SECOND) * SECOND, SECOND),
    basis: at.basis,
  };
  return at.best === at.lo ? time : { ...time, best: isoTime(at.best, 1) };
}
