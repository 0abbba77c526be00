/**
 * The three compressions of journal data objects, each into at most `MAX_UNPACKED` bytes: what a file says about sizes
 * is never believed further than that.
 *
 * LZ4 is a 64-bit size and one block (github.com/lz4/lz4 doc/lz4_Block_format.md), ZSTD one frame (RFC 8878). XZ
 * needs a WebAssembly module that
 * answers later, and is in `_unxz.ts`.
 */
import { decompress } from "fzstd";

/** A longer field is not unpacked. journald cuts messages at 48 KiB; core dumps are nothing for a report. */
export const MAX_UNPACKED = 4 * 1024 * 1024;

export const XZ = 1;
export const LZ4 = 2;
export const ZSTD = 4;

/** The payload of a data object with these object flags; null when it is damaged, too long, or of another kind than LZ4 and ZSTD. */
export function unpack(flags: number, packed: Buffer): Buffer | null {
  try {
    if (flags === LZ4) return unpackLz4(packed);
    return flags === ZSTD ? unpackZstd(packed) : null;
  } catch {
    return null;
  }
}

function unpackZstd(packed: Buffer): Buffer | null {
  const size = zstdSize(packed);
  if (size === null || size > MAX_UNPACKED) return null;
  const target = Buffer.alloc(size);
  // With a target of its own fzstd allocates nothing by the sizes that the frame states.
  decompress(packed, target);
  return target;
}

/** The frame's content size, which systemd always writes; null without one, or without a frame. */
function zstdSize(packed: Buffer): number | null {
  if (packed.length < 9 || packed.readUInt32LE(0) !== 0xfd2fb528) return null;
  const descriptor = packed[4] ?? 0;
  const single = (descriptor >> 5) & 1;
  const at = 5 + (1 - single) + [0, 1, 2, 4][descriptor & 3]!;
  const width = [single, 2, 4, 8][descriptor >> 6]!;
  if (width === 0 || at + width > packed.length) return null;
  if (width === 8) return Number(packed.readBigUInt64LE(at));
  return packed.readUIntLE(at, width) + (width === 2 ? 256 : 0);
}

function unpackLz4(packed: Buffer): Buffer | null {
  if (packed.length < 9) return null;
  const size = Number(packed.readBigUInt64LE(0));
  if (size > MAX_UNPACKED) return null;
  const target = Buffer.alloc(size);
  return lz4Block(packed, 8, target) === size ? target : null;
}

/** Unpacks one LZ4 block into `target`. Gives the number of bytes, or -1 when the block is damaged. */
function lz4Block(source: Buffer, from: number, target: Buffer): number {
  let at = from;
  let to = 0;
  const length = (start: number): number => {
    let sum = start;
    if (start !== 15) return sum;
    for (;;) {
      const more = source[at++];
      if (more === undefined) return -1;
      sum += more;
      if (more !== 255) return sum;
    }
  };
  while (at < source.length) {
    const token = source[at++] ?? 0;
    const literals = length(token >> 4);
    if (literals < 0 || at + literals > source.length || to + literals > target.length) return -1;
    source.copy(target, to, at, at + literals);
    at += literals;
    to += literals;
    if (at === source.length) return to;
    const offset = (source[at] ?? 0) | ((source[at + 1] ?? 0) << 8);
    at += 2;
    const match = length(token & 15) + 4;
    if (match < 4 || offset === 0 || offset > to || to + match > target.length) return -1;
    for (const end = to + match; to < end; to++) target[to] = target[to - offset] ?? 0;
  }
  return -1;
}
