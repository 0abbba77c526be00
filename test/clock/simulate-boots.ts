/** The boots of a made-up node: what its wall clock said second by second, and the true time beside it. */
import type { Micros } from "../../analyzer/model/time.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../analyzer/model/time.ts";
import { random } from "../helpers/random.mjs";

export type NodeKind = "rtc" | "saved" | "epoch";

/** Fastest rate at which the kernel lets a clock run away from the truth, and what one reading is delayed. */
export const DRIFT = 5e-4;
export const DELAY = 10_000;

/** A stretch of one boot with one distance of the wall clock from the seconds since boot. */
interface Stretch {
  from: Micros;
  distance: Micros;
  /** What a program said when it began; `early` just before that. */
  line: { origin: string; text: string; early?: boolean } | null;
  /** `found` as the machine started, `restored` from a saved time, `server`, `hand` by a person, `resumed` after a sleep. */
  set: "found" | "restored" | "server" | "hand" | "resumed";
}

export interface SimulatedBoot {
  id: string;
  /** True time of second 0; how much faster than true seconds its seconds are before the clock was set. */
  start: Micros;
  drift: number;
  length: Micros;
  stretches: Stretch[];
  /** µs since boot at which the right time came; null: never. */
  synced: Micros | null;
  orderly: boolean;
  /** A sleep, in which the wall clock goes on and the seconds since boot stand still. */
  sleep: { at: Micros; length: Micros } | null;
}

export interface Dice {
  /** From `least` up to `most`, with small values as likely as large ones. */
  span(least: number, most: number): number;
  chance(share: number): boolean;
  below(limit: number): number;
}

export function diceOf(seed: number): Dice {
  const next = random(seed);
  return {
    span: (least, most) => Math.round(least * (most / least) ** next()),
    chance: (share) => next() < share,
    below: (limit) => Math.floor(next() * limit),
  };
}

const SYNC_LINES = [
  { origin: "systemd-timesyncd", text: "Initial clock synchronization to Mon 2024-03-04 11:12:13.123456 UTC." },
  { origin: "chronyd", text: "System clock was stepped by 4211.235 seconds" },
  { origin: "ntpd", text: "time reset +4211.235 s" },
];
const SAVED = {
  origin: "systemd-timesyncd",
  text: "System clock time unset or jumped backwards, restored from recorded timestamp: Mon 2024-03-04 10:00:00 UTC",
};
/** A person who sets a clock by a watch is as near as this. */
export const HAND = 2 * MINUTE;
const BY_HAND = {
  origin: "sudo",
  text: 'pi : TTY=pts/0 ; PWD=/home/pi ; USER=root ; COMMAND=/usr/bin/date -s "2024-03-04 11:12:00"',
  early: true,
};
const AWAKE = { origin: "kernel", text: "PM: suspend exit" };
const BUILT = { origin: "systemd", text: "System time before build time, advancing clock." };

/** True time of a moment `since` µs after the start of a boot. */
export function truthAt({ start, drift, synced, sleep }: SimulatedBoot, since: Micros): Micros {
  const own = Math.min(since, synced ?? Infinity);
  return Math.round(start + own * (1 + drift) + since - own) + (sleep && since >= sleep.at ? sleep.length : 0);
}

export function stretchAt({ stretches }: SimulatedBoot, since: Micros): Stretch {
  return stretches.findLast(({ from }) => from <= since) ?? { from: 0, distance: 0, line: null, set: "found" };
}

/** What the wall clock of the node said then. */
export function wallAt(boot: SimulatedBoot, since: Micros): Micros {
  return since + stretchAt(boot, since).distance;
}

