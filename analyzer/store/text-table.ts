/**
 * Places of texts, found by a hash of all of their characters. For texts that are mostly new quicker than a Map, which
 * walks to the text of each entry that it meets: here only those of the same hash are looked at.
 */

/** A text that finds no place within so many steps has none: hashes that somebody made alike cost no time. */
const MOST_STEPS = 64;
const NOT_FOUND = -1;

export interface TextTable {
  readonly size: number;
  /** Where a text is, counted from 0 in the order of `add`; -1 when it is not there. */
  find(text: string, hash: number): number;
  /** The place of a text that is not there yet; -1 when there is none for it. At most `capacity` texts. */
  add(text: string, hash: number): number;
  clear(): void;
}

/** @param capacity texts at most; a power of two */
export function createTextTable(capacity: number): TextTable {
  const mask = 2 * capacity - 1;
  /** Places, each one more than it is, so that 0 is none. */
  const slots = new Int32Array(2 * capacity);
  const hashes = new Int32Array(capacity);
  const texts: string[] = Array.from({ length: capacity }, () => "");
  let size = 0;
  return {
    get size() {
      return size;
    },
    find(text, hash) {
      for (let step = 0; step < MOST_STEPS; step++) {
        const place = (slots[(hash + step) & mask] as number) - 1;
        if (place < 0) return NOT_FOUND;
        if (hashes[place] === hash && texts[place] === text) return place;
      }
      return NOT_FOUND;
    },
    add(text, hash) {
      for (let step = 0; step < MOST_STEPS; step++) {
        const slot = (hash + step) & mask;
        if (slots[slot] !== 0) continue;
        hashes[size] = hash;
        texts[size] = text;
        slots[slot] = size + 1;
        return size++;
      }
      return NOT_FOUND;
    },
    clear() {
      slots.fill(0);
      texts.fill("");
      size = 0;
    },
  };
}

/**
 * A function that hashes texts of at most so many characters: four bytes at a time, of characters beyond Latin-1 the lower
 * half only. Gives 32 bits.
 */
export function createTextHash(longest: number): (text: string) => number {
  const words = new Int32Array((longest >> 2) + 1);
  const bytes = Buffer.from(words.buffer);
  return (text) => {
    const { length } = text;
    const count = (length + 3) >> 2;
    // What an earlier text left behind the end of this one.
    words[length >> 2] = 0;
    bytes.write(text, "latin1");
    let hash = length;
    for (let at = 0; at < count; at++) {
      hash = Math.imul(hash ^ (words[at] as number), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash, 0x2c1b3c6d);
    hash ^= hash >>> 12;
    hash = Math.imul(hash, 0x297a2d39);
    return hash ^ (hash >>> 15);
  };
}
