import type { Evidence } from "../model/rule.ts";
import type { RuleView } from "./types.ts";

/** Bits of `vcgencmd get_throttled` (raspberrypi.com, os documentation): 16 bits higher is “since boot”. */
const MEANING: [bit: number, text: string][] = [
  [0, "too low a voltage now"],
  [1, "the processor's frequency capped now"],
  [2, "slowed down now"],
  [3, "at the soft limit of temperature now"],
  [16, "too low a voltage since boot"],
  [17, "the processor's frequency capped since boot"],
  [18, "slowed down since boot"],
  [19, "at the soft limit of temperature since boot"],
];

export interface Throttled {
  text: string;
  bits: number;
  evidence: Evidence;
}

/** What the firmware's record said each time somebody asked. */
export function throttledReadings(view: RuleView): Throttled[] {
  return view.matches("throttled-flags").map((match) => {
    const text = match.captures["flags"] ?? "0x0";
    return { text, bits: Number.parseInt(text, 16), evidence: match.last() };
  });
}

/** Whether a bit is set. */
export function has(bits: number, bit: number): boolean {
  return (Math.floor(bits / 2 ** bit) & 1) === 1;
}

/** The bits of a reading in words. */
export function describeThrottled({ text, bits }: Throttled): string {
  const set = MEANING.filter(([bit]) => has(bits, bit)).map(([, words]) => words);
  return `get_throttled ${text}: ${set.join(", ") || "nothing"}`;
}
