/**
 * Bob Jenkins's lookup3 (hashlittle2, public domain, burtleburtle.net/bob/c/lookup3.c), which systemd uses as a 64-bit
 * hash: the first word is the upper half (src/libsystemd/sd-journal/lookup3.c). Hot path: every field of every entry.
 */

/** The hash of the last call: upper and lower half. */
export const jenkins = { high: 0, low: 0 };

/** Hashes `length` bytes from `from` on. The result is in `jenkins`. The bytes must lie inside of the view. */
export function hashJenkins(view: DataView, from: number, length: number): void {
  let a = (0xdeadbeef + length) | 0;
  let b = a;
  let c = a;
  let at = from;
  let left = length;
  while (left > 12) {
    a = (a + view.getInt32(at, true)) | 0;
    b = (b + view.getInt32(at + 4, true)) | 0;
    c = (c + view.getInt32(at + 8, true)) | 0;
    a = (a - c) ^ ((c << 4) | (c >>> 28));
    c = (c + b) | 0;
    b = (b - a) ^ ((a << 6) | (a >>> 26));
    a = (a + c) | 0;
    c = (c - b) ^ ((b << 8) | (b >>> 24));
    b = (b + a) | 0;
    a = (a - c) ^ ((c << 16) | (c >>> 16));
    c = (c + b) | 0;
    b = (b - a) ^ ((a << 19) | (a >>> 13));
    a = (a + c) | 0;
    c = (c - b) ^ ((b << 4) | (b >>> 28));
    b = (b + a) | 0;
    at += 12;
    left -= 12;
  }
  if (left > 0) {
    a = (a + tail(view, at, left)) | 0;
    if (left > 4) b = (b + tail(view, at + 4, left - 4)) | 0;
    if (left > 8) c = (c + tail(view, at + 8, left - 8)) | 0;
    c = (c ^ b) - ((b << 14) | (b >>> 18));
    a = (a ^ c) - ((c << 11) | (c >>> 21));
    b = (b ^ a) - ((a << 25) | (a >>> 7));
    c = (c ^ b) - ((b << 16) | (b >>> 16));
    a = (a ^ c) - ((c << 4) | (c >>> 28));
    b = (b ^ a) - ((a << 14) | (a >>> 18));
    c = (c ^ b) - ((b << 24) | (b >>> 8));
  }
  jenkins.high = c | 0;
  jenkins.low = b | 0;
}

/** Up to four bytes as a little-endian word, as if zeros followed. */
function tail(view: DataView, at: number, left: number): number {
  if (left >= 4) return view.getInt32(at, true);
  let word = view.getUint8(at);
  if (left > 1) word |= view.getUint8(at + 1) << 8;
  if (left > 2) word |= view.getUint8(at + 2) << 16;
  return word;
}
