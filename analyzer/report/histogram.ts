import type { Database } from "better-sqlite3";
import type { ReportHistogram } from "../model/report.ts";
import { isoTime } from "./instants.ts";

const BINS = 240;

interface Bin {
  bin: number;
  level: number;
  count: number;
}

/** Events by time and level, from the placements: no row of the timeline is looked at one by one. */
export function histogramOf(database: Database): ReportHistogram | null {
  const placed = `FROM placement JOIN event ON event.id BETWEEN placement.first_event AND placement.last_event
     WHERE placement.lo IS NULL AND event.stated IS NOT NULL`;
  const { from, to, total } = database
    .prepare(`SELECT min(stated + shift) AS "from", max(stated + shift) AS "to", count(*) AS total ${placed}`)
    .get() as { from: number | null; to: number | null; total: number };
  const { total: all } = database.prepare("SELECT count(*) AS total FROM event").get() as { total: number };
  if (from === null || to === null) return null;
  const binUs = Math.max(1, Math.ceil((to - from + 1) / BINS));
  const rows = database
    .prepare(
      `SELECT CAST((stated + shift - ?) / ? AS INTEGER) AS bin,
         CASE WHEN level <= 3 THEN 3 WHEN level = 4 THEN 4 ELSE 5 END AS level, count(*) AS count
       ${placed} GROUP BY 1, 2`,
    )
    .all(from, binUs) as Bin[];
  const length = Math.min(BINS, Math.floor((to - from) / binUs) + 1);
  const series = (level: number): number[] => {
    const counts = Array.from({ length }, () => 0);
    for (const row of rows) if (row.level === level) counts[row.bin] = row.count;
    return counts;
  };
  return {
    from: isoTime(from, 1),
    to: isoTime(to, 1),
    binUs,
    error: series(3),
    warning: series(4),
    other: series(5),
    unplaced: all - total,
  };
}
