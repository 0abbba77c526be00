import type { RandomAccessFile } from "../model/source.ts";

const ALIGNMENT = 8;

/** The part of a file that is in memory. After `load` the bytes of an object lie in `bytes`, at `offset - base`. */
export class Window {
  readonly file: RandomAccessFile;
  bytes: Buffer;
  view: DataView;
  base = 0;
  end = 0;
  /** Bytes before the asked place that are read with it. */
  readonly #before: number;
  readonly #maxBytes: number;

  constructor(file: RandomAccessFile, bytes: number, before: number, maxBytes: number) {
    this.file = file;
    this.bytes = Buffer.alloc(Math.min(bytes, file.size + ALIGNMENT));
    this.view = viewOf(this.bytes);
    this.#before = before;
    this.#maxBytes = maxBytes;
  }

  /** True when the bytes are in memory already. */
  holds(offset: number, length: number): boolean {
    return offset >= this.base && offset + length <= this.end;
  }

  /** Brings bytes into memory. False when the file does not have them, or when they are more than a window takes. */
  load(offset: number, length: number): boolean {
    if (offset >= this.base && offset + length <= this.end) return true;
    const { file } = this;
    if (offset < 0 || offset + length > file.size) return false;
    const before = Math.min(this.#before, offset);
    const needed = before + length + ALIGNMENT;
    if (needed > this.bytes.length) {
      if (needed > this.#maxBytes) return false;
      this.bytes = Buffer.alloc(Math.min(this.#maxBytes, needed * 2));
      this.view = viewOf(this.bytes);
    }
    this.base = offset - before - ((offset - before) % ALIGNMENT);
    this.end = this.base + file.read(this.bytes, this.base);
    return offset + length <= this.end;
  }

  /** A 64-bit number at a place that is in memory; exact up to 2^53. */
  u64(offset: number): number {
    const at = offset - this.base;
    return this.view.getUint32(at + 4, true) * 4_294_967_296 + this.view.getUint32(at, true);
  }
}

/** A view of the same bytes. */
export function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
