import { createCursor, GAP, type Cursor, type Piece } from "./cursor.ts";
import { GZIP_MAGIC, gzipHeaderLength, startsGzip } from "./gzip-header.ts";
import { inflateMember, salvage, type Inflated } from "./inflate.ts";
import type { ReadContext } from "./limits.ts";

const HEADER_BYTES = 1024;
const LONG_HEADER_BYTES = 128 * 1024;
const TRAILER_BYTES = 8;
const WINDOW_BYTES = 256 * 1024;
const PROBE_BYTES = 4096;
/** Each costs a second reading of a member. */
const MAX_SALVAGES = 64;
/** Each costs the decompression of a few KiB: a hostile file may look like gzip at every third byte. */
const MAX_TRIALS = 10_000;

interface GunzipState {
  salvages: number;
  trials: number;
}

export interface GunzipOptions {
  context: ReadContext;
  /** Path of the artifact that is being unpacked, null for the bundle itself. */
  path: string | null;
  /** Reads the compressed bytes again from an offset of the input; null where that cannot be done. */
  reread: ((from: number) => AsyncIterable<Buffer>) | null;
}

/**
 * Unpacks all members of a gzip file, as the collector writes one for each of its steps. Damage is recorded in the
 * context and never thrown: after it the stream goes on, behind a gap, with the next member that can be unpacked.
 * https://www.rfc-editor.org/rfc/rfc1952
 */
export async function* gunzip(input: Cursor, options: GunzipOptions): AsyncGenerator<Piece> {
  const state: GunzipState = { salvages: 0, trials: 0 };
  for (let members = 0; ; members++) {
    const at = input.offset();
    const header = await takeHeader(input);
    if (header === "end") return;
    if (header === "short") return add(options, "cut", at, cutSentence(options, input.offset()));
    if (header === "none") {
      if (!(await passGarbage(input, at, { members, state, options }))) return;
      yield GAP;
      continue;
    }
    const data = input.offset();
    const inflated: Inflated = { outcome: "end", crc: 0, length: 0 };
    yield* inflateMember(input, inflated);
    if (inflated.outcome === "end") await checkTrailer(input, inflated, at, options);
    else if (inflated.outcome === "cut") {
      return add(options, "cut", at, cutSentence(options, input.offset()));
    } else {
      const good = input.offset() - data;
      if (options.reread !== null && state.salvages++ < MAX_SALVAGES) {
        const again = createCursor(options.reread(data));
        yield* salvage(again, good, inflated.length);
        await again.close();
      }
      yield GAP;
      if (!(await passDamage(input, data + good, { members, state, options }))) return;
    }
  }
}

async function takeHeader(input: Cursor): Promise<"end" | "short" | "none" | "ok"> {
  for (const size of [HEADER_BYTES, LONG_HEADER_BYTES]) {
    const head = await input.take(size);
    if (head.length === 0) return "end";
    const length = gzipHeaderLength(head);
    if (typeof length === "number") {
      input.unread(head.subarray(length));
      return "ok";
    }
    if (length === "short" && head.length < size) return "short";
    input.unread(head);
  }
  return "none";
}

async function checkTrailer(input: Cursor, inflated: Inflated, at: number, options: GunzipOptions): Promise<void> {
  const trailer = await input.take(TRAILER_BYTES);
  if (trailer.length < TRAILER_BYTES) {
    return add(options, "cut", at, cutSentence(options, input.offset()));
  }
  const sound = trailer.readUInt32LE(0) === inflated.crc && trailer.readUInt32LE(4) === inflated.length % 2 ** 32;
  if (sound) return;
  const what = options.path ?? "The bundle";
  add(
    options,
    "damaged",
    at,
    `${what} is damaged: the checksum of the compressed part at byte ${at} is wrong, so what came out of it may be wrong too.`,
  );
}

interface Place {
  members: number;
  state: GunzipState;
  options: GunzipOptions;
}

/** Passes what follows the last member and is none. True when the cursor stands at another member. */
async function passGarbage(input: Cursor, at: number, place: Place): Promise<boolean> {
  const { members, state, options } = place;
  const { skipped, zeros, found } = await findMember(input, state);
  const what = options.path ?? "The bundle";
  if (found) {
    const message = `${what} is damaged: ${skipped} bytes at byte ${at} (compressed) are no gzip data and were skipped.`;
    add(options, "damaged", at, message);
  } else if (!zeros || members === 0) {
    add(options, "damaged", at, `${what} ends with ${skipped} bytes that are no gzip data; they were ignored.`);
  }
  return found;
}

/** Passes the rest of a damaged member. True when the cursor stands at another member. */
async function passDamage(input: Cursor, at: number, place: Place): Promise<boolean> {
  const { state, options } = place;
  const { skipped, found } = await findMember(input, state);
  const what = options.path ?? "The bundle";
  const then = found ? `Reading goes on at byte ${at + skipped}` : "Nothing after it could be read";
  const message = `${what} is damaged near byte ${at} (compressed). ${then}; what lay between is lost.`;
  add(options, "damaged", at, message);
  return found;
}

interface Search {
  skipped: number;
  /** Nothing but zero bytes was skipped. */
  zeros: boolean;
  found: boolean;
}

async function findMember(input: Cursor, state: GunzipState): Promise<Search> {
  const start = input.offset();
  let zeros = true;
  for (;;) {
    const window = await input.take(WINDOW_BYTES);
    const last = window.length < WINDOW_BYTES;
    const searched = last ? window.length : WINDOW_BYTES - PROBE_BYTES;
    let at = window.indexOf(GZIP_MAGIC);
    while (at !== -1 && at < searched) {
      if (state.trials++ < MAX_TRIALS && startsGzip(window.subarray(at, at + PROBE_BYTES))) break;
      at = window.indexOf(GZIP_MAGIC, at + 1);
    }
    const found = at !== -1 && at < searched;
    const passed = found ? at : searched;
    zeros &&= window.subarray(0, passed).every((byte) => byte === 0);
    input.unread(window.subarray(passed));
    if (found || last) return { skipped: input.offset() - start, zeros, found };
  }
}

function cutSentence(options: GunzipOptions, end: number): string {
  const what = options.path ?? "The bundle";
  return `${what} ends too early, at byte ${end} (compressed): the end of it is missing.`;
}

function add(options: GunzipOptions, kind: "cut" | "damaged", byteOffset: number, message: string): void {
  options.context.damage.add({ kind, path: options.path, byteOffset, message });
}
