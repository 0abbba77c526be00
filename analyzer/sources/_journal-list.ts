/** The file's own list of its entries: a chain of entry arrays, oldest entry first. */
import type { FileHeader } from "./_journal-file.ts";
import { ARRAY_ITEMS, ENTRY_ARRAY } from "./_journal-file.ts";
import type { Window } from "./_journal-window.ts";

/** Reads the chain as far as it holds. Offsets come out in rising order; an item that breaks it is passed over. */
export class EntryList {
  /** Offset of the first array or item that is not as it should be; null when all were. */
  damagedAt: number | null = null;
  readonly #window: Window;
  readonly #width: 4 | 8;
  #array: number;
  #items = 0;
  #item = 0;
  #last = 0;

  constructor(window: Window, header: FileHeader) {
    this.#window = window;
    this.#width = header.compact ? 4 : 8;
    this.#array = header.entryArray;
    this.#open();
  }

  /** The next offset, or Infinity at the end. */
  next(): number {
    for (;;) {
      if (this.#array === 0) return Infinity;
      if (this.#item >= this.#items) {
        this.#follow();
        continue;
      }
      const offset = this.#read(this.#item++);
      if (offset === 0) {
        this.#item = this.#items;
        continue;
      }
      const after = this.#item < this.#items ? this.#read(this.#item) : 0;
      const outlier = after > this.#last && after < offset;
      if (offset > this.#last && offset % 8 === 0 && offset < this.#window.file.size && !outlier) {
        return (this.#last = offset);
      }
      this.damagedAt ??= this.#array;
    }
  }

  #read(index: number): number {
    const at = this.#array + ARRAY_ITEMS + index * this.#width;
    if (!this.#window.load(at, this.#width)) return 0;
    return this.#width === 4 ? this.#window.view.getUint32(at - this.#window.base, true) : this.#window.u64(at);
  }

  #follow(): void {
    const next = this.#window.load(this.#array, ARRAY_ITEMS) ? this.#window.u64(this.#array + 16) : 0;
    // An array lies behind the one before it, so a chain cannot run in a circle.
    if (next !== 0 && next <= this.#array) this.damagedAt ??= this.#array;
    this.#array = next > this.#array ? next : 0;
    this.#open();
  }

  #open(): void {
    this.#item = 0;
    this.#items = 0;
    const window = this.#window;
    const array = this.#array;
    if (array === 0) return;
    const sound =
      array % 8 === 0 && window.load(array, ARRAY_ITEMS) && window.bytes[array - window.base] === ENTRY_ARRAY;
    const size = sound ? window.u64(array + 8) : 0;
    if (size < ARRAY_ITEMS || array + size > window.file.size) {
      this.damagedAt ??= array;
      this.#array = 0;
      return;
    }
    this.#items = Math.floor((size - ARRAY_ITEMS) / this.#width);
  }
}