export function makeBoots(dice: Dice, kind: NodeKind): SimulatedBoot[] {
  const boots: SimulatedBoot[] = [];
  const built = Date.UTC(2024, 0, 1) * 1000;
  let now = built + dice.span(30 * DAY, 500 * DAY);
  let saved = built;
  for (let left = 1 + dice.below(5); left > 0; left--) {
    const length = dice.span(3 * MINUTE, 20 * HOUR);
    const neverSynced = kind !== "rtc" && dice.chance(0.25);
    const synced = neverSynced ? null : Math.min(dice.span(8 * SECOND, 10 * MINUTE), length - MINUTE);
    const drift = (dice.below(2001) / 1000 - 1) * 0.9 * DRIFT;
    const id = dice
      .below(2 ** 31)
      .toString(16)
      .padStart(8, "0")
      .repeat(4);
    const boot: SimulatedBoot = {
      id,
      start: now,
      drift,
      length,
      stretches: [],
      synced,
      orderly: dice.chance(0.5),
      sleep: null,
    };
    boot.stretches = stretchesOf(boot, kind, saved, dice);
    disturb(boot, kind, dice);
    boots.push(boot);
    // Saved every hour and at an orderly shutdown, by whatever the clock said then.
    const saving = boot.orderly ? length : Math.floor(length / HOUR) * HOUR;
    if (saving > 0) saved = wallAt(boot, saving);
    now = truthAt(boot, length) + dice.span(15 * SECOND, 5 * DAY);
  }
  return boots;
}

function stretchesOf(boot: SimulatedBoot, kind: NodeKind, saved: Micros, dice: Dice): Stretch[] {
  const { synced } = boot;
  // A clock that needs no step runs with the time server.
  const off = kind === "rtc" && dice.chance(0.5) ? dice.span(SECOND, 5 * MINUTE) * (dice.chance(0.5) ? 1 : -1) : 0;
  if (kind === "rtc" && off === 0) boot.drift = 0;
  const right = synced === null ? 0 : truthAt(boot, synced) - synced;
  if (kind === "rtc") {
    const line = SYNC_LINES[dice.below(SYNC_LINES.length)] ?? null;
    const set = { from: synced ?? 0, distance: right, line, set: "server" as const };
    return off === 0
      ? [{ from: 0, distance: right, line: null, set: "found" }]
      : [{ from: 0, distance: right - off, line: null, set: "found" }, set];
  }
  const restored = dice.span(2 * SECOND, 6 * SECOND);
  const stretches: Stretch[] = [];
  if (kind === "epoch") stretches.push({ from: 0, distance: 0, line: null, set: "found" });
  stretches.push({
    from: kind === "epoch" ? restored : 0,
    distance: saved - restored,
    line: kind === "epoch" && dice.chance(0.3) ? BUILT : SAVED,
    set: "restored",
  });
  if (synced !== null) {
    const line = dice.chance(0.9) ? (SYNC_LINES[dice.below(SYNC_LINES.length)] ?? null) : null;
    stretches.push({ from: synced, distance: right, line, set: "server" });
  }
  return stretches;
}

/** What goes on after the first stretches: a person sets the clock, right or wrong; a machine with a battery sleeps. */
function disturb(boot: SimulatedBoot, kind: NodeKind, dice: Dice): void {
  const { stretches, synced, length } = boot;
  const begun = Math.max(synced ?? 0, stretches.at(-1)?.from ?? 0) + 20 * SECOND;
  if (begun + 4 * MINUTE > length || dice.chance(0.6)) return;
  const at = dice.span(begun, length - 2 * MINUTE);
  const distance = truthAt(boot, at) - at;
  const sign = dice.chance(0.5) ? 1 : -1;
  if (synced === null) {
    const error = sign * dice.span(SECOND, 0.7 * HAND);
    stretches.push({ from: at, distance: distance + error, line: BY_HAND, set: "hand" });
  } else if (kind === "rtc" && dice.chance(0.5)) {
    boot.sleep = { at, length: dice.span(MINUTE, 3 * DAY) };
    stretches.push({ from: at, distance: distance + boot.sleep.length, line: AWAKE, set: "resumed" });
  } else {
    stretches.push({ from: at, distance: distance + sign * dice.span(MINUTE, 40 * DAY), line: BY_HAND, set: "hand" });
    const back = at + dice.span(10 * SECOND, length - at - MINUTE);
    if (dice.chance(0.5)) {
      stretches.push({ from: back, distance, line: SYNC_LINES[dice.below(SYNC_LINES.length)] ?? null, set: "server" });
    }
  }
}
