import type { Cursor } from "./cursor.ts";
import { BLOCK, parseTarHeader } from "./tar-header.ts";

const WINDOW_BYTES = 256 * 1024;
const MAGIC = Buffer.from("ustar");
const MAGIC_OFFSET = 257;

/**
 * Searches for the next valid header: at steps of 512 bytes, and wherever the magic `ustar` stands, since bytes may have
 * been lost or added. Leaves the cursor at the header, or at the end or gap where the search ended.
 */
export async function findTarHeader(cursor: Cursor): Promise<{ bytes: number; found: boolean }> {
  const start = cursor.offset();
  for (;;) {
    const window = await cursor.take(WINDOW_BYTES);
    const at = indexOfHeader(window);
    if (at !== -1) {
      cursor.unread(window.subarray(at));
      return { bytes: cursor.offset() - start, found: true };
    }
    if (window.length < WINDOW_BYTES) {
      if (!cursor.passGap()) return { bytes: cursor.offset() - start, found: false };
    } else {
      // A header may begin in the last block and end in the next window; whole blocks keep the 512-byte steps.
      cursor.unread(window.subarray(WINDOW_BYTES - BLOCK));
    }
  }
}

/** Offset of the first valid header in a window, or -1. */
export function indexOfHeader(window: Buffer): number {
  let best = -1;
  for (let at = 0; at + BLOCK <= window.length; at += BLOCK) {
    if (parseTarHeader(window.subarray(at, at + BLOCK)) === null) continue;
    best = at;
    break;
  }
  const end = best === -1 ? window.length : best + MAGIC_OFFSET;
  for (let magic = window.indexOf(MAGIC); magic !== -1 && magic < end; magic = window.indexOf(MAGIC, magic + 1)) {
    const at = magic - MAGIC_OFFSET;
    if (at >= 0 && parseTarHeader(window.subarray(at, at + BLOCK)) !== null) return at;
  }
  return best;
}
