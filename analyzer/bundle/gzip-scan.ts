import type { Cursor } from "./cursor.ts";
import { GZIP_MAGIC, startsGzip, unpackHead } from "./gzip-header.ts";
import { BLOCK, parseTarHeader } from "./tar-header.ts";

const WINDOW_BYTES = 256 * 1024;
const PROBE_BYTES = 4096;
/** Each costs the decompression of a few KiB: a hostile file may look like gzip at every third byte. */
const MAX_TRIALS = 10_000;

/** Shared by the searches in one file. */
export interface Search {
  trials: number;
}

export interface Found {
  skipped: number;
  /** Nothing but zero bytes was skipped. */
  zeros: boolean;
  found: boolean;
}

/** Moves the cursor to the next gzip member that can be unpacked, or to the end. */
export async function findMember(input: Cursor, search: Search): Promise<Found> {
  const start = input.offset();
  let zeros = true;
  for (;;) {
    const { passed, found, last, window } = await searchWindow(input, search, startsGzip);
    zeros &&= window.subarray(0, passed).every((byte) => byte === 0);
    if (found || last) return { skipped: input.offset() - start, zeros, found };
  }
}

/** Moves the cursor to a gzip member that begins with a tar header, within the next `length` bytes. False when none does. */
export async function findTarMember(input: Cursor, length: number, search: Search): Promise<boolean> {
  const end = input.offset() + length;
  for (;;) {
    const { found, last } = await searchWindow(input, search, startsTarMember);
    if (found) return input.offset() < end;
    if (last || input.offset() >= end) return false;
  }
}

function startsTarMember(head: Buffer): boolean {
  if (!startsGzip(head)) return false;
  const content = unpackHead(head);
  return content !== null && parseTarHeader(content.subarray(0, BLOCK)) !== null;
}

interface Window {
  window: Buffer;
  /** Bytes of the window before the place where the cursor now stands. */
  passed: number;
  found: boolean;
  last: boolean;
}

async function searchWindow(input: Cursor, search: Search, accept: (head: Buffer) => boolean): Promise<Window> {
  const window = await input.take(WINDOW_BYTES);
  const last = window.length < WINDOW_BYTES;
  const searched = last ? window.length : WINDOW_BYTES - PROBE_BYTES;
  let at = window.indexOf(GZIP_MAGIC);
  while (at !== -1 && at < searched) {
    if (search.trials++ < MAX_TRIALS && accept(window.subarray(at, at + PROBE_BYTES))) break;
    at = window.indexOf(GZIP_MAGIC, at + 1);
  }
  const found = at !== -1 && at < searched;
  const passed = found ? at : searched;
  input.unread(window.subarray(passed));
  return { window, passed, found, last };
}
