/** Mutations that know tar, gzip and journal files: the field is changed, and what proves it is mended. */
import { crc32, deflateRawSync, gzipSync } from "node:zlib";
import type { Pick } from "./pick.ts";

const SIZES = [
  0n,
  1n,
  15n,
  16n,
  63n,
  511n,
  4096n,
  1n << 20n,
  1n << 31n,
  (1n << 32n) - 1n,
  1n << 53n,
  (1n << 63n) - 1n,
  (1n << 64n) - 1n,
];

/** Bytes with some of them changed, removed, doubled or exchanged, without regard to what they are. */
export function mutateBytes(bytes: Buffer, pick: Pick): Buffer {
  if (bytes.length === 0) return Buffer.from([pick.below(256)]);
  const from = pick.below(bytes.length);
  const length = 1 + pick.below(pick.of([1, 16, 512, 20_000]));
  const copy = Buffer.from(bytes);
  switch (pick.below(6)) {
    case 0:
      return copy.subarray(0, from);
    case 1:
      return copy.fill(pick.of([0, 255, 0x20]), from, Math.min(from + length, copy.length));
    case 2:
      return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + length)]);
    case 3:
      return Buffer.concat([bytes.subarray(0, from + length), bytes.subarray(from)]);
    case 4:
      bytes.copy(copy, from, pick.below(bytes.length), pick.below(bytes.length) + length);
      return copy;
    default:
      for (let flips = 1 + pick.below(20); flips > 0; flips--) {
        const at = pick.below(copy.length);
        copy[at] = (copy[at] ?? 0) ^ (1 << pick.below(8));
      }
      return copy;
  }
}

const BLOCK = 512;
const isHeader = (block: Buffer): boolean => block.toString("latin1", 257, 262) === "ustar";
/** Name, offset and length of the fields of a tar header. */
const FIELDS = [
  [0, 100],
  [100, 8],
  [124, 12],
  [136, 12],
  [156, 1],
  [157, 100],
  [257, 8],
  [345, 155],
] as const;
const TEXTS = [
  "../../../../tmp/out",
  "/etc/passwd",
  "a\\..\\b",
  "C:\\x",
  "\u202egpj.x",
  "\x1b]0;t\x07",
  ".",
  "..",
  "",
  "a/".repeat(49),
];
const OCTAL = [
  "00000000000\0",
  "77777777777\0",
  "-0000000001\0",
  "99999999999\0",
  "            ",
  "\x80\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff",
  "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
  "00000001000 ",
];

/** A tar archive with a field of one of its headers changed and the checksum put right again, most of the time. */
export function mutateTar(bytes: Buffer, pick: Pick): Buffer {
  const copy = Buffer.from(bytes);
  const headers: number[] = [];
  for (let at = 0; at + BLOCK <= copy.length; at += BLOCK)
    if (isHeader(copy.subarray(at, at + BLOCK))) headers.push(at);
  if (headers.length === 0 || pick.one(6)) return mutateBytes(bytes, pick);
  const at = pick.of(headers);
  const block = copy.subarray(at, at + BLOCK);
  const [from, length] = pick.of(FIELDS);
  if (from === 156) block[156] = pick.of([..."01234567LKxXgSVMDNAZ\0~"]).charCodeAt(0);
  else {
    block.fill(0, from, from + length);
    block.write(
      pick.of(from === 124 || from === 136 || from === 100 ? OCTAL : TEXTS),
      from,
      length,
      from === 0 ? "utf8" : "latin1",
    );
  }
  if (!pick.one(8)) writeChecksum(block);
  const mutated = pick.one(3) ? mutateTar(copy, pick) : copy;
  return pick.one(6)
    ? Buffer.concat([mutated.subarray(0, at), Buffer.alloc(pick.below(700), pick.of([0, 0x41])), mutated.subarray(at)])
    : mutated;
}

function writeChecksum(block: Buffer): void {
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
}

/** A gzip file of some content in one or several members, of any level, with damage in header, stream or trailer. */
export function makeGzip(content: Buffer, pick: Pick): Buffer {
  const members: Buffer[] = [];
  for (let at = 0; at < content.length || members.length === 0;) {
    const size = pick.one(3) ? content.length : 1 + pick.below(Math.max(1, content.length));
    members.push(makeMember(content.subarray(at, at + size), pick));
    at += size;
  }
  if (pick.one(4))
    members.splice(pick.below(members.length + 1), 0, Buffer.alloc(pick.below(600), pick.of([0, 0x1f, 0x41])));
  const whole = Buffer.concat(members);
  return pick.one(2) ? mutateBytes(whole, pick) : whole;
}

function makeMember(content: Buffer, pick: Pick): Buffer {
  if (pick.one(3)) return gzipSync(content, { level: pick.below(10) });
  const flags = pick.one(2) ? 0 : pick.below(256);
  const header = Buffer.from([0x1f, 0x8b, pick.one(20) ? pick.below(256) : 8, flags, 0, 0, 0, 0, 0, 3]);
  const extra = flags & 4 ? Buffer.from([pick.below(40), 0]) : Buffer.alloc(0);
  const fields = Buffer.alloc(pick.below(60), pick.of([0, 0x61]));
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(pick.one(3) ? 1 : crc32(content), 0);
  trailer.writeUInt32LE(pick.one(3) ? 0xffffffff : content.length, 4);
  return Buffer.concat([header, extra, fields, deflateRawSync(content, { level: pick.below(10) }), trailer]);
}

const HEADER_FIELDS = Array.from({ length: 22 }, (_, index) => 88 + index * 8);

/** A journal with a header field or the size, type, flags or pointers of an object changed. */
export function mutateJournal(bytes: Buffer, pick: Pick): Buffer {
  let copy: Buffer = Buffer.from(bytes);
  const objects = objectsOf(copy);
  for (let rounds = 1 + pick.below(4); rounds > 0; rounds--) {
    if (objects.length === 0 || pick.one(5)) copy = mutateBytes(copy, pick);
    else if (pick.one(6))
      writeNumber(copy, pick.of(HEADER_FIELDS), pick.one(2) ? BigInt(pick.of(objects)) : pick.of(SIZES));
    else mutateObject(copy, pick.of(objects), objects, pick);
  }
  return copy;
}

function objectsOf(bytes: Buffer): number[] {
  const found: number[] = [];
  if (bytes.length < 256) return found;
  for (let at = Number(bytes.readBigUInt64LE(88)); at + 16 <= bytes.length;) {
    const size = Number(bytes.readBigUInt64LE(at + 8));
    if (size < 16 || size > bytes.length - at) break;
    found.push(at);
    at = Math.ceil((at + size) / 8) * 8;
  }
  return found;
}

function mutateObject(bytes: Buffer, at: number, objects: number[], pick: Pick): void {
  const target = (): bigint => BigInt(pick.one(3) ? at : pick.of(objects));
  switch (pick.below(4)) {
    case 0:
      return writeNumber(bytes, at + 8, pick.one(3) ? target() : pick.of(SIZES));
    case 1:
      if (at < bytes.length) bytes[at] = pick.below(10);
      return;
    case 2:
      if (at + 1 < bytes.length) bytes[at + 1] = pick.of([0, 1, 2, 3, 4, 7, 8, 255]);
      return;
    default:
      return writeNumber(bytes, at + 16 + 8 * pick.below(8), pick.one(2) ? target() : pick.of(SIZES));
  }
}

function writeNumber(bytes: Buffer, at: number, value: bigint): void {
  if (at + 8 <= bytes.length) bytes.writeBigUInt64LE(value, at);
}
