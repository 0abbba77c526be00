/** Ticks of the time axis in the current zone: round wall-clock times, as many as there is room for. */
import type { Range } from "./state.ts";
import type { Zone } from "./zone.ts";
import { clockText, dateText } from "./zone.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  ...[1, 10, 100].flatMap((decade) => [decade, 2 * decade, 5 * decade]),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 4, 7, 14, 28, 91, 182, 365, 730, 1825, 3650, 7300].map((count) => count * DAY),
];

export interface Tick {
  at: number;
  label: string;
  /** A new day begins here. */
  day: boolean;
}

function label(zone: Zone, ms: number, step: number, day: boolean): string {
  if (zone.name === "relative")
    return clockText(zone, ms, step < SECOND ? "milli" : step < MINUTE ? "second" : "minute");
  if (step >= 28 * DAY) return dateText(zone, ms).slice(0, 7);
  if (step >= DAY || day) return dateText(zone, ms).slice(5);
  return clockText(zone, ms, step < SECOND ? "milli" : step < MINUTE ? "second" : "minute");
}

/** Ticks within a range that is `width` pixels wide, each at least `room` pixels from the next. */
export function ticksOf(zone: Zone, { from, to }: Range, width: number, room: number): Tick[] {
  const step = STEPS.find((size) => (size / (to - from)) * width >= room) ?? STEPS.at(-1) ?? DAY;
  const ticks: Tick[] = [];
  const start = Math.ceil((from + zone.shift(from)) / step) * step;
  for (let wall = start; ticks.length < 200; wall += step) {
    const guess = wall - zone.shift(wall - zone.shift(from));
    if (guess > to) break;
    const day = wall % DAY === 0 && zone.name !== "relative";
    if (guess >= from) ticks.push({ at: guess, label: label(zone, guess, step, day), day });
  }
  return ticks;
}
