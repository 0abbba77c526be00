/** What the artifacts themselves say of the times that the report cites, where it is something else: both are shown. */
import type { Database } from "better-sqlite3";
import type { IncidentReport, ReportTime } from "../model/report.ts";
import type { ClockKind, Instant } from "../model/time.ts";
import { DAY, SECOND } from "../model/time.ts";
import { columnsOf } from "../store/columns.ts";
import { writtenTime } from "../store/written-time.ts";
import { evidenceOf } from "./excerpts.ts";
import { reportTime } from "./instants.ts";
import { statedMs } from "./times.ts";

interface Dated {
  artifact: string;
  line: number;
  at: ReportTime | null;
}

/** Adds to the times of evidence and key events what was written, where that differs from the time that is drawn. */
export function addStated(database: Database, report: IncidentReport): void {
  const byArtifact = new Map<string, Dated[]>();
  for (const entry of [...evidenceOf(report), ...report.timeline]) {
    if (entry.at === null) continue;
    const own = byArtifact.get(entry.artifact);
    if (own) own.push(entry);
    else byArtifact.set(entry.artifact, [entry]);
  }
  const [linesOf, factsOf] = [createLineLookup(database), createFactLookup(database)];
  for (const [artifact, entries] of byArtifact) {
    const wanted = new Set(entries.map(({ line }) => line));
    const [lines, facts] = [linesOf(artifact, wanted), factsOf(artifact, JSON.stringify([...wanted]))];
    for (const { at, line } of entries) {
      if (at) addTo(at, facts.get(keyOf(line, at)) ?? lines.get(line) ?? null);
    }
  }
}

/** The first time that a line of an artifact gives as an event. What is exact and in UTC is drawn as it is written. */
function createLineLookup(database: Database): (artifact: string, lines: ReadonlySet<number>) => Map<number, string> {
  const columns = columnsOf(database);
  const ranges = database
    .prepare(
      `SELECT max(run.first_event, placement.first_event), min(run.last_event, placement.last_event), clock
       FROM artifact JOIN run ON run.artifact = artifact.id
         JOIN placement ON placement.first_event BETWEEN run.first_event AND run.last_event
       WHERE path = ? AND NOT (clock = 'utc' AND basis = 'exact')
       ORDER BY 1`,
    )
    .raw();
  return (artifact, lines) => {
    const found = new Map<number, string>();
    for (const [first, last, clock] of ranges.iterate(artifact) as Iterable<[number, number, ClockKind]>) {
      for (let id = first; id <= last; id++) {
        const line = columns.line(id);
        if (!lines.has(line) || found.has(line) || Number.isNaN(columns.stated(id))) continue;
        const written = writtenTime({ stated: columns.stated(id), precision: columns.precision(id), clock });
        if (written !== null) found.set(line, written);
      }
    }
    return found;
  };
}

/** A line of state may carry several times; which of them is meant shows where it was placed. */
function createFactLookup(database: Database): (artifact: string, lines: string) => Map<string, string | null> {
  const query = database.prepare(
    `SELECT fact.line, lo, hi, best, basis, stated
     FROM artifact JOIN fact ON fact.artifact = artifact.id JOIN fact_time ON fact_time.fact = fact.id
     WHERE path = ? AND fact.line IN (SELECT value FROM json_each(?))
     ORDER BY fact.id DESC, field DESC`,
  );
  return (artifact, lines) => {
    const rows = query.all(artifact, lines) as (Instant & { line: number; stated: string | null })[];
    return new Map(rows.map(({ line, stated, ...at }) => [keyOf(line, reportTime(at)), stated]));
  };
}

function keyOf(line: number, at: ReportTime | null): string {
  return [line, at?.from, at?.to, at?.best, at?.basis].join(" ");
}

/** Adds what was written to a time, unless it says the same. */
export function addTo(at: ReportTime, stated: string | null): ReportTime {
  if (stated === null) return at;
  const drawn = Date.parse(at.best ?? at.from);
  const said = statedMs(stated, drawn);
  const unit = /^[-\d]{7,10}$/.test(stated) ? DAY : SECOND;
  if (said === null || Math.abs(said - drawn) >= unit / 1000) at.stated = stated;
  return at;
}
