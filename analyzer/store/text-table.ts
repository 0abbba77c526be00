/**
 * Places of texts, found by a hash of all of their bytes. For texts that are mostly new quicker than a Map, which walks to
 * the text of each entry that it meets: here only those of the same hash are looked at. The texts are kept as bytes: as
 * strings, each would be moved three times by the garbage collector before it is forgotten.
 */

import { MOST_BYTES } from "./texts.ts";

/** A text that finds no place within so many steps has none: hashes that somebody made alike cost no time. */
const MOST_STEPS = 64;
const NOT_FOUND = -1;

/** A text as a table compares it. */
export interface WrittenText {
  /** Its UTF-8, four bytes each, the last word filled up with zeros. */
  words: Int32Array;
  /** Bytes. */
  length: number;
  hash: number;
}

export interface TextTable {
  readonly size: number;
  /** Whether the bytes of one more text, and its place, are there. */
  hasRoom(text: WrittenText): boolean;
  /** Where a text is, counted from 0 in the order of `add`; -1 when it is not there. */
  find(text: WrittenText): number;
  /** The place of a text that is not there yet, and for which there is room; -1 when its hash has too many places. */
  add(text: WrittenText): number;
  clear(): void;
}

const wordsOf = (length: number): number => (length + 3) >> 2;

/**
 * @param capacity texts at most; a power of two
 * @param room bytes of all of them, at most; memory is taken as it fills
 */
export function createTextTable(capacity: number, room: number): TextTable {
  const mask = 2 * capacity - 1;
  /** Places, each one more than it is, so that 0 is none. */
  const slots = new Int32Array(2 * capacity);
  const hashes = new Int32Array(capacity);
  const lengths = new Int32Array(capacity);
  const starts = new Int32Array(capacity);
  const kept = new Int32Array(wordsOf(room));
  let size = 0;
  let used = 0;

  function isAt(place: number, { words, length, hash }: WrittenText): boolean {
    if (hashes[place] !== hash || lengths[place] !== length) return false;
    const start = starts[place] as number;
    for (let at = wordsOf(length) - 1; at >= 0; at--) if (kept[start + at] !== words[at]) return false;
    return true;
  }

  return {
    get size() {
      return size;
    },
    hasRoom: ({ length }) => size < capacity && used + wordsOf(length) <= kept.length,
    find(text) {
      for (let step = 0; step < MOST_STEPS; step++) {
        const place = (slots[(text.hash + step) & mask] as number) - 1;
        if (place < 0) return NOT_FOUND;
        if (isAt(place, text)) return place;
      }
      return NOT_FOUND;
    },
    add({ words, length, hash }) {
      for (let step = 0; step < MOST_STEPS; step++) {
        const slot = (hash + step) & mask;
        if (slots[slot] !== 0) continue;
        hashes[size] = hash;
        lengths[size] = length;
        starts[size] = used;
        const count = wordsOf(length);
        for (let at = 0; at < count; at++) kept[used + at] = words[at] as number;
        used += count;
        slots[slot] = size + 1;
        return size++;
      }
      return NOT_FOUND;
    },
    clear() {
      slots.fill(0);
      size = 0;
      used = 0;
    },
  };
}

/**
 * A function that writes texts of at most so many units and hashes them, four bytes at a time. It gives the same object
 * each time. Halves of surrogate pairs become U+FFFD, as in the store.
 */
export function createTextWriter(longest: number): (text: string) => WrittenText {
  const words = new Int32Array(wordsOf(MOST_BYTES * longest) + 1);
  const bytes = Buffer.from(words.buffer);
  const written = { words, length: 0, hash: 0 };
  return (text) => {
    const length = bytes.write(text, 0);
    // What an earlier text left behind the end of this one.
    for (let at = length; (at & 3) !== 0; at++) bytes[at] = 0;
    const count = wordsOf(length);
    let hash = length;
    for (let at = 0; at < count; at++) {
      hash = Math.imul(hash ^ (words[at] as number), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash, 0x2c1b3c6d);
    hash ^= hash >>> 12;
    hash = Math.imul(hash, 0x297a2d39);
    written.length = length;
    written.hash = hash ^ (hash >>> 15);
    return written;
  };
}
