/**
 * A made-up node with a clock that is wrong at times: boots, steps, saved times and what its sources wrote, each with
 * the true time that only the maker knows. The same seed makes the same node.
 */
import type { EventDraft } from "../../analyzer/model/source.ts";
import type { Micros } from "../../analyzer/model/time.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../analyzer/model/time.ts";
import { random } from "../helpers/random.mjs";

/** Fastest rate at which the kernel lets a clock run away from the truth, and what one reading is delayed. */
const DRIFT = 5e-4;
const DELAY = 10_000;

/** A stretch of one boot with one distance of the wall clock from the seconds since boot. */
interface Stretch {
  from: Micros;
  distance: Micros;
  /** What a program said when it began. */
  line: { origin: string; text: string } | null;
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
}

export interface Said {
  draft: Omit<EventDraft, "line">;
  truth: Micros;
  /** Width of what nobody could know from the evidence; null: nothing bounds it. */
  injected: Micros | null;
}

export interface SimulatedNode {
  seed: number;
  kind: "rtc" | "saved" | "epoch";
  boots: SimulatedBoot[];
  artifacts: { path: string; source: string; said: Said[] }[];
  /** What its own clock said at the collection, in the last boot. */
  collected: { truth: Micros; stated: Micros; uptime: Micros; bootId: string };
}

interface Dice {
  /** From `least` up to `most`, with small values as likely as large ones. */
  span(least: number, most: number): number;
  chance(share: number): boolean;
  below(limit: number): number;
}

function diceOf(seed: number): Dice {
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
const BUILT = { origin: "systemd", text: "System time before build time, advancing clock." };

/** True time of a moment `since` µs after the start of a boot. */
export function truthAt({ start, drift, synced }: SimulatedBoot, since: Micros): Micros {
  const until = synced ?? Infinity;
  return since <= until
    ? Math.round(start + since * (1 + drift))
    : Math.round(start + until * (1 + drift) + since - until);
}

function stretchAt({ stretches }: SimulatedBoot, since: Micros): Stretch {
  return stretches.findLast(({ from }) => from <= since) ?? { from: 0, distance: 0, line: null };
}

/** What the wall clock of the node said then. */
function wallAt(boot: SimulatedBoot, since: Micros): Micros {
  return since + stretchAt(boot, since).distance;
}

function makeBoots(dice: Dice, kind: SimulatedNode["kind"]): SimulatedBoot[] {
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
    const boot: SimulatedBoot = { id, start: now, drift, length, stretches: [], synced, orderly: dice.chance(0.5) };
    boot.stretches = stretchesOf(boot, kind, saved, dice);
    boots.push(boot);
    // Saved every hour and at an orderly shutdown, by whatever the clock said then.
    const saving = boot.orderly ? length : Math.floor(length / HOUR) * HOUR;
    if (saving > 0) saved = wallAt(boot, saving);
    now = truthAt(boot, length) + dice.span(15 * SECOND, 5 * DAY);
  }
  return boots;
}

function stretchesOf(boot: SimulatedBoot, kind: SimulatedNode["kind"], saved: Micros, dice: Dice): Stretch[] {
  const { synced } = boot;
  // A clock that needs no step runs with the time server.
  const off = kind === "rtc" && dice.chance(0.5) ? dice.span(SECOND, 5 * MINUTE) * (dice.chance(0.5) ? 1 : -1) : 0;
  if (kind === "rtc" && off === 0) boot.drift = 0;
  const right = synced === null ? 0 : truthAt(boot, synced) - synced;
  if (kind === "rtc") {
    const line = SYNC_LINES[dice.below(SYNC_LINES.length)] ?? null;
    const set = { from: synced ?? 0, distance: right, line };
    return off === 0
      ? [{ from: 0, distance: right, line: null }]
      : [{ from: 0, distance: right - off, line: null }, set];
  }
  const restored = dice.span(2 * SECOND, 6 * SECOND);
  const stretches: Stretch[] = [];
  if (kind === "epoch") stretches.push({ from: 0, distance: 0, line: null });
  stretches.push({
    from: kind === "epoch" ? restored : 0,
    distance: saved - restored,
    line: kind === "epoch" && dice.chance(0.3) ? BUILT : SAVED,
  });
  if (synced !== null) {
    const line = dice.chance(0.9) ? (SYNC_LINES[dice.below(SYNC_LINES.length)] ?? null) : null;
    stretches.push({ from: synced, distance: right, line });
  }
  return stretches;
}

