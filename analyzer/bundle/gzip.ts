import { createCursor, GAP, type Cursor, type Piece } from "./cursor.ts";
import { findMember, findTarMember, type Search } from "./gzip-scan.ts";
import { gzipHeaderLength } from "./gzip-header.ts";
import { inflateMember, salvage, type Inflated } from "./inflate.ts";
import type { ReadContext } from "./limits.ts";

const HEADER_BYTES = 1024;
const LONG_HEADER_BYTES = 128 * 1024;
const TRAILER_BYTES = 8;
/** Each costs a second reading of a member. */
const MAX_REREADS = 64;

export interface GunzipOptions {
  context: ReadContext;
  /** Path of the artifact that is being unpacked, null for the bundle itself. */
  path: string | null;
  /** Reads the compressed bytes again from an offset of the input; null where that cannot be done. */
  reread: ((from: number) => AsyncIterable<Buffer>) | null;
}

interface State {
  options: GunzipOptions;
  input: Cursor;
  /** Offset in the file of where `input` began. */
  base: number;
  members: number;
  rereads: number;
  search: Search;
}

/**
 * Unpacks all members of a gzip file, as the collector writes one for each of its steps. Damage is recorded in the
 * context and never thrown: after it the stream goes on, behind a gap, with the next member that can be unpacked.
 * https://www.rfc-editor.org/rfc/rfc1952
 */
export async function* gunzip(input: Cursor, options: GunzipOptions): AsyncGenerator<Piece> {
  const state: State = { options, input, base: 0, members: 0, rereads: 0, search: { trials: 0 } };
  try {
    for (let more = true; more; state.members++) {
      const at = position(state);
      const header = await takeHeader(state.input);
      if (header === "end") return;
      if (header === "short") return addCut(state, at);
      if (header === "none") {
        if (!(await passGarbage(state, at))) return;
        yield GAP;
      } else {
        more = yield* readMember(state, at);
      }
    }
  } finally {
    if (state.input !== input) await state.input.close();
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

/** Unpacks the member whose header was just read. Returns false when nothing follows it. */
async function* readMember(state: State, at: number): AsyncGenerator<Piece, boolean> {
  const data = position(state);
  const inflated: Inflated = { outcome: "end", crc: 0, length: 0 };
  yield* inflateMember(state.input, inflated);
  if (inflated.outcome === "end") {
    const trailer = await state.input.take(TRAILER_BYTES);
    if (trailer.length < TRAILER_BYTES) inflated.outcome = "cut";
    else if (isTrailerOf(trailer, inflated)) return true;
  }
  if (inflated.outcome === "cut") {
    addCut(state, at);
    return false;
  }
  const reached = position(state);
  if (inflated.outcome === "damaged" && mayReread(state)) {
    const again = createCursor(state.options.reread?.(data) ?? nothing());
    yield* salvage(again, reached - data, inflated.length);
    await again.close();
  }
  return yield* passDamage(state, { at, data, reached, decoded: inflated.outcome === "end" });
}

function isTrailerOf(trailer: Buffer, inflated: Inflated): boolean {
  return trailer.readUInt32LE(0) === inflated.crc && trailer.readUInt32LE(4) === inflated.length % 2 ** 32;
}

interface DamagedMember {
  at: number;
  data: number;
  reached: number;
  /** It could be unpacked to an end, but its checksum is wrong. */
  decoded: boolean;
}

/**
 * Goes on after a damaged member. What was unpacked of it after the damage may have been the members that follow, so
 * these are looked for from its beginning; such a member is taken only when it begins with a tar header, since the
 * content of a sound one may hold compressed files.
 */
async function* passDamage(state: State, member: DamagedMember): AsyncGenerator<Piece, boolean> {
  const what = state.options.path ?? "The bundle";
  if (state.options.path === null && mayReread(state)) {
    const again = createCursor(state.options.reread?.(member.data) ?? nothing());
    if (await findTarMember(again, member.reached - member.data, state.search)) {
      if (state.base > 0) await state.input.close();
      state.input = again;
      state.base = member.data;
      yield GAP;
      const message = `${what} is damaged after byte ${member.at} (compressed). Reading goes on at byte ${position(state)}.`;
      add(state, "damaged", member.at, message);
      return true;
    }
    await again.close();
  }
  if (member.decoded) {
    const message = `${what} is damaged: the checksum of the part at byte ${member.at} (compressed) is wrong, and what came out of it may be wrong too.`;
    add(state, "damaged", member.at, message);
    return true;
  }
  yield GAP;
  const { found } = await findMember(state.input, state.search);
  const then = found ? `Reading goes on at byte ${position(state)}` : "Nothing after it could be read";
  const message = `${what} is damaged near byte ${member.reached} (compressed). ${then}; what lay between is lost.`;
  add(state, "damaged", member.reached, message);
  return found;
}

/** Passes what follows the last member and is none. True when the cursor stands at another member. */
async function passGarbage(state: State, at: number): Promise<boolean> {
  const { skipped, zeros, found } = await findMember(state.input, state.search);
  const what = state.options.path ?? "The bundle";
  if (found) {
    const message = `${what} is damaged: ${skipped} bytes at byte ${at} (compressed) are no gzip data and were skipped.`;
    add(state, "damaged", at, message);
  } else if (!zeros || state.members === 0) {
    add(state, "damaged", at, `${what} ends with ${skipped} bytes that are no gzip data; they were ignored.`);
  }
  return found;
}

function mayReread(state: State): boolean {
  return state.options.reread !== null && state.rereads++ < MAX_REREADS;
}

function position(state: State): number {
  return state.base + state.input.offset();
}

function addCut(state: State, at: number): void {
  const what = state.options.path ?? "The bundle";
  const message = `${what} ends too early, at byte ${position(state)} (compressed): the end of it is missing.`;
  add(state, "cut", at, message);
}

function add(state: State, kind: "cut" | "damaged", byteOffset: number, message: string): void {
  const { context, path } = state.options;
  context.damage.add({ kind, path, byteOffset, message });
}

async function* nothing(): AsyncGenerator<Buffer> {}
