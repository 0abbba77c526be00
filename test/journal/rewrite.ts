/**
 * Writes a journal again, object by object, with its long fields packed in another way and with a header of another size.
 * Every offset in it is moved (systemd src/libsystemd/sd-journal/journal-def.h), so that journalctl reads it as well.
 */
import { spawnSync } from "node:child_process";
import { unpack } from "../../analyzer/sources/_unpack.ts";

export type Packing = "none" | "xz" | "lz4";

const FLAG = { none: 0, xz: 1, lz4: 2 };
/** Incompatible flags of the header: XZ, LZ4, ZSTD. */
const PACKED_FLAGS = 1 | 2 | 8;
const COMPACT = 16;
const [DATA, FIELD, ENTRY, DATA_TABLE, FIELD_TABLE, ARRAY] = [1, 2, 3, 4, 5, 6];
const OBJECT_HEADER = 16;

interface ObjectAt {
  offset: number;
  bytes: Buffer;
}

export interface Rewritten {
  bytes: Buffer;
  /** Data objects that were packed anew. */
  packed: number;
}

/** @param headerSize of the copy: what does not fit is left out, what is more is zero */
export function rewriteJournal(original: Buffer, packing: Packing, headerSize: number): Rewritten {
  const compact = (original.readUInt32LE(12) & COMPACT) !== 0;
  const skip = compact ? 72 : 64;
  let packed = 0;
  const objects = objectsOf(original).map(({ offset, bytes }) => {
    const isPacked = bytes[0] === DATA && (bytes[1] ?? 0) !== 0;
    if (!isPacked) return { offset, bytes: Buffer.from(bytes) };
    packed += 1;
    return { offset, bytes: repack(bytes, skip, packing) };
  });
  const moved = new Map<number, number>();
  let end = headerSize;
  for (const { offset, bytes } of objects) {
    moved.set(offset, end);
    end += (bytes.length + 7) & ~7;
  }
  const copy = Buffer.alloc(end);
  const move = (offset: number): number => moved.get(offset) ?? 0;
  for (const { offset, bytes } of objects) {
    moveObject(bytes, compact, move);
    bytes.copy(copy, move(offset));
  }
  writeHeader(copy, original, { headerSize, move, end, flag: packing === "none" ? 0 : FLAG[packing] });
  return { bytes: copy, packed };
}

function objectsOf(file: Buffer): ObjectAt[] {
  const objects: ObjectAt[] = [];
  const end = Number(file.readBigUInt64LE(136));
  for (let at = Number(file.readBigUInt64LE(88)); at <= end;) {
    const size = Number(file.readBigUInt64LE(at + 8));
    objects.push({ offset: at, bytes: file.subarray(at, at + size) });
    at += (size + 7) & ~7;
  }
  return objects;
}

function repack(object: Buffer, skip: number, packing: Packing): Buffer {
  const payload = unpack(object[1] ?? 0, object.subarray(skip));
  if (payload === null) throw new Error("a data object of the original cannot be unpacked");
  const body = packing === "none" ? payload : packing === "xz" ? xz(payload) : lz4(payload);
  const bytes = Buffer.concat([object.subarray(0, skip), body]);
  bytes[1] = FLAG[packing];
  bytes.writeBigUInt64LE(BigInt(bytes.length), 8);
  return bytes;
}

function xz(payload: Buffer): Buffer {
  const { status, stdout } = spawnSync("xz", ["--format=xz", "--check=none", "--stdout"], { input: payload });
  if (status !== 0) throw new Error("xz failed");
  return stdout;
}

/** A 64-bit size and one block: a match is looked for at each place by its next four bytes. */
function lz4(payload: Buffer): Buffer {
  const parts: Buffer[] = [Buffer.alloc(8)];
  parts[0]?.writeBigUInt64LE(BigInt(payload.length));
  const seen = new Map<number, number>();
  let literals = 0;
  // The last match begins at least 12 bytes before the end, and the last five bytes are literals.
  for (let at = 0; at + 12 < payload.length;) {
    const key = payload.readUInt32LE(at);
    const from = seen.get(key);
    seen.set(key, at);
    let length = 0;
    if (from !== undefined && at - from < 65_536) {
      while (at + length < payload.length - 5 && payload[from + length] === payload[at + length]) length++;
    }
    if (from === undefined || length < 4) {
      at++;
      continue;
    }
    parts.push(sequence(payload.subarray(literals, at), at - from, length));
    at += length;
    literals = at;
  }
  parts.push(sequence(payload.subarray(literals), 0, 0));
  return Buffer.concat(parts);
}

function sequence(literals: Buffer, offset: number, length: number): Buffer {
  const match = offset === 0 ? 0 : length - 4;
  const token = (Math.min(15, literals.length) << 4) | Math.min(15, match);
  const distance = offset === 0 ? [] : [offset & 255, offset >> 8];
  return Buffer.concat([
    Buffer.from([token, ...more(literals.length)]),
    literals,
    Buffer.from([...distance, ...(offset === 0 ? [] : more(match))]),
  ]);
}

/** What of a length does not fit into the token. */
function more(length: number): number[] {
  if (length < 15) return [];
  const left = length - 15;
  return [...Array.from({ length: Math.floor(left / 255) }, () => 255), left % 255];
}

function moveObject(bytes: Buffer, compact: boolean, move: (offset: number) => number): void {
  const move64 = (at: number): void => void bytes.writeBigUInt64LE(BigInt(move(Number(bytes.readBigUInt64LE(at)))), at);
  const move32 = (at: number): void => void bytes.writeUInt32LE(move(bytes.readUInt32LE(at)), at);
  const type = bytes[0];
  if (type === DATA) [24, 32, 40, 48].forEach(move64);
  if (type === DATA && compact) move32(64);
  if (type === FIELD) [24, 32].forEach(move64);
  if (type === ENTRY) for (let at = 64; at < bytes.length; at += compact ? 4 : 16) (compact ? move32 : move64)(at);
  if (type === DATA_TABLE || type === FIELD_TABLE) for (let at = OBJECT_HEADER; at < bytes.length; at += 8) move64(at);
  if (type !== ARRAY) return;
  move64(16);
  for (let at = 24; at < bytes.length; at += compact ? 4 : 8) (compact ? move32 : move64)(at);
}

function writeHeader(
  copy: Buffer,
  original: Buffer,
  { headerSize, move, end, flag }: { headerSize: number; move: (offset: number) => number; end: number; flag: number },
): void {
  const size = Number(original.readBigUInt64LE(88));
  original.copy(copy, 0, 0, Math.min(size, headerSize));
  copy.writeUInt32LE((original.readUInt32LE(12) & ~PACKED_FLAGS) | flag, 12);
  copy.writeBigUInt64LE(BigInt(headerSize), 88);
  copy.writeBigUInt64LE(BigInt(end - headerSize), 96);
  // The tables are named by their first item.
  for (const at of [104, 120]) {
    copy.writeBigUInt64LE(BigInt(move(Number(original.readBigUInt64LE(at)) - OBJECT_HEADER) + OBJECT_HEADER), at);
  }
  for (const at of [136, 176]) copy.writeBigUInt64LE(BigInt(move(Number(original.readBigUInt64LE(at)))), at);
  if (headerSize >= 264 && size >= 264) copy.writeUInt32LE(move(original.readUInt32LE(256)), 256);
  if (headerSize >= 272 && size >= 272) {
    copy.writeBigUInt64LE(BigInt(move(Number(original.readBigUInt64LE(264)))), 264);
  }
}
