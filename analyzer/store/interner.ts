import { createTextTable, createTextWriter, type TextTable, type WrittenText } from "./text-table.ts";

/** Texts kept for interning; beyond it the older half is forgotten, and a text may be stored twice. */
const INTERN_LIMIT = 1 << 16;
const GENERATION = INTERN_LIMIT / 2;
/** Bytes of the texts of a half; texts that are longer than usual are forgotten sooner. */
const GENERATION_BYTES = 1 << 23;
const NONE = -1;
/** Places for texts that were said again last; see `latestOf`. */
const LATEST = 1 << 13;
/** Longer texts are stored but not interned: they hardly repeat and would fill the map. */
const INTERN_LENGTH = 2_000;

/**
 * Numbers of a use of a text: its id, the first and the last event that said it, then how many did: those that no other
 * artifact tells again, those of binary journals, the export of a journal that was read last, its events, and the most
 * events of an export before it.
 */
export const USE_COLUMNS = 8;

/** Who tells an event: nobody else, a binary journal, or (above 0) an export of a journal by its number. */
export type Teller = number;
export const ALONE: Teller = 0;
export const JOURNAL: Teller = -1;

/** How often a text was said: what the journal and its exports tell is told by each of them. */
export function saidIn(uses: Float64Array, at: number): number {
  const told = Math.max(uses[at + 4] as number, uses[at + 6] as number, uses[at + 7] as number);
  return (uses[at + 3] as number) + told;
}

export interface Interner {
  /** The id of what an event says; ids count up from 1. */
  id(text: string, event: number, teller: Teller): number;
  /** Hands out the uses of all texts that are still remembered. */
  finish(): void;
}

interface InternerOptions {
  /** Called once for each new text, as it can be stored. */
  onText(text: string): void;
  /** Called when no event can add to the uses of some texts any more: `USE_COLUMNS` numbers for each, by id. */
  onUses(uses: Float64Array): void;
}

interface Generation {
  texts: TextTable;
  /** `USE_COLUMNS` numbers for each of its texts. */
  uses: Float64Array;
}

const newGeneration = (): Generation => ({
  texts: createTextTable(GENERATION, GENERATION_BYTES),
  uses: new Float64Array(GENERATION * USE_COLUMNS),
});

/** Counts one more event for the text at a place; gives its id. */
function again(uses: Float64Array, at: number, event: number, teller: Teller): number {
  uses[at + 2] = event;
  if (teller === ALONE) uses[at + 3] = (uses[at + 3] as number) + 1;
  else if (teller === JOURNAL) uses[at + 4] = (uses[at + 4] as number) + 1;
  else if (uses[at + 5] === teller) uses[at + 6] = (uses[at + 6] as number) + 1;
  else {
    uses[at + 7] = Math.max(uses[at + 7] as number, uses[at + 6] as number);
    uses[at + 5] = teller;
    uses[at + 6] = 1;
  }
  return uses[at] as number;
}

/** A number below `LATEST` for a text, alike for equal ones: of a few of its characters, which costs next to nothing. */
function latestOf(text: string): number {
  const last = text.length - 1;
  if (last < 0) return 0;
  const [quarter, eighth] = [last >> 2, last >> 3];
  let hash = Math.imul(last ^ text.charCodeAt(last), 0x01000193) ^ text.charCodeAt(last >> 1);
  hash = Math.imul(hash, 0x01000193) ^ text.charCodeAt(quarter);
  hash = Math.imul(hash, 0x01000193) ^ text.charCodeAt(last - quarter);
  hash = Math.imul(hash, 0x01000193) ^ text.charCodeAt(eighth);
  hash = Math.imul(hash, 0x01000193) ^ text.charCodeAt(last - eighth);
  return (hash ^ (hash >>> 13)) & (LATEST - 1);
}

/** Gives equal texts one id, as long as they are remembered. Memory does not grow with the number of texts. */
export function createInterner({ onText, onUses }: InternerOptions): Interner {
  let recent = newGeneration();
  let older: Generation | null = null;
  let count = 0;
  /** Texts that were said again, with the places of their uses in `recent` or, as complements, in `older`. */
  const latest: string[] = Array.from({ length: LATEST }, () => "");
  const latestAt = new Int32Array(LATEST);

  const write = createTextWriter(INTERN_LENGTH);

  const handOut = ({ texts, uses }: Generation): void => {
    if (texts.size > 0) onUses(uses.slice(0, texts.size * USE_COLUMNS));
  };

  /** A text that is not remembered, and will not be. */
  function pass(text: string, event: number): number {
    onText(storable(text));
    const id = ++count;
    onUses(Float64Array.of(id, event, event, 1, 0, 0, 0, 0));
    return id;
  }

  function add(text: string, written: WrittenText, event: number, teller: Teller): number {
    if (!recent.texts.hasRoom(written)) startGeneration();
    const place = recent.texts.add(written);
    if (place < 0) return pass(text, event);
    const id = ++count;
    onText(storable(text));
    const at = place * USE_COLUMNS;
    // What an earlier half left there.
    recent.uses.fill(0, at, at + USE_COLUMNS);
    recent.uses[at] = id;
    recent.uses[at + 1] = event;
    return again(recent.uses, at, event, teller);
  }

  function startGeneration(): void {
    if (older !== null) handOut(older);
    // Used again: its megabytes are not left to the garbage collector.
    const next = older ?? newGeneration();
    next.texts.clear();
    older = recent;
    recent = next;
    latest.fill("");
  }

  return {
    id(text, event, teller) {
      if (text.length > INTERN_LENGTH) return pass(text, event);
      const slot = latestOf(text);
      let at = latestAt[slot] as number;
      if (text === "" || latest[slot] !== text) {
        const written = write(text);
        const place = recent.texts.find(written);
        const before = place < 0 && older !== null ? older.texts.find(written) : NONE;
        if (place < 0 && before < 0) return add(text, written, event, teller);
        at = place >= 0 ? place * USE_COLUMNS : ~(before * USE_COLUMNS);
        latest[slot] = text;
        latestAt[slot] = at;
      }
      return at >= 0 ? again(recent.uses, at, event, teller) : again((older as Generation).uses, ~at, event, teller);
    },
    finish() {
      if (older !== null) handOut(older);
      handOut(recent);
      older = null;
      recent = newGeneration();
      latest.fill("");
    },
  };
}

/** NUL ends a text in some tools. Halves of surrogate pairs, which have no UTF-8, become U+FFFD where bytes are made of it. */
const storable = (text: string): string => (text.includes("\0") ? text.replaceAll("\0", "␀") : text);
