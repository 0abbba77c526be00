/**
 * The true order of boots. A wall clock that was not set proves nothing: a boot may claim the same time as the one
 * before it, or an earlier one. What counts, strongest first: the order inside of a journal file and of files that count
 * on; times from after a synchronization; the boot that ran at the collection is the last; a boot that starts at a saved
 * time follows the boot that saved it; the order in which journalctl printed or listed them.
 */
import type { Micros } from "../model/time.ts";
import { MINUTE } from "../model/time.ts";
import type { ClockRun } from "./run.ts";

/** What is known of one boot before its place is. Times in µs. */
export interface OrderedBoot {
  id: string;
  /** True time of its start and end, when its clock was set. */
  known: { start: Micros; end: Micros } | null;
  /** The wall time at which a saved time was restored, which may be what an earlier boot saved last. */
  restoredTo: Micros | null;
  /** The last thing its wall clock said. */
  lastWall: Micros;
}

export interface OrderEvidence {
  runs: ClockRun[];
  /** Index in `journalctl --list-boots` by boot id. */
  listed: Map<string, number>;
  /** Boot that ran at the collection. */
  collected: string | null;
}

/** Save intervals of fake-hwclock at shutdown and of timesyncd: a minute, and the time a shutdown takes. */
const SAVED_LATELY = 3 * MINUTE;
/** Older boots than this many are kept in the order of the files. */
const MOST_COMPARED = 150;

type Edges = [number, number][];

/** The boots in the order in which they ran. */
export function orderBoots<T extends OrderedBoot>(boots: T[], evidence: OrderEvidence): T[] {
  if (boots.length < 2 || boots.length > MOST_COMPARED) return boots;
  const index = new Map(boots.map(({ id }, at) => [id, at]));
  const order = createOrder(boots.length);
  const inFiles = (printed: boolean): Edges => fileOrder(evidence.runs, index, printed);
  const byStrength: Edges[] = [
    inFiles(false),
    knownOrder(boots),
    collectedLast(boots, evidence.collected),
    savedBy(boots),
    notBeforeSaved(boots),
    inFiles(true),
    listOrder(boots, evidence.listed),
  ];
  for (const edges of byStrength) for (const [a, b] of edges) order.add(a, b);
  return order.sorted().flatMap((at) => boots[at] ?? []);
}

/** A growing order that refuses what contradicts it. */
function createOrder(size: number): { add(a: number, b: number): void; sorted(): number[] } {
  const before = Array.from({ length: size }, () => new Uint8Array(size));
  const isBefore = (a: number, b: number): boolean => before[a]?.[b] === 1;
  const all = Array.from({ length: size }, (_, at) => at);
  return {
    add(a, b) {
      if (a === b || isBefore(a, b) || isBefore(b, a)) return;
      const heads = all.filter((at) => at === a || isBefore(at, a));
      const tails = all.filter((at) => at === b || isBefore(b, at));
      for (const head of heads) for (const tail of tails) before[head]?.fill(1, tail, tail + 1);
    },
    sorted() {
      const left = new Set(all);
      const result: number[] = [];
      while (left.size > 0) {
        const next = [...left].find((at) => [...left].every((other) => !isBefore(other, at)));
        if (next === undefined) break;
        left.delete(next);
        result.push(next);
      }
      return result;
    },
  };
}

/** The order in which an artifact, or a row of rotated files, holds the boots. Boots that interleave prove nothing. */
function fileOrder(runs: ClockRun[], index: Map<string, number>, printed: boolean): Edges {
  const groups = new Map<string, Map<number, { first: number; last: number }>>();
  const ranked = rank(runs);
  for (const { run, group, position } of ranked) {
    const boot = run.boot === null ? undefined : index.get(run.boot);
    if (boot === undefined || isPrinted(run) !== printed) continue;
    const spans = groups.get(group) ?? new Map<number, { first: number; last: number }>();
    groups.set(group, spans);
    const span = spans.get(boot);
    spans.set(boot, { first: span?.first ?? position, last: position });
  }
  return [...groups.values()].flatMap((spans) => {
    const sorted = [...spans].toSorted(([, a], [, b]) => a.first - b.first);
    return sorted.flatMap(([a, { last }], at): Edges =>
      sorted.slice(at + 1).flatMap(([b, { first }]): Edges => (last < first ? [[a, b]] : [])),
    );
  });
}

