/**
 * What lines say of a clock that was set. Wordings of systemd (src/core/main.c, src/timesync/timesyncd-manager.c,
 * src/timedate/timedated.c), chrony (reference.c, local.c), ntpd (ntp_loopfilter.c), busybox ntpd, Debian's fake-hwclock
 * and the kernel (kernel/power/suspend.c).
 */
import type { Micros } from "../model/time.ts";
import { SECOND } from "../model/time.ts";

/**
 * `synced` by a time server, `hand` by a person, `restored` from a saved time or the system's build time, `local-rtc`
 * moved by the zone's offset, `resumed` no step at all: the monotonic clock stood still.
 */
export type MarkKind = "synced" | "hand" | "local-rtc" | "restored" | "resumed";

export interface ClockMark {
  kind: MarkKind;
  /** Completes "set by …". */
  by: string;
}

/** A line as the clock model looks at it. */
export interface ClockLine {
  event: number;
  origin: string;
  text: string;
  stated: Micros | null;
}

const SIGNATURES: [RegExp, MarkKind, string][] = [
  [/^Initial clock synchronization to /, "synced", "systemd-timesyncd, from a time server"],
  [/^System clock (?:was stepped|wrong) by /, "synced", "chrony, from a time server"],
  [
    /\b(?:time reset|time stepped by|step time server|setting time to)\b/,
    "synced",
    "an NTP client, from a time server",
  ],
  [
    /^System (?:clock )?time unset or jumped backwards, restor/,
    "restored",
    "systemd-timesyncd, to the time it had saved",
  ],
  [/\brestor(?:ing|ed) from recorded timestamp/, "restored", "systemd-timesyncd, to the time it had saved"],
  [/^System time advanced to timestamp on /, "restored", "systemd, to the time that systemd-timesyncd had saved"],
  [/^System time (?:before build time|advanced to built-in epoch)/, "restored", "systemd, to the time it was built at"],
  [/\bRTC configured in localtime, applying delta\b/, "local-rtc", "systemd, because the RTC runs in local time"],
  [/\bCOMMAND=\S*\bdate\b.* (?:-s|--set)/, "hand", "a person, with `date`"],
  [/\bCOMMAND=\S*\btimedatectl\b.* set-time/, "hand", "a person, with `timedatectl`"],
  [/^Changed local time to /, "hand", "timedatectl, on somebody's request"],
  [/\bPM: suspend exit\b|\bWaking up from system sleep state\b/, "resumed", "a suspend"],
];

const FAKE_HWCLOCK = /^[A-Z][a-z]{2} .*\d\d:\d\d:\d\d|Restoring saved system time/;
const ABOUT_A_STEP =
  /\b(?:clock|time)\b.{0,60}\b(?:step|jump|set|adjust|chang|sync)|\b(?:step|set|adjust|chang).{0,60}\b(?:clock|time)\b/i;

/** What a line says of the clock, or null. */
export function readMark({ origin, text }: Pick<ClockLine, "origin" | "text">): ClockMark | null {
  if (origin === "fake-hwclock" && FAKE_HWCLOCK.test(text)) {
    return { kind: "restored", by: "fake-hwclock, to the time it had saved" };
  }
  const found = SIGNATURES.find(([pattern]) => pattern.test(text));
  return found ? { kind: found[1], by: found[2] } : null;
}

/** Whether a line of any program tells of a step of this size, in whole seconds or finer. */
function tellsOf(text: string, delta: Micros): boolean {
  if (!ABOUT_A_STEP.test(text)) return false;
  const size = Math.abs(delta) / SECOND;
  const numbers = text.match(/\d{1,12}(?:\.\d{1,9})?/g) ?? [];
  return size >= 2 && numbers.some((number) => Math.abs(Number(number) - size) <= 2);
}

const STRENGTH: MarkKind[] = ["synced", "hand", "local-rtc", "restored", "resumed"];

/**
 * The cause of a step, from the lines around it. A step back to a restored time is no other program's doing, so the
 * strongest kind wins; a line that merely tells the size of the step names its program.
 */
export function causeOf(lines: ClockLine[], delta: Micros): (ClockMark & { line: ClockLine }) | null {
  const marks = lines.flatMap((line) => {
    const mark = readMark(line);
    return mark ? [{ ...mark, line }] : [];
  });
  const [best] = marks.toSorted((a, b) => STRENGTH.indexOf(a.kind) - STRENGTH.indexOf(b.kind));
  if (best) return best;
  const line = lines.find(({ text }) => tellsOf(text, delta));
  return line ? { kind: "synced", by: `${line.origin}, as it says itself`, line } : null;
}
