/** Lines that two artifacts hold: a log and a tail of it, the journal and `systemctl status`. Each was said once. */
import type { Database } from "better-sqlite3";
import type { Micros } from "../model/time.ts";
import { placesOf, type PlaceRow } from "./places.ts";
import { columnsOf, type EventColumns } from "./columns.ts";

/** Times that are known less well than this are no sign that two lines are one. */
const SHARP: Micros = 5_000_000;

/**
 * A journal's line has two times, that of its program and that of its entry; some forms show one, some the other. On a
 * busy Pi an entry is made up to half a second later.
 */
export const SLACK: Micros = 500_000;

/** One line, in the part of an artifact that it was read from. */
interface Said {
  part: number;
  lo: Micros;
  hi: Micros;
}

/**
 * Takes copies out of the counts of matched texts: the same words of the same program at the same time, in another part
 * of the bundle. Called when all times are placed. What has no time, or none that is known well, is no copy of anything.
 */
export function countOnce(database: Database): void {
  const rows = database
    .prepare(`SELECT rowid, text FROM match WHERE events > 1 LIMIT ${MOST_ROWS + 1}`)
    .raw()
    .all() as [id: number, text: number][];
  const repeated = new Set(rows.map(([, text]) => text));
  if (rows.length > MOST_ROWS || repeated.size > MOST) return;
  const counts = new Map<number, number>();
  for (const [text, byOrigin] of linesOf(database, repeated)) {
    counts.set(
      text,
      [...byOrigin.values()].reduce((sum, lines) => sum + different(lines), 0),
    );
  }
  const update = database.prepare("UPDATE match SET events = min(events, ?) WHERE rowid = ?");
  for (const [id, text] of rows) {
    const count = counts.get(text);
    if (count !== undefined) update.run(count, id);
  }
}

/** Of more rows nothing is taken out. */
const MOST_ROWS = 50_000;
/** More texts than this, or a text that was said more often, are not looked at line by line: their counts stay. */
const MOST = 20_000;
/** Lines of all texts that are looked at. */
const MOST_LINES = 200_000;

/** Calls with each event of a text, and the number of the part that holds it. */
type Visit = (id: number, text: number, part: number) => void;

function createWalk(database: Database, columns: EventColumns): (texts: Set<number>, visit: Visit) => void {
  const ends = database
    .prepare("SELECT max(last_event) FROM run GROUP BY artifact, section ORDER BY 1")
    .pluck()
    .all() as number[];
  return (texts, visit) => {
    const wanted = new Uint8Array([...texts].reduce((most, text) => Math.max(most, text), 0) + 1);
    for (const text of texts) wanted[text] = 1;
    let part = 0;
    for (let id = 1; id <= columns.count; id++) {
      const text = columns.text(id);
      if (wanted[text] !== 1) continue;
      while (part < ends.length && (ends[part] as number) < id) part += 1;
      visit(id, text, part);
    }
  };
}

/** Of texts that were said more than once, those that several parts hold. */
function shared(repeated: Set<number>, walk: (texts: Set<number>, visit: Visit) => void): Set<number> {
  const seen = new Map<number, { part: number; lines: number; several: boolean }>();
  walk(repeated, (_, text, part) => {
    const known = seen.get(text);
    if (known === undefined) return void seen.set(text, { part, lines: 1, several: false });
    known.lines += 1;
    known.several ||= known.part !== part;
  });
  let total = 0;
  const found = [...seen].filter(
    ([, { several, lines }]) => several && lines <= MOST && (total += lines) <= MOST_LINES,
  );
  return new Set(found.map(([text]) => text));
}

/** The lines of texts that several parts hold, by text and origin. */
function linesOf(database: Database, repeated: Set<number>): Map<number, Map<number, Said[]>> {
  const found = new Map<number, Map<number, Said[]>>();
  const columns = columnsOf(database);
  const walk = createWalk(database, columns);
  const places = [...placesOf(database)];
  let place = 0;
  walk(shared(repeated, walk), (id, text, part) => {
    while (place < places.length - 1 && (places[place] as PlaceRow).last < id) place += 1;
    const byOrigin = found.get(text) ?? new Map<number, Said[]>();
    if (byOrigin.size === 0) found.set(text, byOrigin);
    const origin = columns.origin(id);
    const lines = byOrigin.get(origin) ?? [];
    if (lines.length === 0) byOrigin.set(origin, lines);
    lines.push({ part, ...timeOf(places[place], id, columns.stated(id), columns.precision(id)) });
  });
  return found;
}

/** The bounds of a line's time; without one, bounds that nothing can lie within. */
function timeOf(place: PlaceRow | undefined, id: number, stated: Micros, precision: Micros): Pick<Said, "lo" | "hi"> {
  const none = { lo: Number.NaN, hi: Number.NaN };
  if (place === undefined || id < place.first || id > place.last || Number.isNaN(stated)) return none;
  const lo = place.lo ?? stated + place.shift - place.before;
  const hi = place.hi ?? stated + place.shift + place.after + precision;
  return hi - lo > SHARP ? none : { lo, hi };
}

/** How many of the lines are not copies: each part's lines are paired with those of the parts before it, one to one. */
function different(lines: Said[]): number {
  const byPart = new Map<number, Said[]>();
  for (const line of lines.filter(({ lo }) => !Number.isNaN(lo))) {
    const own = byPart.get(line.part);
    if (own) own.push(line);
    else byPart.set(line.part, [line]);
  }
  const untimed = lines.filter(({ lo }) => Number.isNaN(lo)).length;
  let kept: Said[] = [];
  for (const part of [...byPart.values()].toSorted((a, b) => b.length - a.length)) {
    kept = [...kept, ...withoutTwins(part.toSorted(byTime), kept)].toSorted(byTime);
  }
  return untimed + kept.length;
}

const byTime = (a: Said, b: Said): number => a.lo - b.lo;

/** The lines that no line of the others, each taken once, was said with; both in order of time. */
function withoutTwins(lines: Said[], others: Said[]): Said[] {
  let at = 0;
  return lines.filter((line) => {
    while (at < others.length && (others[at] as Said).hi + SLACK <= line.lo) at += 1;
    const twin = others[at];
    if (twin === undefined || twin.lo >= line.hi + SLACK) return true;
    at += 1;
    return false;
  });
}
