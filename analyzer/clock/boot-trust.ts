/** Which stretch of a boot had the right time, and what set the clock at each border between stretches. */
import type { Micros } from "../model/time.ts";
import { DAY, FIRST_SENSIBLE, MINUTE, SECOND } from "../model/time.ts";
import type { Era, MeasuredBoot } from "./eras.ts";
import type { ClockLine, ClockMark } from "./marks.ts";
import { causeOf, readMark } from "./marks.ts";

/** `set` by somebody or something; `plain`: as found, nothing speaks against it; `restored`, `unset`: not the time. */
export type EraState = "set" | "plain" | "restored" | "unset";

export interface Step {
  /** µs since boot: after the last entry before it, and before the first entry after it. */
  after: Micros;
  before: Micros;
  delta: Micros;
  cause: (ClockMark & { line: ClockLine }) | null;
}

export interface SettledBoot extends MeasuredBoot {
  states: EraState[];
  /** Index of the era whose time is right; null when none is. */
  anchor: number | null;
  /** By how much, µs, the truth may lie before or after what the anchor says: a person is no time server. */
  doubt: { before: Micros; after: Micros };
  /** Border n lies between eras n and n + 1. */
  steps: Step[];
  /** Wall time that a saved time was restored to, nearest to the end of the boot. */
  restoredTo: Micros | null;
}

/** A moment of a boot, µs since it, and a true time before which it cannot have been, µs UTC. */
export interface NotBefore {
  boot: string;
  monotonic: Micros;
  time: Micros;
  /** By a clock that is right; else by one of two clocks of which either may be wrong, as a certificate tells. */
  sure: boolean;
}

export interface TrustInput {
  /** Lines of one file that end with an event, or begin with it, within a few seconds, in order. */
  linesUntil(lastEvent: number): ClockLine[];
  linesFrom(firstEvent: number): ClockLine[];
  /** Lines that tell of a clock that was not set, restored or synchronized, with their boot and µs since it. */
  clockLines: { boot: string; monotonic: Micros; line: ClockLine }[];
  collectedAt: Micros | null;
  notBefore: NotBefore[];
  /** The machine is known to have no clock that runs without power. */
  hasNoClock: boolean;
  /** The boot of which timedatectl said that a time server had set its clock. */
  synchronized: string | null;
}

/** A boot whose first entries are in the journal shows whether its clock was set. */
const FROM_THE_START = MINUTE;
const WORTH = MINUTE;
/** A clock that somebody sets by a watch or a phone is off by less. */
const BY_HAND = 2 * MINUTE;
const TOLD_AT_ONCE = 2 * SECOND;
const NO_CLOCK = /hctosys: unable to|unable to open rtc device|No RTC|Cannot access the Hardware Clock/i;

/**
 * Settles all boots. A machine that has no clock, or was seen to start at a wrong time, is not believed where no step
 * followed and no time server was heard.
 */
export function settleBoots(boots: MeasuredBoot[], input: TrustInput): SettledBoot[] {
  const settled = boots.map((boot) => settle(boot, input));
  const hasNoClock = settled.some(({ states, steps, anchor }) => {
    return anchor !== null && anchor > 0 && states[0] !== "plain" && steps.some(({ delta }) => Math.abs(delta) > WORTH);
  });
  return settled.map((boot) => {
    const isSynchronized = boot.id === input.synchronized;
    return (hasNoClock || input.hasNoClock) && !isSynchronized ? doubt(boot) : boot;
  });
}

function settle(boot: MeasuredBoot, input: TrustInput): SettledBoot {
  const steps = stepsOf(boot, input);
  const said = input.clockLines.filter(({ boot: id }) => id === boot.id);
  const states = boot.eras.map((era, at): EraState => {
    if (era.endDistance + era.last < FIRST_SENSIBLE) return "unset";
    const cause = at === 0 ? null : (steps[at - 1]?.cause ?? null);
    if (cause?.kind === "restored") return "restored";
    if (cause?.kind !== "resumed" && at > 0) return "set";
    return at === 0 && (startsWrong(era, said) || isBehind(boot, era, input)) ? "restored" : "plain";
  });
  const synced = said.filter(({ line }) => saysSynced(line));
  const inTouch = (at: number): boolean => {
    const era = boot.eras[at];
    return era !== undefined && synced.some(({ monotonic }) => monotonic >= era.first && monotonic <= era.last + WORTH);
  };
  // A clock that was near enough needs no step.
  const last = boot.eras.length - 1;
  if ((states[last] === "restored" || states[last] === "plain") && inTouch(last)) states[last] = "set";
  // In the minute before a step, a time server was heard that was not followed yet.
  for (const [at, era] of boot.eras.slice(0, last).entries()) {
    const heard = synced.some(({ monotonic }) => monotonic >= era.first && monotonic <= era.last - WORTH);
    if (states[at] === "plain" && heard) states[at] = "set";
  }
  const anchor = anchorOf(states, steps, boot, input);
  return {
    ...boot,
    states,
    steps,
    anchor,
    doubt: doubtOf(states, steps, anchor),
    restoredTo: restoredTo(boot, states),
  };
}

