import type { Evidence } from "../model/rule.ts";
import { HOUR, SECOND } from "../model/time.ts";
import { parseUtc } from "./_time.ts";
import type { MatchedText, RuleView } from "./types.ts";

export interface ClockStepLine {
  kind: "restored" | "synced" | "stepped" | "jumped" | "changed" | "refused";
  /** µs by which the clock was moved, as the line says itself; null when it does not. */
  delta: number | null;
  /** The time that was restored or set, as written. */
  stated: string | null;
  evidence: Evidence;
}

const KINDS = ["restored", "synced", "stepped", "jumped", "changed", "refused"] as const;
const DAY = 24 * HOUR;

function read(match: MatchedText): ClockStepLine[] {
  const { captures } = match;
  const kind = KINDS.find((name) => captures[name] !== undefined);
  if (kind === undefined) return [];
  const seconds = captures["seconds"];
  return [
    {
      kind,
      delta: seconds === undefined ? null : Number(seconds) * SECOND,
      stated: (captures["from"] ?? captures["to"])?.trim().replace(/\.$/, "") ?? null,
      evidence: match.first(),
    },
  ];
}

/** What lines say about the clock, each text once. */
export function clockLines(view: RuleView): ClockStepLine[] {
  return view.matches("clock-line").flatMap(read);
}

/** A time as written: with its date, in µs, or only its time of day. */
function timeOf(text: string): { time: number; dated: boolean } | null {
  const plain = text.replace(/^[A-Z][a-z]{2} /, "");
  const dated = parseUtc(plain);
  if (dated !== null) return { time: dated, dated: true };
  const clock = /^(\d\d):(\d\d):(\d\d)/.exec(plain);
  if (!clock) return null;
  return { time: (Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3])) * SECOND, dated: false };
}

/**
 * From the time that was restored to the time that was set, less what passed between the two lines when that is known.
 * `upTo`: it is not known, so the step is at most that.
 */
export function stepBetween(from: ClockStepLine, to: ClockStepLine): { delta: number; upTo: boolean } | null {
  const [a, b] = [from.stated && timeOf(from.stated), to.stated && timeOf(to.stated)];
  if (!a || !b || a.dated !== b.dated) return null;
  const raw = a.dated ? b.time - a.time : (((b.time - a.time) % DAY) + DAY) % DAY;
  const [start, end] = [from.evidence.at, to.evidence.at];
  const same = from.evidence.artifact === to.evidence.artifact && start && end && start.basis === end.basis;
  const passed = same ? end.best - start.best : null;
  if (passed === null || passed < 0 || passed > raw || passed > HOUR) return { delta: raw, upTo: true };
  // A log in wall time has the step between the two lines already inside.
  return raw - passed < SECOND ? { delta: raw, upTo: true } : { delta: raw - passed, upTo: false };
}
