/** The boots of a bundle: measured by the journal, told right from wrong, put in order, and placed. */
import type { ClockFact } from "../model/fact.ts";
import type { Instant, Micros } from "../model/time.ts";
import { DAY, FIRST_SENSIBLE, SECOND } from "../model/time.ts";
import { orderBoots } from "./boot-order.ts";
import type { PlacedBoot } from "./boot-starts.ts";
import { placeStarts } from "./boot-starts.ts";
import type { NotBefore, SettledBoot, TrustInput } from "./boot-trust.ts";
import { settleBoots } from "./boot-trust.ts";
import type { MeasuredBoot } from "./eras.ts";
import { measureBoots } from "./eras.ts";
import type { WallEra } from "./history.ts";
import { historyOf } from "./history.ts";
import type { ClockRun } from "./run.ts";

/** One look at the clocks of the node: µs since its boot, and by its wall clock, µs UTC. */
export interface Reading {
  boot: string;
  uptime: Micros;
  stated: Micros | null;
}

export interface BootInput extends Pick<TrustInput, "linesUntil" | "linesFrom" | "clockLines" | "notBefore"> {
  runs: ClockRun[];
  clocks: ClockFact[];
  /** Index in `journalctl --list-boots` by boot id. */
  listed: Map<string, number>;
  /** Boots whose log ends with a shutdown. */
  shutdowns: Set<string>;
  /** The kernel said that the clock which runs without power had lost the time. */
  saysClockLost: boolean;
  /** What the machine's clock said that printed the collector, µs UTC; null when it was not stamped. */
  stamp: Micros | null;
  /** What the collector noted of its own start, for a bundle without the outputs of its look at the clock. */
  reading: Reading | null;
}

export interface Boots {
  boots: PlacedBoot[];
  history: WallEra[];
  /** The boot that ran at the collection, with µs since it. */
  collected: { boot: PlacedBoot; uptime: Micros } | null;
}

/** A command's output is read within this time of the one before it. */
const SAME_READING = 5 * SECOND;

/**
 * @param stated the collection time by the node's own clock
 * @param given the same from somebody who knows, which is right whatever the node says
 */
export function findBoots(input: BootInput, stated: Micros | null, given: Micros | null): Boots {
  const { linesUntil, linesFrom, clockLines } = input;
  const hasNoClock = input.saysClockLost || input.clocks.some(isWithoutBattery);
  const atCollection = readingAtCollection(input.clocks) ?? input.reading;
  const isSynchronized = input.clocks.some(({ synchronized }) => synchronized === true);
  const synchronized = isSynchronized ? (atCollection?.boot ?? null) : null;
  const known = { linesUntil, linesFrom, clockLines, hasNoClock, synchronized, collectedAt: given ?? stated };
  const byJournal = measureBoots(input.runs);
  const reading = awake(atCollection, byJournal, { ...known, notBefore: [] });
  const measured = withReading(byJournal, reading);
  const notBefore = [...input.notBefore, ...stamped(reading, input.stamp)];
  const trust = { ...known, notBefore };
  const settled = settleBoots(measured, trust);
  const evidence = { runs: input.runs, listed: input.listed, collected: reading?.boot ?? null };
  const ordered = orderBoots(settled.map(toOrdered), evidence).map(({ boot }) => boot);
  const running = ordered.find(({ id }) => id === reading?.boot);
  // The node's own word for the collection is as good as the clock of that boot.
  const after = running?.steps.slice(running.anchor ?? 0) ?? [];
  const isRight = running === undefined || (running.anchor !== null && after.every(isSleep));
  // A collector that was stamped is hardly run a day later.
  const latest = given ?? (isRight ? stated : input.stamp && input.stamp + DAY);
  const boots = placeStarts(ordered, latest, leastStarts(notBefore));
  const boot = boots.find(({ id }) => id === reading?.boot);
  return {
    boots,
    history: historyOf(boots, input.shutdowns),
    collected: boot && reading ? { boot, uptime: reading.uptime } : null,
  };
}

/** A time is saved for the next start, or the clock chip says 1970. */
function isWithoutBattery(clock: ClockFact): boolean {
  return clock.reading === "fake-hwclock" || saysNoTime(clock);
}

/** Whether this is the clock that runs without power, and it had lost the time. */
export function saysNoTime({ reading, time }: ClockFact): boolean {
  return reading === "rtc" && time !== null && time.stated < FIRST_SENSIBLE;
}

/** The collector ran after it was printed, with the clock of that machine in it. */
function stamped(reading: Reading | null, stamp: Micros | null): NotBefore[] {
  if (reading === null || stamp === null) return [];
  return [{ boot: reading.boot, monotonic: reading.uptime, time: stamp, sure: true }];
}

function leastStarts(notBefore: BootInput["notBefore"]): Map<string, Micros> {
  const least = new Map<string, Micros>();
  for (const { boot, monotonic, time } of notBefore) {
    least.set(boot, Math.max(least.get(boot) ?? -Infinity, time - monotonic));
  }
  return least;
}