/** What a person set is as near as a watch. Where the clock before it was as good, either of the two may be right. */
function doubtOf(states: EraState[], steps: Step[], anchor: number | null): SettledBoot["doubt"] {
  const step = anchor === null ? undefined : steps[anchor - 1];
  if (anchor === null || step?.cause?.kind !== "hand") return { before: 0, after: 0 };
  const other = states[anchor - 1] === "plain" ? step.delta : 0;
  return { before: BY_HAND + Math.max(0, other), after: BY_HAND + Math.max(0, -other) };
}

/** Steps in order; a line tells the cause of one. A person's command stands before its step, if it is near two. */
function stepsOf({ eras }: MeasuredBoot, input: TrustInput): Step[] {
  const used = new Set<number>();
  const before = eras.map(({ ends }) => ends.flatMap((end) => nearEnd(input.linesUntil(end))));
  return eras.slice(1).map((era, at) => {
    const previous = eras[at] ?? era;
    const delta = era.distance - previous.endDistance;
    const isLast = at + 2 === eras.length;
    const commands = new Set(isLast ? [] : before[at + 1]?.filter(isCommand).map(({ event }) => event));
    const after = era.starts.flatMap((start) => input.linesFrom(start)).filter(({ event }) => !commands.has(event));
    const cause = causeOf(
      [...(before[at] ?? []), ...after].filter(({ event }) => !used.has(event)),
      delta,
    );
    if (cause) used.add(cause.line.event);
    return { after: previous.last, before: era.first, delta, cause };
  });
}

/** A program tells of a saved time when it has set it: the line is no cause of a step that comes some seconds later. */
function nearEnd(lines: ClockLine[]): ClockLine[] {
  const end = lines.findLast(({ stated }) => stated !== null)?.stated ?? null;
  return lines.filter((line) => {
    const early = line.stated !== null && end !== null && line.stated < end - TOLD_AT_ONCE;
    return !early || readMark(line)?.kind !== "restored";
  });
}

function isCommand(line: ClockLine): boolean {
  return readMark(line)?.kind === "hand";
}

function startsWrong(era: Era, said: TrustInput["clockLines"]): boolean {
  return said.some(({ monotonic, line }) => {
    return monotonic <= era.last && (NO_CLOCK.test(line.text) || readMark(line)?.kind === "restored");
  });
}

/** A certificate that begins later than the clock says: one of two clocks is wrong, and a machine without one is likelier. */
function isBehind({ id }: MeasuredBoot, era: Era, { hasNoClock, notBefore }: TrustInput): boolean {
  return notBefore.some(({ boot, monotonic, time, sure }) => {
    const own = (hasNoClock || sure) && boot === id && monotonic >= era.first && monotonic <= era.last;
    return own && time - (era.distance + monotonic) > WORTH;
  });
}

function saysSynced({ text }: ClockLine): boolean {
  return /^(?:Initial clock synchronization to|Selected source |Contacted time server |Synchronized to time server )/.test(
    text,
  );
}

/** The latest era that was set, a time server's before a person's; else the latest that nothing speaks against. */
function anchorOf(states: EraState[], steps: Step[], boot: MeasuredBoot, input: TrustInput): number | null {
  const set = states.flatMap((state, at) => (state === "set" ? [at] : []));
  // A step that nobody tells of, away from a time that was none, is a server's.
  const isServer = (at: number): boolean => {
    const cause = steps[at - 1]?.cause;
    return cause?.kind === "synced" || (cause === null && /restored|unset/.test(states[at - 1] ?? ""));
  };
  const byServer = set.filter((at) => at === 0 || isServer(at));
  const last = set.at(-1);
  if (last !== undefined) {
    const step = steps[last - 1];
    if (step?.cause?.kind === "hand") return byServer.at(-1) ?? last;
    return stepped(boot, set, steps) ?? last;
  }
  const end = states.length - 1;
  const era = boot.eras[end];
  if (states[end] !== "plain" || era === undefined) return null;
  const future = input.collectedAt !== null && era.distance + era.first > input.collectedAt + DAY;
  return future ? null : end;
}

/**
 * The era that a time server set, where a large step away from it follows of which no line tells: two time servers agree,
 * so that was somebody's, unless it leads back to what the clock had said before.
 */
function stepped({ eras }: MeasuredBoot, set: number[], steps: Step[]): number | null {
  const last = set.at(-1) ?? 0;
  const step = steps[last - 1];
  if (step?.cause !== null || Math.abs(step.delta) <= WORTH) return null;
  const at = set.findLast((own) => own < last && steps[own - 1]?.cause?.kind === "synced");
  const own = eras[last]?.distance ?? 0;
  const isReturn = eras.slice(0, at).some(({ endDistance }) => Math.abs(endDistance - own) < SECOND);
  return isReturn ? null : (at ?? null);
}

function restoredTo(boot: MeasuredBoot, states: EraState[]): Micros | null {
  const at = states.lastIndexOf("restored");
  const era = boot.eras[at];
  return era ? era.distance + era.first : null;
}

/** Takes back the trust in a boot that begins like the others, and to which no time came. */
function doubt(boot: SettledBoot): SettledBoot {
  const [era] = boot.eras;
  if (boot.states.length !== 1 || boot.states[0] !== "plain" || !era || era.first > FROM_THE_START) return boot;
  return { ...boot, states: ["restored"], anchor: null, restoredTo: era.distance + era.first };
}
