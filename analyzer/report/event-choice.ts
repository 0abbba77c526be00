/** Which events the HTML report carries when there are too many: what proves or surrounds the findings comes first. */
import type { Database } from "better-sqlite3";
import type { IncidentReport } from "../model/report.ts";
import { MINUTE } from "../model/time.ts";
import { columnsOf } from "../store/columns.ts";
import { drawnTime } from "./times.ts";

/** Kept around the window of a finding. */
const AROUND = 10 * MINUTE;
/** Of the cap, for events that are neither errors nor near a finding. */
const ORDINARY_SHARE = 0.25;
const WARNING = 4;

/** A stretch of events with one placement, from the store. */
export interface PlacedRange {
  firstEvent: number;
  lastEvent: number;
  shift: number;
  /** Whether `stated + shift` is a time; false where only the order is known. */
  timed: boolean;
}

/** Events that count alike: those of one origin, important or not. */
interface Group {
  important: boolean;
  events: number;
}

/** All events, sorted once; a choice for any cap is cheap after that. */
export interface SortedEvents {
  /** Of each event, in order of id, the index of its group; `CITED` for what the report cites. */
  groupOf: Uint32Array;
  /** In order of their first events. */
  groups: Group[];
  cited: number;
}

const CITED = 0xffffffff;

/** Windows of the findings, µs UTC, widened and merged. */
function windowsOf(report: IncidentReport): [from: number, to: number][] {
  const windows = report.findings.flatMap(({ window, severity }): [number, number][] => {
    if (!window || severity === "info") return [];
    const { from, to } = drawnTime(window);
    return [[Math.ceil(from * 1000 - AROUND), Math.floor(to * 1000 + AROUND)]];
  });
  const merged: [number, number][] = [];
  for (const [from, to] of windows.toSorted((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

/** `artifact\nline` of every line that the report cites. */
export function citedLines(report: IncidentReport): Set<string> {
  const evidence = [
    ...report.findings.flatMap((finding) => [...finding.evidence, ...finding.counterEvidence]),
    ...report.rootCauses.flatMap(({ narrative }) => narrative.flatMap(({ evidence: lines }) => lines)),
    ...report.timeline,
  ];
  return new Set(evidence.map(({ artifact, line }) => `${artifact}\n${line}`));
}

/** Fair shares: origins that say little keep all of it, and the floods share what is left. */
function fairShares(counts: number[], budget: number): number[] {
  const shares = counts.map(() => 0);
  let left = budget;
  const order = counts.map((count, index) => ({ count, index })).toSorted((a, b) => a.count - b.count);
  order.forEach(({ count, index }, position) => {
    const share = Math.min(count, Math.floor(left / (order.length - position)));
    shares[index] = share;
    left -= share;
  });
  return shares;
}

/** How many of each group may stay. */
function sharesOf({ groups, cited }: SortedEvents, cap: number): number[] {
  const countOf = (important: boolean): number =>
    groups.reduce((sum, group) => sum + (group.important === important ? group.events : 0), 0);
  const shares = groups.map(() => 0);
  const give = (important: boolean, budget: number): number => {
    const indexes = groups.flatMap((group, index) => (group.important === important ? [index] : []));
    const counts = indexes.map((index) => groups[index]?.events ?? 0);
    const given = fairShares(counts, Math.max(0, budget));
    for (const [position, index] of indexes.entries()) shares[index] = given[position] ?? 0;
    return given.reduce((sum, share) => sum + share, 0);
  };
  const room = Math.max(0, cap - cited);
  const forOrdinary = Math.max(Math.floor(room * ORDINARY_SHARE), room - countOf(true));
  const taken = give(true, room - Math.min(forOrdinary, countOf(false)));
  give(false, cap - cited - taken);
  return shares;
}

/** Whether a time lies in a window. Windows are sorted and lie apart; neighbours in a log ask for the same one. */
function createInside(windows: [from: number, to: number][]): (time: number) => boolean {
  let at = 0;
  return (time) => {
    while (at > 0 && time < (windows[at]?.[0] ?? Infinity)) at -= 1;
    while (at + 1 < windows.length && time >= (windows[at + 1]?.[0] ?? Infinity)) at += 1;
    const window = windows[at];
    return window !== undefined && time >= window[0] && time <= window[1];
  };
}

/** Ids of the cited events, ascending. */
function citedEvents(database: Database, report: IncidentReport, paths: Map<number, string>): number[] {
  const wanted = new Map<string, number[]>();
  for (const key of citedLines(report)) {
    const cut = key.lastIndexOf("\n");
    const [path, line] = [key.slice(0, cut), Number(key.slice(cut + 1))];
    wanted.set(path, [...(wanted.get(path) ?? []), line]);
  }
  const extent = database.prepare("SELECT min(first_event), max(last_event) FROM run WHERE artifact = ?").raw();
  const columns = columnsOf(database);
  const found: number[] = [];
  for (const [artifact, path] of paths) {
    const lines = new Set(wanted.get(path));
    if (lines.size === 0) continue;
    const [first, last] = extent.get(artifact) as [number | null, number | null];
    for (let id = first ?? 1; id <= (last ?? 0); id++) if (lines.has(columns.line(id))) found.push(id);
  }
  return found.toSorted((a, b) => a - b);
}

/**
 * Sorts all events into cited, important (errors, warnings and what lies within ten minutes of a finding) and ordinary.
 * @param paths of the artifacts by their ids, as the report writes them
 */
export function sortEvents(
  database: Database,
  report: IncidentReport,
  ranges: PlacedRange[],
  paths: Map<number, string>,
): SortedEvents {
  const columns = columnsOf(database);
  const cited = citedEvents(database, report, paths);
  const sorted: SortedEvents = { groupOf: new Uint32Array(columns.count), groups: [], cited: cited.length };
  const inside = createInside(windowsOf(report));
  const known: number[] = [];
  let [citedNext, range] = [0, 0];
  for (let id = 1; id <= columns.count; id += 1) {
    if (cited[citedNext] === id) {
      citedNext += 1;
      sorted.groupOf[id - 1] = CITED;
      continue;
    }
    while ((ranges[range]?.lastEvent ?? Infinity) < id) range += 1;
    const placed = ranges[range];
    const shift = placed?.timed && placed.firstEvent <= id ? placed.shift : Number.NaN;
    const isImportant = columns.level(id) <= WARNING || inside(columns.stated(id) + shift);
    const key = columns.origin(id) * 2 + Number(isImportant);
    const index = (known[key] ??= sorted.groups.push({ important: isImportant, events: 0 }) - 1);
    (sorted.groups[index] as Group).events += 1;
    sorted.groupOf[id - 1] = index;
  }
  return sorted;
}

/**
 * Ids of at most about `cap` events, ascending: all that the report cites, then what is important, then the rest; what
 * does not fit is taken evenly from each origin.
 */
export function chooseEvents(sorted: SortedEvents, cap: number): number[] {
  const { groupOf, groups } = sorted;
  const shares = sharesOf(sorted, cap);
  const seen = groups.map(() => 0);
  const taken = groups.map(() => 0);
  const chosen: number[] = [];
  for (let id = 1; id <= groupOf.length; id += 1) {
    const index = groupOf[id - 1] as number;
    if (index === CITED) {
      chosen.push(id);
      continue;
    }
    const [share, have] = [shares[index] as number, taken[index] as number];
    const rank = (seen[index] as number)++;
    const events = (groups[index] as Group).events;
    if (have >= share || rank < Math.floor((have * events) / share)) continue;
    taken[index] = have + 1;
    chosen.push(id);
  }
  return chosen;
}