/** journalctl merges files by wall time where their sequence numbers do not continue each other. */
function isPrinted(run: ClockRun): boolean {
  return /^journal-(?:json|export|text)/.test(run.source ?? "");
}

const ROTATED = /^(.*\/)?([^/]*)@([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{16}\.journal$/;
const CURRENT = /^(.*\/)?([^/@]*)\.journal$/;

/** Runs with their place in a row of files: `system@<id>-<sequence number>-<time>.journal`, and `system.journal` last. */
function rank(runs: ClockRun[]): { run: ClockRun; group: string; position: number }[] {
  const rows = new Map<string, Set<string>>();
  for (const { path } of runs) {
    const match = ROTATED.exec(path);
    if (!match) continue;
    const key = `${match[1] ?? ""}${match[2] ?? ""}`;
    rows.set(key, (rows.get(key) ?? new Set()).add(match[3] ?? ""));
  }
  const sortKey = ({ path }: ClockRun): [string, string] => {
    const rotated = ROTATED.exec(path);
    if (rotated) return [`${rotated[1] ?? ""}${rotated[2] ?? ""}@${rotated[3] ?? ""}`, rotated[4] ?? ""];
    const current = CURRENT.exec(path);
    const row = current ? `${current[1] ?? ""}${current[2] ?? ""}` : "";
    const [only, ...others] = rows.get(row) ?? [];
    return only !== undefined && others.length === 0 ? [`${row}@${only}`, "z"] : [path, ""];
  };
  return runs
    .map((run) => ({ run, key: sortKey(run) }))
    .toSorted((a, b) => (a.key[1] < b.key[1] ? -1 : a.key[1] > b.key[1] ? 1 : a.run.firstEvent - b.run.firstEvent))
    .map(({ run, key }, position) => ({ run, group: key[0], position }));
}

function pairs(boots: OrderedBoot[], isBefore: (a: OrderedBoot, b: OrderedBoot) => boolean): Edges {
  return boots.flatMap((a, i) => boots.flatMap((b, j): Edges => (i !== j && isBefore(a, b) ? [[i, j]] : [])));
}

function knownOrder(boots: OrderedBoot[]): Edges {
  return pairs(boots, ({ known: a }, { known: b }) => a !== null && b !== null && a.end <= b.start);
}

function collectedLast(boots: OrderedBoot[], collected: string | null): Edges {
  return pairs(boots, (a, b) => b.id === collected && a.id !== collected);
}

/** A boot that starts at the time which one other boot, and no third, said last. */
function savedBy(boots: OrderedBoot[]): Edges {
  return boots.flatMap((boot, at): Edges => {
    const to = boot.restoredTo;
    if (to === null) return [];
    const savers = boots.flatMap(({ lastWall }, other) =>
      other !== at && lastWall - to > -MINUTE && lastWall - to < SAVED_LATELY ? [other] : [],
    );
    const [only, ...others] = savers;
    return only === undefined || others.length > 0 ? [] : [[only, at]];
  });
}

/** Nobody saves a time that has not come yet: a boot that starts at it does not precede one that ended before. */
function notBeforeSaved(boots: OrderedBoot[]): Edges {
  return pairs(boots, (a, b) => a.known !== null && b.restoredTo !== null && a.known.start < b.restoredTo);
}

function listOrder(boots: OrderedBoot[], listed: Map<string, number>): Edges {
  return pairs(boots, (a, b) => (listed.get(a.id) ?? Infinity) < (listed.get(b.id) ?? -Infinity));
}
