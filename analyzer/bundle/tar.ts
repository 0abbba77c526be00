import type { ArtifactStream } from "../model/artifact.ts";
import type { Cursor } from "./cursor.ts";
import { limitHint, type ReadContext } from "./limits.ts";
import { findTarHeader } from "./tar-scan.ts";
import {
  BLOCK,
  decodeName,
  isZeroBlock,
  parseLongName,
  parsePax,
  parseTarHeader,
  type TarExtension,
  type TarHeader,
} from "./tar-header.ts";

/** Extended headers hold paths and a few numbers. A larger one is skipped. */
const MAX_EXTENSION_BYTES = 1024 * 1024;

interface TarState {
  cursor: Cursor;
  context: ReadContext;
  global: TarExtension;
  local: TarExtension;
}

/**
 * The members of a tar archive in their order, files and links only. Never throws on damage: a bad header is searched
 * past, a member that is cut gives the bytes there are, and both are recorded in the context.
 */
export async function* readTar(cursor: Cursor, context: ReadContext): AsyncGenerator<ArtifactStream> {
  const state: TarState = { cursor, context, global: {}, local: {} };
  let entries = 0;
  for (;;) {
    const header = await nextHeader(state);
    if (header === null) return;
    if (await readExtension(state, header)) continue;
    const member = applyExtension(state, header);
    if (++entries > context.limits.maxEntries) {
      context.stopped = true;
      const message = `Reading stopped at ${member.path}: the bundle has too many entries; ${limitHint("maxEntries", context.limits)}.`;
      context.damage.add({ kind: "limit", path: null, byteOffset: cursor.offset(), message });
      return;
    }
    yield* readMember(state, member);
    if (context.stopped) return;
  }
}

async function nextHeader(state: TarState): Promise<TarHeader | null> {
  const { cursor, context } = state;
  for (;;) {
    const at = cursor.offset();
    const block = await cursor.take(BLOCK);
    if (block.length === BLOCK && isZeroBlock(block)) continue;
    const header = parseTarHeader(block);
    if (header !== null) {
      if (header.extended) await skipSparseMap(cursor);
      return header;
    }
    if (block.length < BLOCK && !cursor.passGap()) {
      if (block.length > 0 && !isZeroBlock(block) && !context.stopped) addCutHeader(state, at, block.length);
      return null;
    }
    state.local = {};
    if (block.length < BLOCK) continue;
    cursor.unread(block);
    const lost = await findTarHeader(cursor);
    addLost(state, at, lost);
  }
}

function addCutHeader(state: TarState, at: number, length: number): void {
  const message = `The bundle ends in the middle of the header of an entry, after ${length} bytes of it.`;
  state.context.damage.add({ kind: "cut", path: null, byteOffset: at, message });
}

function addLost(state: TarState, at: number, lost: { bytes: number; found: boolean }): void {
  const then = lost.found ? `reading goes on ${lost.bytes} bytes later` : "no entry was found after it";
  const message = `The archive is damaged at byte ${at} (unpacked): ${then}; what lay between is lost.`;
  state.context.damage.add({ kind: "damaged", path: null, byteOffset: at, message });
}

/** An old GNU sparse file keeps the rest of its map in blocks before its content; the last says so at byte 504. */
async function skipSparseMap(cursor: Cursor): Promise<void> {
  for (;;) {
    const block = await cursor.take(BLOCK);
    if (block.length < BLOCK || block[504] !== 1) return;
  }
}

/** Reads the content of an extended header. False when the header is that of a member. */
async function readExtension(state: TarState, header: TarHeader): Promise<boolean> {
  if (!"LKxXg".includes(header.type)) return false;
  const { cursor, context } = state;
  if (header.size > MAX_EXTENSION_BYTES) {
    await skip(cursor, padded(header.size));
    const message = `The name of an entry is ${header.size} bytes long and was not read; ${limitHint("maxPathLength", context.limits)}.`;
    context.damage.add({ kind: "limit", path: null, byteOffset: cursor.offset(), message });
    return true;
  }
  const content = (await cursor.take(padded(header.size))).subarray(0, header.size);
  if (content.length < header.size && !context.stopped) addCutHeader(state, cursor.offset(), content.length);
  if (header.type === "L") state.local.path = parseLongName(content);
  else if (header.type === "K") state.local.link = parseLongName(content);
  else parsePax(content, header.type === "g" ? state.global : state.local);
  return true;
}

