/** Which event said a matched text first and which one last, told by their places on the time axis. */
import type { Database } from "better-sqlite3";
import type { Micros } from "../model/time.ts";
import { columnsOf } from "./columns.ts";

/** Times that are known less well than this tell nothing of lines that are seconds apart. */
const WELL_KNOWN: Micros = 60_000_000;

interface PlaceRow {
  first: number;
  last: number;
  shift: number;
  before: number;
  after: number;
  lo: number | null;
  hi: number | null;
}

/** An event with its place. */
interface Placed {
  id: number;
  lo: Micros;
  hi: Micros;
  best: Micros;
}

interface Ends {
  earliest: Placed;
  latest: Placed;
}

/**
 * Notes for each matched text its first and its last event in time. Called when all times are placed; a text none of whose
 * events has a place keeps its order in the bundle.
 */
export function orderMatches(database: Database): void {
  const matches = database.prepare("SELECT rowid AS id, text FROM match").all() as { id: number; text: number }[];
  if (matches.length === 0) return;
  const update = database.prepare(
    "UPDATE match SET earliest = ?, latest = ?, earliest_at = ?, latest_at = ? WHERE rowid = ?",
  );
  const ends = endsOf(
    database,
    matches.map(({ text }) => text),
  );
  database.transaction(() => {
    for (const { id, text } of matches) {
      const { earliest, latest } = ends.get(text) ?? {};
      if (earliest && latest) update.run(earliest.id, latest.id, earliest.best, latest.best, id);
    }
  })();
  // What was said once is cited once, though two files may hold it.
  database.prepare("UPDATE match SET latest = earliest, latest_at = earliest_at WHERE events = 1").run();
}

function endsOf(database: Database, texts: number[]): Map<number, Ends> {
  const wanted = new Uint8Array(texts.reduce((most, text) => Math.max(most, text), 0) + 1);
  for (const text of texts) wanted[text] = 1;
  const columns = columnsOf(database);
  const found = new Map<number, Ends>();
  const places = database
    .prepare(
      "SELECT first_event AS first, last_event AS last, shift, before, after, lo, hi FROM placement ORDER BY first_event",
    )
    .iterate() as IterableIterator<PlaceRow>;
  for (const place of places) {
    for (let id = place.first; id <= place.last; id++) {
      const text = columns.text(id);
      if (wanted[text] !== 1) continue;
      const event = placed(place, id, columns.stated(id), columns.precision(id));
      if (Number.isNaN(event.best)) continue;
      const ends = found.get(text);
      if (ends === undefined) found.set(text, { earliest: event, latest: event });
      else widen(ends, event);
    }
  }
  return found;
}

/** An event where the view `timeline` has it. */
function placed(place: PlaceRow, id: number, stated: Micros, precision: Micros): Placed {
  const best = stated + place.shift;
  const { lo = null, hi = null } = place;
  if (lo !== null && hi !== null) return { id, lo, hi, best: Math.max(lo, Math.min(hi, best)) };
  return { id, lo: best - place.before, hi: best + place.after + precision, best };
}

const width = ({ lo, hi }: Placed): Micros => hi - lo;

/** Whether `a` is known better than `b`, or worse, and may be a copy of the same line; 0 when neither. */
function sharper(a: Placed, b: Placed): number {
  const near = a.lo < b.hi && b.lo < a.hi && Math.max(width(a), width(b)) <= WELL_KNOWN;
  return near ? width(b) - width(a) : 0;
}

/** Of copies of one line, the one whose time is known best tells when it was said. */
function widen(ends: Ends, event: Placed): void {
  const { earliest, latest } = ends;
  if ((sharper(event, earliest) || earliest.best - event.best) > 0) ends.earliest = event;
  if ((sharper(event, latest) || event.best - latest.best) >= 0) ends.latest = event;
}
