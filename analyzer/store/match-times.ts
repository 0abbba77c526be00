/** Which event said a matched text first and which one last, told by their places on the time axis. */
import type { Database } from "better-sqlite3";
import type { Micros } from "../model/time.ts";
import { placesOf } from "./places.ts";
import { columnsOf } from "./columns.ts";

/** Times that are known less well than this tell nothing of lines that are seconds apart. */
const WELL_KNOWN: Micros = 60_000_000;

/** Of more, which no log in order has, the order in the bundle is kept: memory is bounded. */
const MOST_MATCHES = 200_000;

/** One end of each matched text's events: the event, and where the view `timeline` has it. */
interface Ends {
  id: Uint32Array;
  lo: Float64Array;
  hi: Float64Array;
  best: Float64Array;
}

/** The events that said a text first and last in time, and the places of both on the time axis. */
export interface TextEnds {
  earliest: number;
  earliestAt: Micros;
  latest: number;
  latestAt: Micros;
}

const remembered = new WeakMap<Database, (text: number) => TextEnds | null>();

/**
 * Finds for each matched text its first and its last event in time, for `endsOf`. Called when all times are placed; a
 * text none of whose events has a place keeps its order in the bundle, and so do lines that the clock model and the
 * redaction look for.
 */
export function orderMatches(database: Database): void {
  const wanted = "FROM match WHERE rule NOT LIKE 'clock:%' AND rule NOT LIKE 'secret:%'";
  const count = database.prepare(`SELECT count(*) ${wanted}`).pluck().get() as number;
  if (count === 0 || count > MOST_MATCHES) return;
  const texts = database.prepare(`SELECT text ${wanted}`).pluck().all() as number[];
  const slots = slotsOf(texts);
  const { earliest, latest } = findEnds(database, slots, texts.length + 1);
  remembered.set(database, (text) => {
    const slot = slots[text] ?? 0;
    if (slot === 0 || earliest.id[slot] === 0) return null;
    return {
      earliest: earliest.id[slot] as number,
      earliestAt: earliest.best[slot] as Micros,
      latest: latest.id[slot] as number,
      latestAt: latest.best[slot] as Micros,
    };
  });
}

/** The ends of matched texts; null for a text whose events have none, and for all before `orderMatches`. */
export function endsOf(database: Database): (text: number) => TextEnds | null {
  return remembered.get(database) ?? (() => null);
}

/** A place from 1 for each matched text, 0 for the others. */
function slotsOf(texts: number[]): Uint32Array {
  const slots = new Uint32Array(texts.reduce((most, text) => Math.max(most, text), 0) + 1);
  let last = 0;
  for (const text of texts) if (slots[text] === 0) slots[text] = ++last;
  return slots;
}

const newEnds = (count: number): Ends => ({
  id: new Uint32Array(count),
  lo: new Float64Array(count),
  hi: new Float64Array(count),
  best: new Float64Array(count),
});

function findEnds(database: Database, slots: Uint32Array, count: number): { earliest: Ends; latest: Ends } {
  const columns = columnsOf(database);
  const [earliest, latest] = [newEnds(count), newEnds(count)];
  for (const { first, last, shift, before, after, lo: from, hi: to } of placesOf(database)) {
    for (let id = first; id <= last; id++) {
      const slot = slots[columns.text(id)] ?? 0;
      if (slot === 0) continue;
      const drawn = columns.stated(id) + shift;
      if (Number.isNaN(drawn)) continue;
      const isFixed = from !== null && to !== null;
      const best = isFixed ? Math.max(from, Math.min(to, drawn)) : drawn;
      const lo = isFixed ? from : best - before;
      const hi = isFixed ? to : best + after + columns.precision(id);
      const isFirst = earliest.id[slot] === 0;
      // Of copies of one line, the one whose time is known best tells when it was said.
      if (isFirst || (sharper(lo, hi, earliest, slot) || (earliest.best[slot] as number) - best) > 0)
        put(earliest, slot, id, lo, hi, best);
      if (isFirst || (sharper(lo, hi, latest, slot) || best - (latest.best[slot] as number)) >= 0)
        put(latest, slot, id, lo, hi, best);
    }
  }
  return { earliest, latest };
}

function put(ends: Ends, slot: number, id: number, lo: Micros, hi: Micros, best: Micros): void {
  ends.id[slot] = id;
  ends.lo[slot] = lo;
  ends.hi[slot] = hi;
  ends.best[slot] = best;
}

/** Above 0 when an event is known better than an end, below when worse, and both may be one line; else 0. */
function sharper(lo: Micros, hi: Micros, ends: Ends, slot: number): number {
  const [from, to] = [ends.lo[slot] as number, ends.hi[slot] as number];
  const isNear = lo < to && from < hi && Math.max(hi - lo, to - from) <= WELL_KNOWN;
  return isNear ? to - from - (hi - lo) : 0;
}
