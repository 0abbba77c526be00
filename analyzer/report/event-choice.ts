/** Which events the HTML report carries when there are too many: what proves or surrounds the findings comes first. */
import type { Database } from "better-sqlite3";
import type { IncidentReport } from "../model/report.ts";
import { MINUTE } from "../model/time.ts";
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

interface Candidate {
  /** Event ids of each origin, in order. */
  byOrigin: Map<number, number[]>;
  count: number;
}

type Row = [id: number, artifact: number, line: number, stated: number | null, level: number, origin: number];

/** Windows of the findings, µs UTC, widened and merged. */
function windowsOf(report: IncidentReport): [from: number, to: number][] {
  const windows = report.findings.flatMap(({ window, severity }): [number, number][] => {
    if (!window || severity === "info") return [];
    const { from, to } = drawnTime(window);
    return [[from * 1000 - AROUND, to * 1000 + AROUND]];
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

function takeEvenly(ids: number[], share: number): number[] {
  if (share >= ids.length) return ids;
  return Array.from({ length: share }, (_, index) => ids[Math.floor((index * ids.length) / share)] ?? 0);
}

function choose({ byOrigin }: Candidate, budget: number): number[] {
  const lists = [...byOrigin.values()];
  const shares = fairShares(
    lists.map(({ length }) => length),
    Math.max(0, budget),
  );
  return lists.flatMap((ids, index) => takeEvenly(ids, shares[index] ?? 0));
}

function add(candidate: Candidate, origin: number, id: number): void {
  const list = candidate.byOrigin.get(origin);
  if (list) list.push(id);
  else candidate.byOrigin.set(origin, [id]);
  candidate.count += 1;
}

/** Sorts all events into cited, important and ordinary. */
function sortEvents(database: Database, report: IncidentReport, ranges: PlacedRange[], paths: Map<number, string>) {
  const [windows, cited] = [windowsOf(report), citedLines(report)];
  const must: number[] = [];
  const important: Candidate = { byOrigin: new Map(), count: 0 };
  const ordinary: Candidate = { byOrigin: new Map(), count: 0 };
  const inWindow = (time: number): boolean => windows.some(([from, to]) => time >= from && time <= to);
  const rows = database.prepare("SELECT id, artifact, line, stated, level, origin FROM event ORDER BY id").raw();
  let position = 0;
  for (const [id, artifact, line, stated, level, origin] of rows.iterate() as IterableIterator<Row>) {
    while (position < ranges.length && (ranges[position]?.lastEvent ?? 0) < id) position += 1;
    const range = ranges[position];
    const timed = range !== undefined && range.firstEvent <= id && range.timed && stated !== null;
    if (cited.has(`${paths.get(artifact)}\n${line}`)) must.push(id);
    else if (level <= WARNING || (timed && inWindow(stated + range.shift))) add(important, origin, id);
    else add(ordinary, origin, id);
  }
  return { must, important, ordinary };
}

/**
 * Ids of at most about `cap` events, ascending: all that the report cites, then errors, warnings and what lies within
 * ten minutes of a finding, then the rest; what does not fit is taken evenly from each origin.
 */
export function chooseEvents(
  database: Database,
  report: IncidentReport,
  ranges: PlacedRange[],
  paths: Map<number, string>,
  cap: number,
): number[] {
  const { must, important, ordinary } = sortEvents(database, report, ranges, paths);
  const room = Math.max(0, cap - must.length);
  const forOrdinary = Math.max(Math.floor(room * ORDINARY_SHARE), room - important.count);
  const chosen = [...must, ...choose(important, room - Math.min(forOrdinary, ordinary.count))];
  chosen.push(...choose(ordinary, cap - chosen.length));
  return chosen.toSorted((a, b) => a - b);
}
