import { isUtf8 } from "node:buffer";

const JOURNAL_MAGIC = Buffer.from("LPKSHHRH");

/**
 * True when the first bytes of a file look like text: UTF-8 or an 8-bit code, perhaps with runs of NUL as a power cut
 * leaves them, or UTF-16 with a byte order mark.
 */
export function looksLikeText(head: Buffer): boolean {
  if (isUtf16(head)) return true;
  let controls = 0;
  let high = 0;
  let other = 0;
  for (const byte of head) {
    if (byte === 0) continue;
    other++;
    if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 27 && byte !== 8 && byte !== 12) controls++;
    else if (byte > 127) high++;
  }
  if (other === 0 || controls > other * 0.05) return false;
  return high <= other * 0.3 || isUtf8(head) || isUtf8(head.subarray(0, lastBoundary(head)));
}

/** True for the byte order mark of UTF-16. */
export function isUtf16(head: Buffer): boolean {
  return head.length >= 2 && ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff));
}

/** True for a binary journal file, which is evidence although it is no text. */
export function isJournalFile(head: Buffer): boolean {
  return head.subarray(0, JOURNAL_MAGIC.length).equals(JOURNAL_MAGIC);
}

/** End of the last complete UTF-8 character in `bytes`. */
export function lastBoundary(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(4, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needed > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
