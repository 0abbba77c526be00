import type { Instant } from "../model/time.ts";

function minute(time: number): string {
  return new Date(time / 1000).toISOString().slice(0, 16).replace("T", " ");
}

/** `between 2017-11-01 06:38 and 2017-11-02 06:38 UTC`, or `at …` for a point; to the minute. */
export function formatInterval(at: Instant | null): string {
  if (at === null) return "at a time that cannot be placed";
  const [from, to] = [minute(at.lo), minute(at.hi)];
  return from === to ? `at ${from} UTC` : `between ${from} and ${to} UTC`;
}