/** Moments of a boot at which something is written, denser at its start, in order. */
function momentsOf(boot: SimulatedBoot, count: number, dice: Dice): Micros[] {
  const moments = Array.from({ length: count }, () => dice.span(SECOND, boot.length));
  return moments.toSorted((a, b) => a - b);
}

/** What cannot be known of a moment's place from the journal: drift before the step, or the pauses beside the boot. */
function injectedAt(boots: SimulatedBoot[], at: number, since: Micros, precision: Micros): Micros | null {
  const boot = boots[at];
  if (!boot) return null;
  if (boot.synced !== null) {
    const settled = stretchAt(boot, since).distance === boot.stretches.at(-1)?.distance;
    return settled ? precision : 2 * (DELAY + DRIFT * (boot.synced - (boot.stretches[0]?.from ?? 0))) + precision;
  }
  const before = boots.slice(0, at).findLast(({ synced }) => synced !== null);
  const after = boots.slice(at + 1).find(({ synced }) => synced !== null);
  if (!before || !after) return null;
  const between = boots.slice(boots.indexOf(before) + 1, boots.indexOf(after));
  const lengths = between.reduce((sum, { length }) => sum + length, 0);
  return after.start - truthAt(before, before.length) - lengths + 4 * DELAY + 2 * DRIFT * boot.length + precision;
}

export const ZONE = "Europe/Madrid";
const CIVIL = {
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
  second: "numeric",
  hourCycle: "h23",
} as const;
/** Times without a year are stated in this one. */
const YEARLESS = 1972;
const SYNCED_TEXT = { level: 6 as const, clock: "utc" as const };

function journalOf(boots: SimulatedBoot[], dice: Dice): Said[][] {
  return boots.map((boot, at) => {
    // A power cut takes what was not on the disk yet.
    const cut =
      boot.orderly || at === boots.length - 1
        ? 0
        : Math.min(dice.span(SECOND, 5 * MINUTE), Math.floor(boot.length / 2));
    const end = boot.length - cut;
    const lines = boot.stretches.flatMap(({ from, line }) => (line ? [{ since: from + 1000, ...line }] : []));
    const own = momentsOf(boot, 20 + dice.below(60), dice)
      .map((since) => ({ since, origin: "kubelet", text: `sync ${dice.below(50)}` }))
      .filter(({ since }) => since < end);
    const first = { since: dice.span(SECOND / 2, 1.9 * SECOND), origin: "kernel", text: "Booting Linux" };
    const last = { since: end, origin: "systemd-journald", text: boot.orderly ? "Journal stopped" : "Time spent" };
    return [first, ...lines, ...own, last]
      .toSorted((a, b) => a.since - b.since)
      .map(({ since, origin, text }): Said => {
        const stated = wallAt(boot, since);
        const draft = { ...SYNCED_TEXT, stated, precision: 1, boot: boot.id, monotonic: since, origin, text };
        return { draft, truth: truthAt(boot, since), injected: injectedAt(boots, at, since, 1) };
      });
  });
}

