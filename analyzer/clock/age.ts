import type { Instant, Micros } from "../model/time.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../model/time.ts";

const UNITS: Record<string, Micros> = {
  second: SECOND,
  minute: MINUTE,
  hour: HOUR,
  day: DAY,
  week: 7 * DAY,
  month: 30 * DAY,
  year: 365 * DAY,
};

/** An older container is none. */
const LONGEST = 200 * 365 * DAY;

/**
 * The ages that a rounded text stands for: [least, most) in µs, or null when it is none. Inverts HumanDuration of
 * docker/go-units duration.go, where hours are rounded to the nearest and all larger units are cut: `3 days` is an age
 * of 71.5 to 95.5 hours.
 */
export function ageBounds(text: string): [Micros, Micros] | null {
  const age = text.trim().replace(/\s+ago$/, "");
  if (/^less than a second$/i.test(age)) return [0, SECOND];
  if (/^about a minute$/i.test(age)) return [MINUTE, 2 * MINUTE];
  // Older versions said "About an hour" from the 46th minute on.
  if (/^about an hour$/i.test(age)) return [46 * MINUTE, 1.5 * HOUR];
  const match = /^(\d+)\s+(second|minute|hour|day|week|month|year)s?$/i.exec(age);
  if (!match) return null;
  const unit = (match[2] ?? "").toLowerCase();
  const size = UNITS[unit] ?? 0;
  const least = Number(match[1]) * size;
  if (least > LONGEST) return null;
  if (unit === "hour") return [least - HOUR / 2, least + HOUR / 2];
  const rounded = unit === "day" || unit === "week" || unit === "month";
  return rounded ? [least - HOUR / 2, least + size - HOUR / 2] : [least, least + size];
}

/** When something of that age happened, seen at `now`. */
export function instantOfAge(text: string, now: Instant): Instant | null {
  const bounds = ageBounds(text);
  if (bounds === null) return null;
  const [least, most] = bounds;
  const lo = now.lo - most;
  const hi = now.hi - least;
  return { lo, hi, best: Math.round((lo + hi) / 2), basis: "relative-age" };
}
