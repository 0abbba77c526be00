/**
 * Entries that lie in more than one file: a copy of `system.journal` beside it, or a `.journal~` and what it was made of.
 * Sequence numbers are unique under one id and shared by the files that count on, so a number and its time tell a copy.
 */
import type { SeenRecords } from "../model/source.ts";
import type { JournalEntry } from "./_journal-types.ts";

/** Entries of one block of times. */
const BLOCK = 1024;
/** Memory for four million entries; what comes after them is not compared. */
const MOST_BLOCKS = 4096;

/** Tells for each entry of one file whether another file had it, and remembers it when it is whole. */
export function createCopyCheck(seqnumId: string, seen: SeenRecords): (entry: JournalEntry) => boolean {
  let number = Number.NaN;
  let block: Float64Array | null = null;
  return ({ seqnum, realtime, damaged, lost }) => {
    if (damaged.includes("seqnum") || damaged.includes("realtime")) return false;
    if (Math.floor(seqnum / BLOCK) !== number) {
      number = Math.floor(seqnum / BLOCK);
      block = blockOf(seen, `${seqnumId} ${number}`);
    }
    const slot = seqnum % BLOCK;
    if (block?.[slot] === realtime) return true;
    if (block !== null && damaged.length === 0 && lost === 0) block[slot] = realtime;
    return false;
  };
}

function blockOf(seen: SeenRecords, key: string): Float64Array | null {
  const known = seen.get(key);
  if (known !== undefined) return known;
  if (seen.size >= MOST_BLOCKS) return null;
  const block = new Float64Array(BLOCK);
  seen.set(key, block);
  return block;
}
