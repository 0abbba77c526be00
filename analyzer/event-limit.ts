import { defaultLimits, limitHint } from "./bundle/limits.ts";
import type { BundleDamage } from "./model/artifact.ts";

/** Counts the events of a bundle against the limit of what is kept. */
export interface EventLimit {
  /** Whether one more may be kept, with where it stands. */
  allows(path: string, line: number): boolean;
  /** What was left out, as a sentence; null when nothing was. */
  damage(): BundleDamage | null;
}

/** @param most events that are kept; the default limit when absent */
export function createEventLimit(most: number = defaultLimits.maxEvents): EventLimit {
  let events = 0;
  let first: { path: string; line: number } | null = null;
  return {
    allows(path, line) {
      events += 1;
      if (events <= most) return true;
      first ??= { path, line };
      return false;
    },
    damage() {
      if (first === null) return null;
      const { path, line } = first;
      const hint = limitHint("maxEvents", { ...defaultLimits, maxEvents: most });
      const left = events - most;
      const message = `${left} events from ${path}:${line} on were left out, of all artifacts; ${hint}.`;
      return { kind: "limit", path, byteOffset: null, message };
    },
  };
}
