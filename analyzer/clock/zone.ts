import { createRequire } from "node:module";
import type * as Polyfill from "@js-temporal/polyfill";
import type { Micros } from "../model/time.ts";
import { DAY, HOUR, WIDEST_ZONE_EAST, WIDEST_ZONE_WEST } from "../model/time.ts";

const require = createRequire(import.meta.url);
const UTC_NAMES = new Set(["UTC", "Etc/UTC"]);

/** Days remembered of a named zone. */
const MOST_DAYS = 4_096;

/** The zone in which the node wrote its local times. */
export interface Zone {
  /** IANA name or `UTC+02:00`; null when it is only assumed. */
  name: string | null;
  /** Why this zone, as a sentence for the report. */
  basis: string;
  assumed: boolean;
  /** What is usual was taken, and something else is possible. */
  usual?: boolean;
  /** Bounds of the offset east of UTC, µs; equal when the zone is known. */
  least: Micros;
  most: Micros;
  /** Offset east of UTC, µs, at a civil time (µs, as if UTC). `ambiguous` where a clock change repeats or skips it. */
  offsetAt(stated: Micros): { offset: Micros; least: Micros; most: Micros };
}

/** A zone whose offset never changes. */
export function fixedZone(offset: Micros, name: string | null, basis: string): Zone {
  return {
    name,
    basis,
    assumed: false,
    least: offset,
    most: offset,
    offsetAt: () => ({ offset, least: offset, most: offset }),
  };
}

/**
 * A named zone, with its daylight saving time.
 * @throws RangeError for a name that the tz database does not know.
 */
export function namedZone(name: string, basis: string): Zone {
  if (UTC_NAMES.has(name)) return fixedZone(0, name, basis);
  // Loaded with the first named zone: many nodes keep UTC.
  const { Temporal } = require("@js-temporal/polyfill") as typeof Polyfill;
  const probe = (stated: Micros, disambiguation: "earlier" | "later"): Micros => {
    const civil = Temporal.Instant.fromEpochMilliseconds(Math.floor(stated / 1000)).toZonedDateTimeISO("UTC");
    const zoned = civil.toPlainDateTime().toZonedDateTime(name, { disambiguation });
    return Math.round((Math.floor(stated / 1000) - zoned.epochMilliseconds) * 1000);
  };
  probe(0, "earlier");
  const days = new Map<number, Micros | null>();
  /** The offset of a day on which the clock does not change; null for the others. Asking the tz database is slow. */
  const steadyOffset = (day: number): Micros | null => {
    const known = days.get(day);
    if (known !== undefined) return known;
    const first = probe(day * DAY, "earlier");
    // The start in both readings: Samoa left out a whole day.
    const others = [probe(day * DAY, "later"), probe((day + 1) * DAY, "earlier"), probe((day + 1) * DAY, "later")];
    const steady = others.every((offset) => offset === first) ? first : null;
    if (days.size >= MOST_DAYS) days.clear();
    days.set(day, steady);
    return steady;
  };
  return {
    name,
    basis,
    assumed: false,
    least: -WIDEST_ZONE_WEST,
    most: WIDEST_ZONE_EAST,
    offsetAt(stated) {
      const steady = steadyOffset(Math.floor(stated / DAY));
      if (steady !== null) return { offset: steady, least: steady, most: steady };
      const earlier = probe(stated, "earlier");
      const later = probe(stated, "later");
      return { offset: earlier, least: Math.min(earlier, later), most: Math.max(earlier, later) };
    },
  };
}

/**
 * UTC for want of anything better. The bounds say how far off that may be.
 * @param least the smallest offset east of UTC that the evidence leaves open, µs
 */
export function assumedZone(
  least: Micros = -WIDEST_ZONE_WEST,
  most: Micros = WIDEST_ZONE_EAST,
  basis = "assumed UTC: nothing in the bundle names the node's zone",
): Zone {
  return {
    name: null,
    basis,
    assumed: true,
    least,
    most,
    offsetAt: () => ({ offset: 0, least, most }),
  };
}

/** A zone that is always as far east of another as `ahead` says. */
export function movedZone(base: Zone, ahead: Micros, basis: string): Zone {
  const name = base.assumed || base.least !== base.most ? null : offsetName(base.least + ahead);
  return {
    name,
    basis,
    assumed: base.assumed,
    least: base.least + ahead,
    most: base.most + ahead,
    offsetAt(stated) {
      const { offset, least, most } = base.offsetAt(stated - ahead);
      return { offset: offset + ahead, least: least + ahead, most: most + ahead };
    },
  };
}

/** UTC, because that is usual where the node's zone is not: the bounds reach to that. */
export function usualZone(node: Zone, year: number): Zone {
  const basis = "it is process 1 of a container, where UTC is usual";
  const seasons = [0, 6].map((month) => node.offsetAt(Date.UTC(year, month, 1) * 1000));
  const least = Math.min(0, ...seasons.map((season) => season.least));
  const most = Math.max(0, ...seasons.map((season) => season.most));
  if (least === 0 && most === 0) return fixedZone(0, "UTC", basis);
  const other = node.assumed ? "what is assumed of the node's zone" : `the node's zone, ${node.name ?? "another"}`;
  return {
    name: "UTC",
    basis: `${basis}; nothing measures it, so its times reach to those by ${other}`,
    assumed: false,
    usual: true,
    least,
    most,
    offsetAt(stated) {
      const own = node.offsetAt(stated);
      return { offset: 0, least: Math.min(0, own.least), most: Math.max(0, own.most) };
    },
  };
}

/** `UTC+02:00` for an offset in µs. */
export function offsetName(offset: Micros): string {
  if (offset === 0) return "UTC";
  const minutes = Math.round(Math.abs(offset) / (HOUR / 60));
  const two = (value: number): string => String(value).padStart(2, "0");
  return `UTC${offset < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Civil times between two at which the offset, or what is known of it, changes. */
export function offsetChanges(first: Micros, last: Micros, zone: Zone): Micros[] {
  const changes: Micros[] = [];
  if (zone.assumed || zone.least === zone.most || last - first > 3000 * DAY) return changes;
  const isSame = (a: Micros, b: Micros): boolean => {
    const [one, other] = [zone.offsetAt(a), zone.offsetAt(b)];
    return one.least === other.least && one.most === other.most;
  };
  for (let from = first; from < last;) {
    const end = Math.min(from + DAY, last);
    if (isSame(from, end)) {
      from = end;
      continue;
    }
    let [low, high] = [from, end];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (isSame(middle, from)) low = middle;
      else high = middle;
    }
    changes.push(high);
    from = high;
  }
  return changes;
}
