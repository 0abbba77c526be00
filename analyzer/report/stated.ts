/** What the node's own clock had said of single lines whose time was corrected: the report shows both. */
import type { Database } from "better-sqlite3";
import type { IncidentReport, ReportTime } from "../model/report.ts";
import { SECOND } from "../model/time.ts";
import { evidenceOf } from "./excerpts.ts";
import { isoTime } from "./instants.ts";

interface Dated {
  artifact: string;
  line: number;
  at: ReportTime | null;
}

const CORRECTED = new Set(["clock-corrected", "order-only"]);

/** Adds to the times of evidence and key events what was written, where a clock that was wrong wrote it. */
export function addStated(database: Database, report: IncidentReport): void {
  const byArtifact = new Map<string, Dated[]>();
  for (const entry of [...evidenceOf(report), ...report.timeline]) {
    if (entry.at === null || !CORRECTED.has(entry.at.basis)) continue;
    const own = byArtifact.get(entry.artifact);
    if (own) own.push(entry);
    else byArtifact.set(entry.artifact, [entry]);
  }
  // Only times in UTC: a local one differs by its zone as well, which is no correction.
  const query = database.prepare(
    `SELECT event.line, event.stated
     FROM artifact JOIN run ON run.artifact = artifact.id
       JOIN placement ON placement.first_event BETWEEN run.first_event AND run.last_event
       JOIN event ON event.id BETWEEN placement.first_event AND placement.last_event
     WHERE path = ? AND clock = 'utc' AND basis IN ('clock-corrected', 'order-only') AND stated IS NOT NULL
       AND event.line IN (SELECT value FROM json_each(?))
     ORDER BY event.id DESC`,
  );
  for (const [artifact, entries] of byArtifact) {
    const lines = JSON.stringify([...new Set(entries.map(({ line }) => line))]);
    const rows = query.all(artifact, lines) as { line: number; stated: number }[];
    const stated = new Map(rows.map((row) => [row.line, row.stated]));
    for (const { at, line } of entries) if (at) addTo(at, stated.get(line));
  }
}

function addTo(at: ReportTime, stated: number | undefined): void {
  if (stated === undefined) return;
  const drawn = Date.parse(at.best ?? at.from) * 1000;
  if (Math.abs(stated - drawn) >= SECOND) at.stated = isoTime(stated, SECOND);
}
