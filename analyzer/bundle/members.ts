import type { ArtifactStream } from "../model/artifact.ts";
import { createCursor, type Cursor, type Piece } from "./cursor.ts";
import { unpackHead } from "./gzip-header.ts";
import { gunzip } from "./gzip.ts";
import { limitHint, metered, type ReadContext } from "./limits.ts";
import { looksLikeText } from "./text.ts";

const PROBE_BYTES = 4096;
const PORTION_BYTES = 256 * 1024;
/** A compressed log up to this size is kept in memory, so that damage in it can be looked at again. */
const MAX_KEPT_BYTES = 16 * 1024 * 1024;
const COMPRESSED = /\.gz$/i;
const ARCHIVE = /\.(?:tgz|tar(?:\.(?:gz|xz|zst|bz2))?|zip|7z)$/i;
/** Docker keeps the order of the files of a layer here: no log, whatever its name says. */
const NO_LOG = /(?:^|\/)tar-split\.json\.gz$/;

/**
 * Unpacks a compressed text among the members; everything else comes back as it is, with all of its bytes. An archive is
 * not opened, which is told: a bundle may be packed twice.
 */
export async function unpackLog(artifact: ArtifactStream, context: ReadContext): Promise<ArtifactStream> {
  const { path, link } = artifact;
  if (link === null && ARCHIVE.test(path)) {
    const message = `${path} is an archive inside of the bundle and was not opened; unpack it, and give it by itself.`;
    context.damage.add({ kind: "entry-skipped", path, byteOffset: null, message });
    return artifact;
  }
  if (link !== null || !COMPRESSED.test(path) || NO_LOG.test(path)) return artifact;
  const cursor = createCursor(artifact.chunks);
  const head = await cursor.take(PROBE_BYTES);
  cursor.unread(head);
  const text = unpackHead(head);
  if (text === null || !looksLikeText(text)) return { ...artifact, chunks: rest(cursor) };
  let reread: ((from: number) => AsyncIterable<Buffer>) | null = null;
  if (artifact.size !== null && artifact.size <= MAX_KEPT_BYTES) {
    const whole = await cursor.take(artifact.size);
    cursor.unread(whole);
    reread = async function* (from) {
      yield whole.subarray(from);
    };
  }
  const unpacked = metered(gunzip(cursor, { context, path, reread }), context, path);
  return { ...artifact, size: null, chunks: capped(unpacked, path, context) };
}

/** The bytes of one artifact up to the limit for artifacts; a gap becomes a line end, so that no two halves make a line. */
export async function* capped(
  pieces: AsyncIterable<Piece>,
  path: string,
  context: ReadContext,
): AsyncGenerator<Buffer> {
  const max = context.limits.maxArtifactBytes;
  let left = max;
  for await (const piece of pieces) {
    if (!Buffer.isBuffer(piece)) {
      yield Buffer.from("\n");
      continue;
    }
    if (piece.length > left) {
      const message = `Only the first ${max} bytes of ${path} were read; ${limitHint("maxArtifactBytes", context.limits)}.`;
      context.damage.add({ kind: "limit", path, byteOffset: max, message });
      if (left > 0) yield piece.subarray(0, left);
      return;
    }
    left -= piece.length;
    yield piece;
  }
}

async function* rest(cursor: Cursor): AsyncGenerator<Buffer> {
  for (;;) {
    const bytes = await cursor.some(PORTION_BYTES);
    if (bytes === null) return;
    yield bytes;
  }
}
