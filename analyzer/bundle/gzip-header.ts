import { constants, inflateRawSync } from "node:zlib";

/**
 * The header of a gzip member: 1f 8b 08, flags, time (4), level hint, system, then by flag: extra field, name, comment,
 * checksum. https://www.rfc-editor.org/rfc/rfc1952
 */
export const GZIP_MAGIC = Buffer.from([0x1f, 0x8b, 0x08]);

const FIXED_BYTES = 10;
const HAS_CHECKSUM = 0x02;
const HAS_EXTRA = 0x04;
const HAS_NAME = 0x08;
const HAS_COMMENT = 0x10;
const RESERVED = 0xe0;

/** Length of the gzip header that `head` begins with; `short` when `head` ends inside of it, `none` when it is no header. */
export function gzipHeaderLength(head: Buffer): number | "short" | "none" {
  const known = head.subarray(0, GZIP_MAGIC.length);
  if (!GZIP_MAGIC.subarray(0, known.length).equals(known)) return "none";
  const flags = head[3] ?? 0;
  if (flags & RESERVED) return "none";
  if (head.length < FIXED_BYTES) return "short";
  let at = FIXED_BYTES;
  if (flags & HAS_EXTRA) {
    if (at + 2 > head.length) return "short";
    at += 2 + head.readUInt16LE(at);
  }
  for (const flag of [HAS_NAME, HAS_COMMENT]) {
    if (!(flags & flag)) continue;
    const end = head.indexOf(0, at);
    if (end === -1) return "short";
    at = end + 1;
  }
  if (flags & HAS_CHECKSUM) at += 2;
  return at <= head.length ? at : "short";
}

/** True when `head` begins with a gzip header whose data can be unpacked as far as `head` goes. */
export function startsGzip(head: Buffer): boolean {
  const level = head[8] ?? 0;
  const system = head[9] ?? 0;
  if (head.length < FIXED_BYTES || ![0, 2, 4].includes(level) || (system > 13 && system !== 255)) return false;
  return unpackHead(head) !== null;
}

/** What the first gzip member in `head` holds, as far as `head` goes; null when it is no gzip or damaged. */
export function unpackHead(head: Buffer): Buffer | null {
  const start = gzipHeaderLength(head);
  if (typeof start !== "number") return null;
  try {
    return inflateRawSync(head.subarray(start), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return null;
  }
}

/** Offset of the first gzip member in `bytes` that can be unpacked, or -1. */
export function indexOfGzip(bytes: Buffer, probeBytes: number): number {
  for (let at = bytes.indexOf(GZIP_MAGIC); at !== -1; at = bytes.indexOf(GZIP_MAGIC, at + 1)) {
    if (startsGzip(bytes.subarray(at, at + probeBytes))) return at;
  }
  return -1;
}
