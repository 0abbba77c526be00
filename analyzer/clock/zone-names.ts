/** The node's zone by the names that its clock, `timedatectl` and `/etc/timezone` give it. */
import type { Micros } from "../model/time.ts";
import { HOUR } from "../model/time.ts";
import type { Zone } from "./zone.ts";
import { namedZone } from "./zone.ts";

/** The tz database has these under their name in winter, or under a place. */
const ELSEWHERE = new Map([
  ["CEST", "CET"],
  ["EEST", "EET"],
  ["WEST", "WET"],
  ["MEST", "MET"],
  ["JST", "Asia/Tokyo"],
  ["KST", "Asia/Seoul"],
  ["HKT", "Asia/Hong_Kong"],
  ["WIB", "Asia/Jakarta"],
  ["PKT", "Asia/Karachi"],
  ["MSK", "Europe/Moscow"],
  ["SAST", "Africa/Johannesburg"],
  ["NZST", "Pacific/Auckland"],
  ["NZDT", "Pacific/Auckland"],
]);

/** Offsets east of UTC, in hours, of all zones that one abbreviation stands for, with their summer time. */
const AMBIGUOUS = new Map<string, [number, number]>([
  ["AST", [-4, 4]],
  ["BST", [0, 6]],
  ["CDT", [-5, 9]],
  ["CST", [-6, 8]],
  ["EDT", [-5, 11]],
  ["EST", [-5, 11]],
  ["IST", [0, 5.5]],
  ["MST", [-7, 8]],
  ["PST", [-8, 8]],
]);

/** The zone that a name settles: places such as `Asia/Shanghai` before abbreviations. Null when none does. */
export function zoneNamed(names: string[]): Zone | null {
  const places = names.filter((name) => name.includes("/"));
  for (const name of [...places, ...names]) {
    if (AMBIGUOUS.has(name)) continue;
    try {
      return namedZone(ELSEWHERE.get(name) ?? name, `the node says so: ${name}`);
    } catch {
      // A damaged name, or one that the tz database does not have: the next may be better.
    }
  }
  return null;
}

/** Bounds of the offset, µs, that an abbreviation with several meanings leaves open, and why; null without one. */
export function boundsNamed(names: string[]): [least: Micros, most: Micros, basis: string] | null {
  const name = names.find((own) => AMBIGUOUS.has(own));
  const [least, most] = AMBIGUOUS.get(name ?? "") ?? [0, 0];
  if (name === undefined) return null;
  return [least * HOUR, most * HOUR, `assumed UTC: the node's clock says ${name}, which names several zones`];
}
