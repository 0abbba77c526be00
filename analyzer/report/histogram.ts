import type { Database } from "better-sqlite3";
import type { ReportHistogram } from "../model/report.ts";
import { columnsOf } from "../store/columns.ts";
import { isoTime } from "./instants.ts";

const BINS = 240;
const ERROR = 3;
const WARNING = 4;

/** Events of one placement that have a time. */
interface Placed {
  first: number;
  last: number;
  shift: number;
}

/** Events by time and level, from the placements. */
export function histogramOf(database: Database): ReportHistogram | null {
  const placed = database
    .prepare("SELECT first_event AS first, last_event AS last, shift FROM placement WHERE lo IS NULL")
    .all() as Placed[];
  const columns = columnsOf(database);
  const visit = (take: (time: number, id: number) => void): void => {
    for (const { first, last, shift } of placed) {
      for (let id = first; id <= last; id++) {
        const time = columns.stated(id) + shift;
        if (time === time) take(time, id);
      }
    }
  };
  let [from, to, total] = [Infinity, -Infinity, 0];
  visit((time) => {
    if (time < from) from = time;
    if (time > to) to = time;
    total += 1;
  });
  if (total === 0) return null;
  const binUs = Math.max(1, Math.ceil((to - from + 1) / BINS));
  const length = Math.min(BINS, Math.floor((to - from) / binUs) + 1);
  const empty = (): number[] => Array.from({ length }, () => 0);
  const [error, warning, other] = [empty(), empty(), empty()];
  visit((time, id) => {
    const level = columns.level(id);
    const series = level <= ERROR ? error : level === WARNING ? warning : other;
    const bin = Math.floor((time - from) / binUs);
    series[bin] = (series[bin] as number) + 1;
  });
  const unplaced = columns.count - total;
  return { from: isoTime(from, 1), to: isoTime(to, 1), binUs, error, warning, other, unplaced };
}