/** Its parts may stand in outputs of several commands. */
function readingAtCollection(clocks: ClockFact[]): Reading | null {
  const readings = clocks.filter(({ reading }) => reading === "collection");
  const boot = readings.find(({ bootId }) => bootId !== null)?.bootId ?? null;
  const seconds = clocks.find((clock) => clock.reading === "uptime" && clock.seconds !== null)?.seconds ?? null;
  if (boot === null || seconds === null) return null;
  const stated = readings.find(({ time }) => time?.clock === "utc")?.time?.stated ?? null;
  return { boot, uptime: Math.round(seconds * SECOND), stated };
}

function isSleep({ cause }: SettledBoot["steps"][number]): boolean {
  return cause?.kind === "resumed";
}

/** /proc/uptime counts the time asleep; the seconds of the journal do not, and the collector's clock is held against them. */
function awake(reading: Reading | null, boots: MeasuredBoot[], trust: TrustInput): Reading | null {
  const own = boots.filter(({ id, eras }) => id === reading?.boot && eras.length > 1);
  const sleeps = settleBoots(own, trust).flatMap(({ steps }) => steps.filter(isSleep));
  return reading && { ...reading, uptime: reading.uptime - sleeps.reduce((sum, { delta }) => sum + delta, 0) };
}

/** The clock as the collector read it is one more entry of the boot that ran then. */
function withReading(boots: MeasuredBoot[], reading: Reading | null): MeasuredBoot[] {
  if (!reading || reading.stated === null) return boots;
  const { uptime } = reading;
  const distance = reading.stated - uptime;
  const era = { distance, endDistance: distance, first: uptime, last: uptime, starts: [], ends: [] };
  const own = boots.find(({ id }) => id === reading.boot);
  if (!own) return boots.length === 0 ? boots : [...boots, { id: reading.boot, eras: [era] }];
  const last = own.eras.at(-1);
  if (last && uptime < last.last) return boots;
  const same = last !== undefined && Math.abs(distance - last.endDistance) <= SAME_READING;
  const eras = same
    ? [...own.eras.slice(0, -1), { ...last, last: uptime, endDistance: last.endDistance }]
    : [...own.eras, era];
  return boots.map((boot) => (boot === own ? { ...boot, eras } : boot));
}

function toOrdered(boot: SettledBoot): Parameters<typeof orderBoots>[0][number] & { boot: SettledBoot } {
  const anchor = boot.anchor === null ? undefined : boot.eras[boot.anchor];
  const last = boot.eras.at(-1);
  const { before, after } = boot.doubt;
  const end = (anchor?.distance ?? 0) + (last?.last ?? 0) + after;
  return {
    boot,
    id: boot.id,
    known: anchor ? { start: anchor.distance - before, end } : null,
    restoredTo: boot.restoredTo,
    lastWall: last ? last.endDistance + last.last : 0,
  };
}

/** Drift of the kernel's log clock against the monotonic one. */
const LOG_DRIFT = 1e-4;
const LOG_ERROR = 50_000;
/** Until the clock was set, seconds run at the crystal's own rate. */
const DRIFT = 5e-4;

/** From which moment on, µs since boot, second 0 of the kernel's log lies where. */
export interface KernelStart {
  from: Micros;
  start: Instant;
}

/**
 * Where second 0 of the kernel's log lies, in parts: a sleep that the seconds since boot do not count moves it.
 * @param length of the log, µs
 */
export function kernelStarts({ boot }: { boot: PlacedBoot }, history: WallEra[], length: Micros): KernelStart[] {
  const own = history.filter((era) => era.boot === boot);
  const sleeps = boot.steps.flatMap(({ cause }, border) => (cause?.kind === "resumed" ? [border] : []));
  const stretches = [...sleeps, boot.eras.length - 1].map((last, at) => {
    const first = (sleeps[at - 1] ?? -1) + 1;
    return own.filter(({ index }) => index >= first && index <= last);
  });
  const starts = stretches.map((eras) => startOf(boot, eras, length));
  return starts.flatMap((start, at): KernelStart[] => {
    const border = boot.steps[sleeps[at - 1] ?? -1];
    if (!start) return [];
    const before = starts[at - 1];
    if (!border || !before) return [{ from: -Infinity, start }];
    const error = LOG_ERROR + Math.round(LOG_DRIFT * length);
    // Beside the sleep a line may be from before it or from after it.
    const either = { ...start, lo: Math.min(before.lo, start.lo), hi: Math.max(before.hi, start.hi) };
    return [
      { from: border.after - error, start: either },
      { from: border.before + error, start },
    ];
  });
}

function startOf(boot: PlacedBoot, eras: WallEra[], length: Micros): Instant | null {
  const era = eras.find(({ index }) => index === boot.anchor) ?? eras.at(-1);
  const measured = era && boot.eras[era.index];
  if (!era || !measured) return null;
  const best = measured.distance + era.shift;
  const error = LOG_ERROR + Math.round(LOG_DRIFT * length + DRIFT * measured.first);
  const basis = era.basis === "exact" ? "clock-corrected" : era.basis;
  return { lo: best - era.before - error, hi: best + era.after + error, best, basis };
}