/** Civil time of the node's zone, read as if it were UTC. */
function civilOf(wall: Micros): Micros {
  const parts = new Intl.DateTimeFormat("en-CA", { ...CIVIL, timeZone: ZONE }).formatToParts(Math.floor(wall / 1000));
  const part = (type: string): number => Number(parts.find((own) => own.type === type)?.value);
  const day = Date.UTC(YEARLESS, part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return day * 1000 + (((wall % SECOND) + SECOND) % SECOND);
}

/** A log to which only the wall clock gave times: true to the unit, by the clock as it was. */
function wallLogOf(boots: SimulatedBoot[], precision: Micros, dice: Dice, yearless = false): Said[] {
  return boots.flatMap((boot, at) =>
    momentsOf(boot, 5 + dice.below(40), dice).map((since): Said => {
      const wall = Math.floor(wallAt(boot, since) / precision) * precision;
      const stated = yearless ? civilOf(wall) : wall;
      const clock = yearless ? ("local-no-year" as const) : ("utc" as const);
      const draft = { ...SYNCED_TEXT, clock, stated, precision, origin: "web", text: `GET /${dice.below(20)}` };
      return { draft, truth: truthAt(boot, since), injected: claimedBy(boots, at, since, precision) };
    }),
  );
}

/** The same for a wall clock alone, which may have said this time before or after as well. */
function claimedBy(boots: SimulatedBoot[], at: number, since: Micros, precision: Micros): Micros | null {
  const own = boots[at];
  if (!own) return null;
  const wall = wallAt(own, since);
  const claims = boots.flatMap((boot, index) => {
    const seen = boot.length + (boot.orderly ? 0 : 6 * MINUTE);
    return boot.stretches.flatMap(({ from, distance }, nth) => {
      const then = wall - distance;
      const until = boot.stretches[nth + 1]?.from ?? seen;
      const isClaim = then >= from - precision && then <= until + precision;
      return isClaim ? [{ truth: truthAt(boot, then), width: injectedAt(boots, index, then, precision) }] : [];
    });
  });
  const truths = claims.map(({ truth }) => truth);
  const widths = claims.map(({ width }) => width ?? Infinity);
  const width = Math.max(...widths) + Math.max(...truths) - Math.min(...truths);
  return Number.isFinite(width) ? width : null;
}

function kernelLogOf(boots: SimulatedBoot[], dice: Dice): Said[] {
  const boot = boots.at(-1);
  if (!boot) return [];
  return momentsOf(boot, 10, dice).map((since): Said => {
    const draft = {
      ...SYNCED_TEXT,
      clock: "monotonic" as const,
      stated: since,
      precision: 1,
      origin: "kernel",
      text: "usb 1-1",
    };
    const injected = injectedAt(boots, boots.length - 1, since, 1);
    return {
      draft,
      truth: truthAt(boot, since),
      injected: injected === null ? null : injected + 0.2 * SECOND + 4e-4 * boot.length,
    };
  });
}

/** The journal in one file or in a row of them, as they come out of a directory. */
function filesOf(journal: Said[][], lost: number, dice: Dice): SimulatedNode["artifacts"] {
  const source = "journal-binary";
  const whole = journal.flat().slice(lost);
  if (dice.chance(0.5)) return [{ path: "journal/system.journal", source, said: whole }];
  const size = Math.ceil(whole.length / (1 + dice.below(4)));
  const files = [];
  for (let at = 0; at < whole.length; at += size) {
    const said = whole.slice(at, at + size);
    const number = (lost + at + 1).toString(16).padStart(16, "0");
    const time = (said[0]?.draft.stated ?? 0).toString(16).padStart(16, "0");
    const name = at + size < whole.length ? `system@${"5eed".repeat(8)}-${number}-${time}.journal` : "system.journal";
    files.push({ path: `journal/${name}`, source, said });
  }
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** A node of one to five boots with a journal, logs of containers and a kernel log. */
export function simulateNode(seed: number): SimulatedNode {
  const dice = diceOf(seed);
  const kind = (["rtc", "saved", "epoch"] as const)[dice.below(3)] ?? "rtc";
  const boots = makeBoots(dice, kind);
  const last = boots.at(-1);
  if (!last) throw new Error("a node without a boot");
  // Old entries are deleted first; the collector runs after the last of them.
  const journal = journalOf(boots, dice);
  const lost = boots[0]?.synced !== null && dice.chance(0.3) ? dice.below((journal[0]?.length ?? 0) - 1) : 0;
  const uptime = last.length + 5 * SECOND;
  // What a clock did before the oldest entry of the journal, nothing tells.
  const oldest = journal[0]?.[lost]?.truth ?? 0;
  const known = (said: Said[]): Said[] => said.filter(({ truth }) => truth >= oldest);
  return {
    seed,
    kind,
    boots,
    artifacts: [
      ...filesOf(journal, lost, dice),
      { path: "pods/web_0.log", source: "docker-json-log", said: known(wallLogOf(boots, 1, dice)) },
      { path: "logs/second.log", source: "container-log", said: known(wallLogOf(boots, SECOND, dice)) },
      { path: "logs/syslog", source: "text", said: known(wallLogOf(boots, SECOND, dice, true)) },
      { path: "kernel/dmesg.txt", source: "kernel-log", said: kernelLogOf(boots, dice) },
    ],
    collected: { truth: truthAt(last, uptime), stated: wallAt(last, uptime), uptime, bootId: last.id },
  };
}
