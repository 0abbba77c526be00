import type { Evidence } from "../model/rule.ts";
import type { Instant } from "../model/time.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../model/time.ts";
import { timeBases } from "../model/words.ts";
import type { RuleView } from "./types.ts";

/** From the first to the last of several instants, as weakly known as the weakest of them. Null without any. */
export function windowOf(instants: (Instant | null)[]): Instant | null {
  const known = instants.filter((instant) => instant !== null);
  const first = known[0];
  if (first === undefined) return null;
  return known.reduce(
    (all, { lo, hi, best, basis }) => ({
      lo: Math.min(all.lo, lo),
      hi: Math.max(all.hi, hi),
      best: Math.min(all.best, best),
      basis: timeBases.indexOf(basis) > timeBases.indexOf(all.basis) ? basis : all.basis,
    }),
    first,
  );
}

type LogEnds = Pick<RuleView, "lastEventOf" | "endOfLogs">;

/** Silence that says nothing yet. */
const PATIENCE = 2 * MINUTE;
/** A rare line may be silent for this long and still hold. */
const RARE_PATIENCE = 10 * MINUTE;

/** Without a sign for so long, while its own log goes on, even what was said once is over. */
const LONG = 7 * DAY;

/** Whether a log surely went on for long after something was last said in it. */
export function isLongOver(last: Evidence, view: Pick<RuleView, "lastEventOf">): boolean {
  const end = view.lastEventOf(last.artifact);
  if (!last.at || !end?.at || last.at.basis === "order-only" || end.at.basis === "order-only") return false;
  return end.at.lo - last.at.hi > LONG;
}

/**
 * Whether something that was said `count` times from `first` to `last` still went on when its log ended: true or false
 * by its own rhythm, null when it was said too seldom to tell and not long ago, or when its log ended long before the others did.
 */
export function stillActive(first: Evidence, last: Evidence, count: number, view: LogEnds): boolean | null {
  const end = view.lastEventOf(last.artifact);
  if (!first.at || !last.at || !end?.at) return null;
  const silence = end.at.best - last.at.best;
  const rhythm = (last.at.best - first.at.best) / Math.max(1, count - 1);
  const patience = count < 3 ? RARE_PATIENCE : Math.max(10 * rhythm, PATIENCE);
  if (silence > patience) return count >= 3 || (isLongOver(last, view) && silence > 3 * rhythm) ? false : null;
  return (view.endOfLogs ?? last.at.best) - last.at.best > Math.max(patience, RARE_PATIENCE / 2) ? null : true;
}

/** A log that begins with a complaint does not tell when the trouble began. */
const BEGINNING = 5 * MINUTE;

/** Whether a line stands so near to the beginning of its log that what it says may have begun earlier. */
export function startsWithLog(first: Evidence, begin: Evidence | null): boolean {
  if (!first.at || !begin?.at) return true;
  return first.at.best - begin.at.best <= BEGINNING;
}

/** Microseconds since 1970 of a time in UTC as Go prints it: `2026-03-01T08:00:00Z`, `2026-03-01 08:00:00 +0000`. */
export function parseUtc(text: string): number | null {
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d+)? ?(Z|[+-]\d\d:?\d\d)?/.exec(text);
  if (!match) return null;
  const zone = (match[3] ?? "Z").replace(/^([+-]\d\d)(\d\d)$/, "$1:$2");
  const time = Date.parse(`${match[1]}T${match[2]}${zone}`);
  return Number.isNaN(time) ? null : time * 1000;
}

/** `2026-03-01 08:00 UTC`. */
export function utcMinute(time: number): string {
  return `${new Date(time / 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** A length of time in its two or three largest units: `7 h 16 min 50 s`, `55 days`, `3 years 20 days`. */
export function formatSpan(length: number): string {
  const days = Math.floor(length / DAY);
  if (days >= 730) return `${Math.floor(days / 365)} years ${days % 365} days`;
  if (days >= 3) return `${days} days`;
  const units: [number, string][] = [
    [HOUR, "h"],
    [MINUTE, "min"],
    [SECOND, "s"],
  ];
  let rest = length;
  const parts = units.flatMap(([size, name]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? [] : [`${count} ${name}`];
  });
  return parts.length === 0 ? "less than 1 s" : parts.join(" ");
}
