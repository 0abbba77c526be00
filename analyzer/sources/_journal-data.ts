/**
 * Fields of journal entries. An entry points at data objects, `NAME=value`, which many entries share; those are kept by
 * their offset. Each comes with Jenkins's hash of its payload, of which an entry holds the sum.
 */
import { hashJenkins, jenkins } from "./_jenkins.ts";
import type { FileHeader } from "./_journal-file.ts";
import { DATA, PAYLOAD } from "./_journal-file.ts";
import type { FieldName } from "./_journal-types.ts";
import { FIELDS } from "./_journal-types.ts";
import { nameLength } from "./_journal-walk.ts";
import { viewOf, type Window } from "./_journal-window.ts";
import { MAX_UNPACKED, XZ, unpack } from "./_unpack.ts";

export interface Data {
  offset: number;
  /** Null for a field that is not kept, and for one that cannot be read. */
  name: FieldName | null;
  /** Of the name in `FIELDS`; -1 for null. */
  index: number;
  text: string;
  high: number;
  low: number;
  /** `unreadable`: no field is there; `long`: longer than is read; `packed`: waits for an XZ stream to be unpacked. */
  state: "read" | "unreadable" | "long" | "packed";
}

const UNREADABLE: Data = { offset: -1, name: null, index: -1, text: "", high: 0, low: 0, state: "unreadable" };
const NAMES = FIELDS.map((name) => Buffer.from(name));
/** Slots for shared fields; a power of two. */
const SLOTS = 1 << 15;
/** Characters of a value that are kept. */
const MAX_TEXT = 1024 * 1024;
/** What unpacking may cost: far more than any real file needs, and little enough to end soon. */
const UNPACK_FLOOR = 256 * 1024 * 1024;
const UNPACK_FACTOR = 64;

/** Where a shared field of an offset is kept. */
export function slotOf(offset: number): number {
  return (offset >>> 3) & (SLOTS - 1);
}

/** Where the bytes of a payload lie. */
export interface Payload {
  bytes: Buffer;
  view: DataView;
  from: number;
  length: number;
}

export class DataReader {
  /** Payloads of XZ streams by the offset of their object; null for one that is damaged. Filled by the caller. */
  readonly unpacked = new Map<number, Buffer | null>();
  readonly #header: FileHeader;
  readonly #near: Window;
  /** For places that are not near. */
  readonly far: Window;
  /** Shared fields by `slotOf` their offset; whose offset it is must be looked at. */
  readonly slots: Data[] = Array.from({ length: SLOTS }, () => UNREADABLE);
  #unpackLeft: number;

  /** Looks into `near` first, and reads what is not there through `far`. */
  constructor(header: FileHeader, near: Window, far: Window) {
    this.#header = header;
    this.#near = near;
    this.far = far;
    this.#unpackLeft = UNPACK_FLOOR + UNPACK_FACTOR * near.file.size;
  }

  /** The field at an offset. */
  get(offset: number): Data {
    const slot = slotOf(offset);
    const kept = this.slots[slot];
    if (kept !== undefined && kept.offset === offset) return kept;
    const window = this.#open(offset);
    if (window === null) return UNREADABLE;
    // Most fields that only one entry has will never be asked for again.
    const shared = window.view.getUint32(offset - window.base + 56, true) !== 1;
    const payload = this.#payload(window, offset);
    if (payload === "packed" || payload === "long") return { ...UNREADABLE, offset, state: payload };
    const data = payload === null ? UNREADABLE : toData(offset, payload);
    if (shared && data !== UNREADABLE) this.slots[slot] = data;
    return data;
  }

  /** The payload at an offset: null when no data object is there or its compression is damaged. */
  payload(offset: number): Payload | "long" | "packed" | null {
    const window = this.#open(offset);
    return window === null ? null : this.#payload(window, offset);
  }

  /** Runs of bytes of a data object's own part: a window that holds its first 72 bytes; null when none is there. */
  open(offset: number): Window | null {
    return this.#open(offset);
  }

  #open(offset: number): Window | null {
    if (offset < this.#header.size || offset % 8 !== 0) return null;
    const window = this.#near.holds(offset, PAYLOAD.compact) ? this.#near : this.far;
    if (!window.load(offset, PAYLOAD.compact)) return null;
    return window.bytes[offset - window.base] === DATA ? window : null;
  }

  #payload(window: Window, offset: number): Payload | "long" | "packed" | null {
    const skip = this.#header.compact ? PAYLOAD.compact : PAYLOAD.regular;
    const length = window.u64(offset + 8) - skip;
    if (length <= 0 || offset + skip + length > window.file.size) return null;
    const flags = window.bytes[offset - window.base + 1] ?? 0;
    if (length > MAX_UNPACKED) return "long";
    const holder = window.holds(offset + skip, length) ? window : this.far;
    if (!holder.load(offset + skip, length)) return null;
    const from = offset + skip - holder.base;
    if (flags === 0) return { bytes: holder.bytes, view: holder.view, from, length };
    const packed = holder.bytes.subarray(from, from + length);
    if (flags === XZ && !this.unpacked.has(offset)) return "packed";
    const bytes = flags === XZ ? (this.unpacked.get(offset) ?? null) : this.#unpack(flags, packed);
    return bytes === null ? null : { bytes, view: viewOf(bytes), from: 0, length: bytes.length };
  }

  #unpack(flags: number, packed: Buffer): Buffer | null {
    if (this.#unpackLeft < 0) return null;
    const bytes = unpack(flags, packed);
    this.#unpackLeft -= packed.length + (bytes?.length ?? 0);
    return bytes;
  }

  /** Whether more may be unpacked; `bytes` are counted as spent. */
  mayUnpack(bytes: number): boolean {
    this.#unpackLeft -= bytes;
    return this.#unpackLeft >= 0;
  }

  /** The XZ stream of an object whose state is `packed`. */
  packed(offset: number): Buffer {
    const window = this.#open(offset);
    const skip = this.#header.compact ? PAYLOAD.compact : PAYLOAD.regular;
    const length = window === null ? 0 : window.u64(offset + 8) - skip;
    if (window === null || !this.far.load(offset + skip, length)) return Buffer.alloc(0);
    const from = offset + skip - this.far.base;
    return Buffer.from(this.far.bytes.subarray(from, from + length));
  }
}

function toData(offset: number, payload: Payload): Data {
  const { bytes, view, from, length } = payload;
  const named = nameLength(bytes, from, from + length);
  if (named === 0) return UNREADABLE;
  hashJenkins(view, from, length);
  const { high, low } = jenkins;
  const index = indexOfName(bytes, from, named);
  const text = index === -1 ? "" : textOf(bytes, from + named + 1, from + length);
  return { offset, name: FIELDS[index] ?? null, index, text, high, low, state: "read" };
}

/** Compares bytes: a string for each name would cost more than all the rest. */
function indexOfName(bytes: Buffer, from: number, length: number): number {
  const [first, second] = [bytes[from], bytes[from + 1]];
  for (let index = 0; index < NAMES.length; index++) {
    const name = NAMES[index];
    if (name === undefined || name.length !== length || name[0] !== first || name[1] !== second) continue;
    let at = 2;
    while (at < length && name[at] === bytes[from + at]) at++;
    if (at === length) return index;
  }
  return -1;
}

function textOf(bytes: Buffer, from: number, to: number): string {
  if (to - from <= MAX_TEXT) return bytes.toString("utf8", from, to);
  return `${bytes.toString("utf8", from, from + MAX_TEXT)} […cut, ${to - from - MAX_TEXT} bytes]`;
}
