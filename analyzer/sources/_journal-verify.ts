/** The slow look at an entry whose sum of hashes does not hold: which of its fields are as they were written. */
import { hashJenkins, jenkins } from "./_jenkins.ts";
import type { DataReader, Payload } from "./_journal-data.ts";
import type { FileHeader } from "./_journal-file.ts";
import { ARRAY_ITEMS, ENTRY_ARRAY, TAG } from "./_journal-file.ts";
import type { Items, JournalEntry } from "./_journal-types.ts";
import { FIELDS, toFields } from "./_journal-types.ts";
import type { Window } from "./_journal-window.ts";
import { siphash24 } from "./_siphash.ts";

const HALF = 32n;
/** Arrays of one field double in length, so no real one has as many. */
const MAX_ARRAYS = 64;

/** An entry whose items are looked at one by one. */
interface Doubtful {
  offset: number;
  items: Items;
  /** False when it may be shorter than it says, so that the last items are those of the next entry. */
  isSized: boolean;
}

/** How many items the entry was written with: as many as its sum of hashes is the sum of; null when it is of none. */
export function itemsInSum(data: DataReader, offsets: number[], sum: { low: number; high: number }): number | null {
  let { low, high } = sum;
  for (const [index, offset] of offsets.entries()) {
    const own = data.get(offset);
    if (own.state !== "read") return null;
    low ^= own.low;
    high ^= own.high;
    if (low === 0 && high === 0) return index + 1;
  }
  return null;
}

/** True when an object begins at the next multiple of 8, or nothing was written there yet. */
export function isObjectAt(window: Window, end: number): boolean {
  const at = end + 7 - ((end + 7) % 8);
  if (!window.load(at, 8)) return at >= window.file.size;
  const place = at - window.base;
  const first = window.view.getUint32(place, true);
  return (first & 0xff) <= TAG && first >>> 16 === 0 && window.view.getUint32(place + 4, true) === 0;
}

/** Reads the fields of an entry again, each checked by its own hash. */
export function verifyItems(
  data: DataReader,
  header: FileHeader,
  entry: Doubtful,
): Pick<JournalEntry, "fields" | "damaged" | "lost"> {
  const fields = toFields([]);
  const damaged: string[] = [];
  let lost = 0;
  entry.items.offsets.forEach((target, index) => {
    const { state, name, text } = data.get(target);
    if (state === "unreadable") lost += 1;
    if (state !== "read" || name === null || fields[name] !== undefined) return;
    fields[name] = text;
    if (!isSound(data, header, entry, index)) damaged.push(name);
  });
  // Where most items point at nothing, all of the file was moved, and a field may name the entry by chance.
  const isMoved = entry.items.hashes.length === 0 && lost * 2 > entry.items.offsets.length;
  return { fields, damaged: isMoved ? FIELDS.filter((name) => fields[name] !== undefined) : damaged, lost };
}

/**
 * True when a field is what the entry pointed at when it was written: by the hash that the entry keeps of it; in the
 * compact layout, and where the entry may not be as long as it says, by the field's own hash and its list of entries.
 */
function isSound(data: DataReader, header: FileHeader, entry: Doubtful, index: number): boolean {
  const target = entry.items.offsets[index] ?? 0;
  const payload = data.payload(target);
  if (payload === null || typeof payload === "string") return false;
  const own = hashOf(payload, header);
  const kept = entry.items.hashes[index];
  if (kept !== undefined && kept !== own) return false;
  if (kept !== undefined && entry.isSized) return true;
  const window = data.open(target);
  if (window === null || window.view.getBigUint64(target - window.base + 16, true) !== own) return false;
  if (window.u64(target + 40) === entry.offset) return true;
  return lists(data.far, window.u64(target + 48), entry.offset, header.compact);
}

/** The hash by which the file finds a data object. */
export function hashOf({ bytes, view, from, length }: Payload, header: FileHeader): bigint {
  if (header.keyed) return siphash24(header.fileId, bytes.subarray(from, from + length));
  hashJenkins(view, from, length);
  return (BigInt.asUintN(32, BigInt(jenkins.high)) << HALF) | BigInt.asUintN(32, BigInt(jenkins.low));
}

/** True when a chain of entry arrays has the entry. Offsets in it count up. */
function lists(window: Window, first: number, entry: number, compact: boolean): boolean {
  const width = compact ? 4 : 8;
  let array = first;
  for (let count = 0; count < MAX_ARRAYS && array > 0; count++) {
    if (!window.load(array, ARRAY_ITEMS) || window.bytes[array - window.base] !== ENTRY_ARRAY) return false;
    const next = window.u64(array + 16);
    const size = window.u64(array + 8);
    if (array + size > window.file.size) return false;
    const items = Math.floor((size - ARRAY_ITEMS) / width);
    if (find(window, array + ARRAY_ITEMS, items, entry, width)) return true;
    if (next <= array) return false;
    array = next;
  }
  return false;
}

/** Binary search among items of which the last may be unused and zero. */
function find(window: Window, from: number, items: number, entry: number, width: 4 | 8): boolean {
  let low = 0;
  let high = items - 1;
  while (low <= high) {
    const middle = Math.floor((low + high) / 2);
    const at = from + middle * width;
    if (!window.load(at, width)) return false;
    const item = width === 4 ? window.view.getUint32(at - window.base, true) : window.u64(at);
    if (item === entry) return true;
    if (item !== 0 && item < entry) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}
