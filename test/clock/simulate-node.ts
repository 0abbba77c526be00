/**
 * A made-up node with a clock that is wrong at times: boots, steps, saved times and what its sources wrote, each with
 * the true time that only the maker knows. The same seed makes the same node.
 */
import type { EventDraft } from "../../analyzer/model/source.ts";
import type { Micros } from "../../analyzer/model/time.ts";
import { MINUTE, SECOND } from "../../analyzer/model/time.ts";
import type { Dice, NodeKind, SimulatedBoot } from "./simulate-boots.ts";
import { DELAY, DRIFT, HAND, diceOf, makeBoots, stretchAt, truthAt, wallAt } from "./simulate-boots.ts";

export interface Said {
  draft: Omit<EventDraft, "line">;
  truth: Micros;
  /** Width of what nobody could know from the evidence; null: nothing bounds it. */
  injected: Micros | null;
}

export interface SimulatedNode {
  seed: number;
  kind: NodeKind;
  boots: SimulatedBoot[];
  artifacts: { path: string; source: string; said: Said[] }[];
  /** Times that are no lines: of files, and of errors in a superblock. */
  files: Said[];
  errors: Said[];
  /** What its own clock said at the collection, in the last boot. */
  collected: { truth: Micros; stated: Micros; uptime: Micros; bootId: string };
}

/** Moments of a boot at which something is written, denser at its start, in order. */
function momentsOf(boot: SimulatedBoot, count: number, dice: Dice): Micros[] {
  const moments = Array.from({ length: count }, () => dice.span(SECOND, boot.length));
  return moments.toSorted((a, b) => a - b);
}

/** Whether anybody told the boot the time, a server or a person. */
function isSet({ stretches, synced }: SimulatedBoot): boolean {
  return synced !== null || stretches.some(({ set }) => set === "hand");
}

/** What cannot be known of a moment's place from the journal: drift before the step, or the pauses beside the boot. */
function injectedAt(boots: SimulatedBoot[], at: number, since: Micros, precision: Micros): Micros | null {
  const boot = boots[at];
  if (!boot) return null;
  const own = stretchAt(boot, since);
  if (boot.synced !== null) {
    const isRight = own.set !== "hand" && since >= boot.synced;
    const first = boot.stretches[0]?.from ?? 0;
    const apart = since < boot.synced ? boot.synced - first : boot.length - boot.synced;
    // A clock that was right when the machine started.
    const isFound = own.set === "found" && truthAt(boot, since) === since + own.distance;
    return isRight || isFound ? precision : 2 * (DELAY + DRIFT * apart) + precision;
  }
  if (isSet(boot)) return 2 * (HAND + DELAY + DRIFT * boot.length) + precision;
  const before = boots.slice(0, at).findLast(isSet);
  const after = boots.slice(at + 1).find(isSet);
  if (!before || !after) return null;
  const between = boots.slice(boots.indexOf(before) + 1, boots.indexOf(after));
  const lengths = between.reduce((sum, { length }) => sum + length, 0);
  const byHand = [before, after].filter(({ synced }) => synced === null).length * 2 * HAND;
  const pause = after.start - truthAt(before, before.length) - lengths;
  return pause + byHand + 4 * DELAY + 2 * DRIFT * boot.length + precision;
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
const CLOSED = { origin: "sudo", text: "pam_unix(sudo:session): session closed for user root" };
const SYNCED_TEXT = { level: 6 as const, clock: "utc" as const };

function journalOf(boots: SimulatedBoot[], dice: Dice): Said[][] {
  return boots.map((boot, at) => {
    // A power cut takes what was not on the disk yet.
    const cut =
      boot.orderly || at === boots.length - 1
        ? 0
        : Math.min(dice.span(SECOND, 5 * MINUTE), Math.floor(boot.length / 2));
    const end = boot.length - cut;
    const lines = boot.stretches.flatMap(({ from, line }) =>
      line ? [{ ...line, since: line.early ? from - 1000 : from + 1000 }] : [],
    );
    const byHand = boot.stretches.filter(({ set }) => set === "hand");
    const closed = byHand.map(({ from }) => ({ since: from + 1000, ...CLOSED }));
    const own = momentsOf(boot, 20 + dice.below(60), dice)
      .map((since) => ({ since, origin: "kubelet", text: `sync ${dice.below(50)}` }))
      .filter(({ since }) => since < end);
    const first = { since: dice.span(SECOND / 2, 1.9 * SECOND), origin: "kernel", text: "Booting Linux" };
    const last = { since: end, origin: "systemd-journald", text: boot.orderly ? "Journal stopped" : "Time spent" };
    return [first, ...lines, ...closed, ...own, last]
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

function isNotByHand({ set }: SimulatedBoot["stretches"][number]): boolean {
  return set !== "hand";
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
  const [oldestBoot] = boots;
  const isCalm = oldestBoot !== undefined && oldestBoot.sleep === null && oldestBoot.stretches.every(isNotByHand);
  const lost = isCalm && oldestBoot.synced !== null && dice.chance(0.3) ? dice.below((journal[0]?.length ?? 0) - 1) : 0;
  const since = last.length + 5 * SECOND;
  // /proc/uptime counts the time asleep.
  const uptime = since + (last.sleep?.length ?? 0);
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
      { path: "pods/dns_0.log", source: "cri-log", said: known(wallLogOf(boots, 1, dice)) },
      { path: "logs/kubelet.log", source: "container-log", said: known(wallLogOf(boots, 1, dice, true)) },
      { path: "logs/second.log", source: "container-log", said: known(wallLogOf(boots, SECOND, dice)) },
      { path: "logs/syslog", source: "text", said: known(wallLogOf(boots, SECOND, dice, true)) },
      { path: "kernel/dmesg.txt", source: "kernel-log", said: kernelLogOf(boots, dice) },
    ],
    // To the microsecond, and to the minute of `ls -l`.
    files: known([...wallLogOf(boots, 1, dice), ...wallLogOf(boots, MINUTE, dice)]),
    errors: known(wallLogOf(boots, SECOND, dice)),
    collected: { truth: truthAt(last, since), stated: wallAt(last, since), uptime, bootId: last.id },
  };
}
