import type { Hash } from "node:crypto";
import type { ArtifactStream } from "../model/artifact.ts";
import { createCursor, type Cursor, type Piece } from "./cursor.ts";
import { detectForm, detectInner, HEAD_BYTES, type Form } from "./detect.ts";
import { BundleError } from "./errors.ts";
import { gunzip } from "./gzip.ts";
import { createReadContext, metered, type Limits, type ReadContext } from "./limits.ts";
import { capped } from "./members.ts";
import { readSource, type ByteSource } from "./source.ts";
import { readTar } from "./tar.ts";

const PORTION_BYTES = 1024 * 1024;

/** What one file holds: an archive with many artifacts, or one artifact, either of them perhaps in gzip. */
export interface Content {
  outer: Form;
  inner: "tar" | "plain";
}

/** Finds out what a file holds. Throws BundleError when it is nothing that can be read. */
export async function detectContent(source: ByteSource, shown: string, limits: Limits): Promise<Content> {
  const context = createReadContext(limits);
  const raw = createCursor(readSource(source, 0, context, null, () => {}));
  const head = await raw.take(HEAD_BYTES);
  if (head.length === 0) {
    const unreadable = context.damage.list()[0];
    if (unreadable !== undefined)
      throw new BundleError("unreadable", `${shown}: ${unreadable.message}`, "copy it again");
    throw new BundleError("empty", `${shown}: the file is empty`, "collect again, and look at what ssh said");
  }
  const outer = detectForm(head, shown);
  if (outer.kind !== "gzip") {
    await raw.close();
    return { outer, inner: outer.kind };
  }
  raw.unread(head.subarray(outer.skip));
  const pieces = gunzip(raw, {
    context,
    path: null,
    reread: (from) => readSource(source, from, context, null, () => {}),
  });
  const unpacked = createCursor(pieces);
  let text = await unpacked.take(HEAD_BYTES);
  while (text.length < HEAD_BYTES && unpacked.passGap()) text = Buffer.concat([text, await unpacked.take(HEAD_BYTES)]);
  await unpacked.close();
  await raw.close();
  const kinds = new Set(context.damage.list().map((damage) => damage.kind));
  if (text.length === 0 && kinds.has("damaged")) {
    throw new BundleError("not-an-archive", `${shown}: a gzip file that is damaged from the start`, "copy it again");
  }
  return { outer, inner: detectInner(text, kinds.has("cut"), shown) };
}

/** The artifacts of a file whose content is known. `path` names the artifact of a file that holds only one. */
export async function* readContent(
  source: ByteSource,
  content: Content,
  path: string,
  context: ReadContext,
  hash: Hash | null,
): AsyncGenerator<ArtifactStream> {
  const raw = createCursor(readSource(source, 0, context, null, (bytes) => hash?.update(bytes)));
  const { outer, inner } = content;
  const skip = outer.kind === "plain" ? 0 : outer.skip;
  if (skip > 0) await passNoise(raw, skip, context);
  const reread = (from: number): AsyncIterable<Buffer> => readSource(source, from, context, null, () => {});
  const alone = inner === "plain" ? path : null;
  const pieces: AsyncIterable<Piece> =
    outer.kind === "gzip" ? gunzip(raw, { context, path: alone, reread }) : portions(raw);
  const counted = metered(pieces, context, alone);
  try {
    if (inner === "tar") yield* readTar(createCursor(counted), context);
    else yield* readAlone(counted, outer.kind === "gzip" ? null : source.size, path, context);
    while (hash !== null && (await raw.some(PORTION_BYTES)) !== null);
  } finally {
    await counted.return(undefined);
    await raw.close();
  }
}

async function* readAlone(
  pieces: AsyncIterable<Piece>,
  size: number | null,
  path: string,
  context: ReadContext,
): AsyncGenerator<ArtifactStream> {
  const chunks = capped(pieces, path, context);
  yield { path, size, modified: null, link: null, chunks };
  while (!context.stopped && (await chunks.next()).done !== true);
}

/** Lines that a login or sudo printed before the archive began. */
async function passNoise(raw: Cursor, skip: number, context: ReadContext): Promise<void> {
  const noise = await raw.take(skip);
  const text = noise
    .toString("latin1")
    .replace(/[^\x20-\x7e]+/g, " ")
    .trim();
  const quoted = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  const message = `${skip} bytes before the archive are none of it and were skipped: "${quoted}".`;
  context.damage.add({ kind: "entry-skipped", path: null, byteOffset: 0, message });
}

async function* portions(raw: Cursor): AsyncGenerator<Buffer> {
  for (;;) {
    const bytes = await raw.some(PORTION_BYTES);
    if (bytes === null) return;
    yield bytes;
  }
}
