/** Where runs of events lie on the time axis, as the clock pass wrote it. */
import type { Database } from "better-sqlite3";
import type { Micros } from "../model/time.ts";

/** Events from `first` to `last` and their place: what is added to their stated times, or for all of them one interval. */
export interface PlaceRow {
  first: number;
  last: number;
  shift: Micros;
  before: Micros;
  after: Micros;
  lo: Micros | null;
  hi: Micros | null;
}

/** In order of events. */
export function placesOf(database: Database): IterableIterator<PlaceRow> {
  return database
    .prepare(
      "SELECT first_event AS first, last_event AS last, shift, before, after, lo, hi FROM placement ORDER BY first_event",
    )
    .iterate() as IterableIterator<PlaceRow>;
}