interface Member {
  path: string;
  link: string;
  size: number;
  modified: number | null;
  type: string;
  sparse: boolean;
}

function applyExtension(state: TarState, header: TarHeader): Member {
  const extension = { ...state.global, ...state.local };
  state.local = {};
  return {
    path: decodeName(extension.path ?? header.path).replace(/^(?:\.\/+)+/, "") || "unnamed",
    link: decodeName(extension.link ?? header.link),
    size: extension.size ?? header.size,
    modified: extension.modified === undefined ? header.modified : extension.modified,
    type: header.type,
    sparse: extension.sparse ?? header.type === "S",
  };
}

async function* readMember(state: TarState, member: Member): AsyncGenerator<ArtifactStream> {
  const { context, cursor } = state;
  const { path, modified, type } = member;
  const note = (kind: "entry-skipped" | "limit", message: string): void => {
    context.damage.add({ kind, path, byteOffset: cursor.offset(), message });
  };
  if (type === "5" || (path.endsWith("/") && (type === "0" || type === "\0"))) return;
  const linked = type === "1" || type === "2";
  const stored = linked ? await storedWithLink(state, member) : "346".includes(type) ? 0 : member.size;
  if (path.length > context.limits.maxPathLength) {
    const name = `${path.slice(0, 80)}…`;
    const hint = limitHint("maxPathLength", context.limits);
    note("limit", `${name} was skipped: its path has ${path.length} characters; ${hint}.`);
    await skip(cursor, padded(stored));
  } else if (linked) {
    await skip(cursor, padded(stored));
    yield { path, size: 0, modified, link: member.link, chunks: noChunks() };
  } else if ("346".includes(type)) {
    note("entry-skipped", `${path} is a device or a pipe and was skipped.`);
  } else if ("VMDNA".includes(type)) {
    await skip(cursor, padded(stored));
  } else {
    if (member.sparse) note("entry-skipped", `${path} is stored as a sparse file: its holes are left out.`);
    yield* readContent(state, member);
  }
}

/** Some writers state the size of the target in the header of a link without storing it again. */
async function storedWithLink(state: TarState, member: Member): Promise<number> {
  if (member.type === "2" || member.size === 0) return 0;
  const block = await state.cursor.take(BLOCK);
  state.cursor.unread(block);
  const nothing = block.length < BLOCK || isZeroBlock(block) || parseTarHeader(block) !== null;
  return nothing ? 0 : member.size;
}

async function* readContent(state: TarState, member: Member): AsyncGenerator<ArtifactStream> {
  const { cursor, context } = state;
  const { path, size, modified } = member;
  const allowed = Math.min(size, context.limits.maxArtifactBytes);
  let left = size;
  async function* chunks(): AsyncGenerator<Buffer> {
    while (left > size - allowed) {
      const bytes = await cursor.some(left - (size - allowed));
      if (bytes === null) return;
      left -= bytes.length;
      yield bytes;
    }
  }
  yield { path, size, modified, link: null, chunks: chunks() };
  if (allowed < size) {
    const message = `${path} has ${size} bytes; only the first ${allowed} were read; ${limitHint("maxArtifactBytes", context.limits)}.`;
    context.damage.add({ kind: "limit", path, byteOffset: allowed, message });
  }
  left -= await skip(cursor, left);
  if (left === 0) await skip(cursor, padded(size) - size);
  else if (!context.stopped) addCut(state, member, left);
}

function addCut(state: TarState, member: Member, missing: number): void {
  const { path, size } = member;
  const there = size - missing;
  const damaged = state.cursor.passGap();
  const message = damaged
    ? `The bundle is damaged in the middle of ${path}, ${there} of ${size} bytes are there.`
    : `The bundle ends in the middle of ${path}, ${there} of ${size} bytes.`;
  state.context.damage.add({ kind: damaged ? "damaged" : "cut", path, byteOffset: there, message });
}

async function skip(cursor: Cursor, count: number): Promise<number> {
  let left = count;
  while (left > 0) {
    const bytes = await cursor.some(left);
    if (bytes === null) break;
    left -= bytes.length;
  }
  return count - left;
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

async function* noChunks(): AsyncGenerator<Buffer> {}
