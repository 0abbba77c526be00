/**
 * SipHash-2-4 (Aumasson and Bernstein), which journal files with a keyed hash use for their data objects. Only damaged
 * entries need it, so plain 64-bit integers are fast enough.
 */
const MASK = 0xffff_ffff_ffff_ffffn;

/** The 64-bit hash of `bytes` with a key of 16 bytes. */
export function siphash24(key: Buffer, bytes: Buffer): bigint {
  const k0 = key.readBigUInt64LE(0);
  const k1 = key.readBigUInt64LE(8);
  const v = [k0 ^ 0x736f6d6570736575n, k1 ^ 0x646f72616e646f6dn, k0 ^ 0x6c7967656e657261n, k1 ^ 0x7465646279746573n];
  const whole = bytes.length - (bytes.length % 8);
  for (let at = 0; at < whole; at += 8) mix(v, bytes.readBigUInt64LE(at));
  let last = BigInt(bytes.length & 0xff) << 56n;
  for (let at = whole; at < bytes.length; at++) last |= BigInt(bytes[at] ?? 0) << BigInt(8 * (at - whole));
  mix(v, last);
  v[2] = (v[2] as bigint) ^ 0xffn;
  for (let round = 0; round < 4; round++) sipRound(v);
  return v.reduce((sum, word) => sum ^ word, 0n);
}

function mix(v: bigint[], word: bigint): void {
  v[3] = (v[3] as bigint) ^ word;
  sipRound(v);
  sipRound(v);
  v[0] = (v[0] as bigint) ^ word;
}

function rotate(word: bigint, by: bigint): bigint {
  return ((word << by) | (word >> (64n - by))) & MASK;
}

function sipRound(v: bigint[]): void {
  let [a, b, c, d] = v as [bigint, bigint, bigint, bigint];
  a = (a + b) & MASK;
  b = rotate(b, 13n) ^ a;
  a = rotate(a, 32n);
  c = (c + d) & MASK;
  d = rotate(d, 16n) ^ c;
  a = (a + d) & MASK;
  d = rotate(d, 21n) ^ a;
  c = (c + b) & MASK;
  b = rotate(b, 17n) ^ c;
  c = rotate(c, 32n);
  v[0] = a;
  v[1] = b;
  v[2] = c;
  v[3] = d;
}
