/**
 * Visits the objects of a journal file one after the other, from the header to the end, and finds the way again after
 * damage: a place where no object begins is passed in steps of 8 bytes until something looks like one.
 */
import type { FileHeader } from "./_journal-file.ts";
import {
  ARRAY_ITEMS,
  DATA,
  ENTRY,
  ENTRY_ARRAY,
  ENTRY_ITEMS,
  FIELD,
  OBJECT_HEADER,
  PAYLOAD,
  TAG,
} from "./_journal-file.ts";
import type { Window } from "./_journal-window.ts";

const SMALLEST = [0, PAYLOAD.regular + 1, 41, ENTRY_ITEMS + 4, OBJECT_HEADER, OBJECT_HEADER, ARRAY_ITEMS, 64];
const STEP = 8;
/** Times up to the year 2255 are exact numbers. */
const LATEST = 2 ** 53;
const NAME_LENGTH = 64;
const EQUALS = 61;

/** True for a character of a field name. */
export function isNameByte(byte: number): boolean {
  return (byte >= 65 && byte <= 90) || byte === 95 || (byte >= 48 && byte <= 57);
}

/** How many bytes the name before the first `=` takes, 0 when no field begins here. */
export function nameLength(bytes: Buffer, from: number, to: number): number {
  const limit = Math.min(to, from + NAME_LENGTH + 1);
  for (let at = from; at < limit; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === EQUALS) return at - from;
    if (!isNameByte(byte)) return 0;
  }
  return 0;
}

export class Walker {
  /** The object of the last `next`. */
  offset = 0;
  type = 0;
  flags = 0;
  size = 0;
  /** The first place where no object was, although more follow; null when there was none. */
  damagedAt: number | null = null;
  /** How many such places there were. */
  damages = 0;
  readonly #window: Window;
  readonly #header: FileHeader;
  readonly #isSound: (walker: Walker) => boolean;
  #next: number;

  /** `isSound`: whether a data object's own hash proves its size. */
  constructor(window: Window, header: FileHeader, isSound: (walker: Walker) => boolean) {
    this.#window = window;
    this.#header = header;
    this.#isSound = isSound;
    this.#next = header.size;
  }

  /** Goes to the next object. False at the end of the file. */
  next(): boolean {
    const at = this.#next;
    if (this.#read(at)) return true;
    if (!this.#window.load(at, STEP)) return this.#end(at);
    // What the last object says of its size may be wrong, unless its hash proves it.
    const rescan = this.size > 0 && !this.#isSound(this) ? this.offset + STEP : at;
    const found = this.#scan(rescan);
    if (found === -1) return this.#end(at);
    this.damages++;
    this.damagedAt ??= found < at ? rescan - STEP : at;
    return this.#read(found);
  }

  /** No object follows. That is damage when the header knows of some. */
  #end(at: number): false {
    if (this.#header.tailObject >= at) {
      this.damages++;
      this.damagedAt ??= Math.min(at, this.#window.file.size);
    }
    return false;
  }

  /** True when an object may begin at `at`; it is the current one then. */
  #read(at: number): boolean {
    const window = this.#window;
    if (!window.load(at, OBJECT_HEADER)) return false;
    const place = at - window.base;
    const first = window.view.getUint32(place, true);
    const type = first & 0xff;
    const flags = (first >>> 8) & 0xff;
    if (type < DATA || type > TAG || first >>> 16 !== 0 || window.view.getUint32(place + 4, true) !== 0) return false;
    const size = window.u64(at + 8);
    if (size < (SMALLEST[type] ?? 0) || at + size > window.file.size || !this.#fits(type, flags, size)) return false;
    this.offset = at;
    this.type = type;
    this.flags = flags;
    this.size = size;
    this.#next = at + size + ((STEP - (size % STEP)) % STEP);
    return true;
  }

  #fits(type: number, flags: number, size: number): boolean {
    if (type === DATA) return flags === 0 || flags === 1 || flags === 2 || flags === 4;
    if (flags !== 0) return false;
    const { compact } = this.#header;
    if (type === ENTRY) return (size - ENTRY_ITEMS) % (compact ? 4 : 16) === 0;
    if (type === ENTRY_ARRAY) return (size - ARRAY_ITEMS) % (compact ? 4 : 8) === 0;
    if (type === TAG) return size === SMALLEST[TAG];
    return type === FIELD || size % 16 === 0;
  }

  /** The next place from `from` on where something looks like an object; -1 when nothing does. */
  #scan(from: number): number {
    const window = this.#window;
    const keep = { offset: this.offset, type: this.type, flags: this.flags, size: this.size, next: this.#next };
    for (let at = from; window.load(at, STEP); at += STEP) {
      const last = window.end - STEP;
      while (at < last && (window.view.getUint32(at - window.base, true) - 1) >>> 0 > 0xffff) at += STEP;
      if (this.#read(at) && this.#plausible()) return at;
    }
    this.offset = keep.offset;
    this.type = keep.type;
    this.flags = keep.flags;
    this.size = keep.size;
    this.#next = keep.next;
    return -1;
  }

  /** A closer look at an object that nothing leads to. */
  #plausible(): boolean {
    const { type, offset, size } = this;
    const window = this.#window;
    if (type === ENTRY) {
      if (!window.load(offset, ENTRY_ITEMS + 8)) return false;
      const [seqnum, realtime, monotonic] = [16, 24, 32].map((at) => window.u64(offset + at));
      const item = this.#header.compact
        ? window.view.getUint32(offset - window.base + ENTRY_ITEMS, true)
        : window.u64(offset + ENTRY_ITEMS);
      return [seqnum, realtime, monotonic].every((value) => value! < LATEST) && this.#isOffset(item);
    }
    if (type === DATA || type === FIELD) {
      const header = type === FIELD ? 40 : this.#header.compact ? PAYLOAD.compact : PAYLOAD.regular;
      if (size <= header || !window.load(offset, header + NAME_LENGTH + 1)) return size > header;
      if (this.flags !== 0) return true;
      const place = offset - window.base + header;
      return type === FIELD
        ? isNameByte(window.bytes[place] ?? 0)
        : nameLength(window.bytes, place, place + size - header) > 0;
    }
    if (type === ENTRY_ARRAY) {
      return (
        window.load(offset, ARRAY_ITEMS) && (window.u64(offset + 16) === 0 || this.#isOffset(window.u64(offset + 16)))
      );
    }
    return type === TAG || size <= 64 * 1024 * 1024;
  }

  #isOffset(value: number): boolean {
    return value >= 208 && value % STEP === 0 && value < this.#window.file.size;
  }
}
