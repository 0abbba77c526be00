/** One entry: its place, its times and its fields, checked against the hashes that the file holds of them. */
import type { DataReader } from "./_journal-data.ts";
import { slotOf } from "./_journal-data.ts";
import type { FileHeader } from "./_journal-file.ts";
import { ENTRY, ENTRY_ITEMS } from "./_journal-file.ts";
import type { Items, JournalEntry } from "./_journal-types.ts";
import { FIELDS, mark, NO_DAMAGE, toFields } from "./_journal-types.ts";
import { isObjectAt, itemsInSum, verifyItems } from "./_journal-verify.ts";
import type { Window } from "./_journal-window.ts";

/** journald allows 1024 fields. */
const MAX_ITEMS = 4096;
/** Items behind the end of an entry that may be its own, when its size is wrong. */
const MORE_ITEMS = 40;
const NO_FIELDS = toFields([]);

export class EntryReader {
  readonly #header: FileHeader;
  readonly #data: DataReader;
  #boot = "";
  readonly #bootWords = new Uint32Array(4);
  readonly #values: (string | undefined)[] = FIELDS.map(() => undefined);
  /** Offsets of XZ streams that the last `read` could not do without. */
  packed: number[] = [];
  /** The first entry that is not as long as it says; null when all are. */
  damagedAt: number | null = null;

  constructor(header: FileHeader, data: DataReader) {
    this.#header = header;
    this.#data = data;
  }

  /** The entry at an offset, through a window; null when none is there. */
  read(window: Window, offset: number): JournalEntry | null {
    if (!window.load(offset, ENTRY_ITEMS)) return null;
    const { view, base } = window;
    const at = offset - base;
    // The rest of the object's first word is unused, and journalctl does not look at it either.
    if (view.getUint8(at) !== ENTRY) return null;
    const claimed = window.u64(offset + 8);
    const width = this.#header.compact ? 4 : 16;
    // journalctl reads on however long an entry claims to be.
    const size = Math.min(claimed, ENTRY_ITEMS + width * MAX_ITEMS, window.file.size - offset);
    if (size < ENTRY_ITEMS + width || !window.load(offset, size)) return null;
    return this.#decode(window, offset, size, size === claimed);
  }

  #decode(window: Window, offset: number, size: number, isBounded: boolean): JournalEntry {
    const { view } = window;
    const at = offset - window.base;
    const { compact } = this.#header;
    const width = compact ? 4 : 16;
    const values = this.#values.fill(undefined);
    const { slots } = this.#data;
    const entry: JournalEntry = {
      offset,
      size,
      seqnum: window.u64(offset + 16),
      realtime: window.u64(offset + 24),
      monotonic: window.u64(offset + 32),
      boot: this.#bootOf(view, at + 40, window.bytes),
      fields: NO_FIELDS,
      damaged: NO_DAMAGE,
      lost: 0,
    };
    let low = view.getInt32(at + 56, true);
    let high = view.getInt32(at + 60, true);
    let sound = true;
    if (this.packed.length > 0) this.packed = [];
    for (let item = at + ENTRY_ITEMS; item < at + size; item += width) {
      const target = view.getUint32(item, true) + (compact ? 0 : view.getUint32(item + 4, true) * 4_294_967_296);
      const kept = slots[slotOf(target)];
      const data = kept?.offset === target ? kept : this.#data.get(target);
      if (data.state !== "read") {
        sound = false;
        if (data.state === "packed") this.packed.push(target);
        else entry.lost++;
      }
      high ^= data.high;
      low ^= data.low;
      if (data.index !== -1) values[data.index] ??= data.text;
    }
    entry.fields = toFields(values);
    if (!sound || high !== 0 || low !== 0) this.#verify(window, entry, isBounded);
    const said = entry.fields._BOOT_ID;
    if (said !== undefined && said !== entry.boot) this.#settleBoot(entry);
    return entry;
  }

  /** Something is wrong with the entry: finds out what, field by field. Its size may be what is wrong. */
  #verify(window: Window, entry: JournalEntry, isBounded: boolean): void {
    if (this.packed.length > 0) return;
    const { offset, size } = entry;
    const width = this.#header.compact ? 4 : 16;
    const longer = window.load(offset, size + MORE_ITEMS * width) ? size + MORE_ITEMS * width : size;
    if (!window.load(offset, size)) return;
    const at = offset - window.base;
    const sum = { low: window.view.getInt32(at + 56, true), high: window.view.getInt32(at + 60, true) };
    const items = this.#items(window, offset, longer);
    const summed = itemsInSum(this.#data, items.offsets, sum);
    const count = summed ?? Math.ceil((size - ENTRY_ITEMS) / width);
    if (summed !== null && (!isBounded || ENTRY_ITEMS + count * width !== size)) {
      this.damagedAt = Math.min(this.damagedAt ?? offset, offset);
      entry.size = ENTRY_ITEMS + count * width;
    }
    const isSized = summed !== null || (isBounded && isObjectAt(window, offset + size));
    const own = { offsets: items.offsets.slice(0, count), hashes: items.hashes.slice(0, count) };
    const found = verifyItems(this.#data, this.#header, { offset, items: own, isSized });
    entry.lost = found.lost;
    mark(entry, ...found.damaged);
    entry.fields = found.fields;
  }

  #items(window: Window, offset: number, size: number): Items {
    const { compact } = this.#header;
    const items: Items = { offsets: [], hashes: [] };
    for (let at = offset + ENTRY_ITEMS; at < offset + size; at += compact ? 4 : 16) {
      const place = at - window.base;
      items.offsets.push(compact ? window.view.getUint32(place, true) : window.u64(at));
      if (!compact) items.hashes.push(window.view.getBigUint64(place + 8, true));
    }
    return items;
  }

  /** The boot is told twice. A field whose hash holds is surer than the copy in the entry, which has none. */
  #settleBoot(entry: JournalEntry): void {
    if (entry.damaged.includes("_BOOT_ID") || !/^[0-9a-f]{32}$/.test(entry.fields._BOOT_ID ?? "")) return;
    mark(entry, "boot");
    entry.boot = entry.fields._BOOT_ID ?? entry.boot;
  }

  #bootOf(view: DataView, at: number, bytes: Buffer): string {
    const last = this.#bootWords;
    let isSame = this.#boot !== "";
    for (let word = 0; word < 4; word++) {
      const value = view.getUint32(at + 4 * word, true);
      if (value !== last[word]) isSame = false;
      last[word] = value;
    }
    if (!isSame) this.#boot = bytes.toString("hex", at, at + 16);
    return this.#boot;
  }
}
