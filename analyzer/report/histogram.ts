import type { Database } from "better-sqlite3";
import type { ReportHistogram } from "../model/report.ts";
import { isoTime } from "./instants.ts";

const BINS = 240;

/** Ids that are read at a time. */
const SLICE = 50_000;

function placements(database: Database): { first: number; last: number; shift: number }[] {
  return database
    .prepare("SELECT first_event AS first, last_event AS last, shift FROM placement WHERE lo IS NULL")
    .all() as ReturnType<typeof placements>;
}

/** Events by time and level, from the placements. */
export function histogramOf(database: Database): ReportHistogram | null {
  const placed = `FROM placement JOIN event ON event.id BETWEEN placement.first_event AND placement.last_event
     WHERE placement.lo IS NULL AND event.stated IS NOT NULL`;
  const { from, to, total } = database
    .prepare(`SELECT min(stated + shift) AS "from", max(stated + shift) AS "to", count(*) AS total ${placed}`)
    .get() as { from: number | null; to: number | null; total: number };
  const { total: all } = database.prepare("SELECT count(*) AS total FROM event").get() as { total: number };
  if (from === null || to === null) return null;
  const binUs = Math.max(1, Math.ceil((to - from + 1) / BINS));
  // One number for each event: GROUP BY would sort a million rows.
  const read = database
    .prepare(
      `SELECT CAST((stated + @shift - @from) / @binUs AS INTEGER) * 3 + CASE WHEN level <= 3 THEN 0 WHEN level = 4 THEN 1 ELSE 2 END
       FROM event WHERE id BETWEEN @first AND @last AND stated IS NOT NULL`,
    )
    .pluck();
  const length = Math.min(BINS, Math.floor((to - from) / binUs) + 1);
  const counts = new Float64Array(length * 3);
  for (const { first, last, shift } of placements(database)) {
    for (let id = first; id <= last; id += SLICE) {
      const codes = read.all({ shift, from, binUs, first: id, last: Math.min(last, id + SLICE - 1) }) as number[];
      for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
    }
  }
  const series = (kind: number): number[] => Array.from({ length }, (_, bin) => counts[bin * 3 + kind] ?? 0);
  return {
    from: isoTime(from, 1),
    to: isoTime(to, 1),
    binUs,
    error: series(0),
    warning: series(1),
    other: series(2),
    unplaced: all - total,
  };
}
