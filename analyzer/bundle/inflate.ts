import { constants, crc32, createInflateRaw, inflateRawSync, type InflateRaw } from "node:zlib";
import type { Cursor } from "./cursor.ts";

/** Compressed bytes handed to the decompressor at a time: what is lost at most before a damage is searched again. */
const FEED_BYTES = 128 * 1024;
const OUTPUT_BYTES = 512 * 1024;
const SALVAGE_STEP_BYTES = 16;
/** A member that fits in here is unpacked in one go: a bundle may have a thousand of them. */
const SMALL_BYTES = 16 * 1024;
const SMALL_OUTPUT_BYTES = 1024 * 1024;

export interface Inflated {
  /** `end`: the deflate stream is complete; `cut`: the input ended first; `damaged`: it cannot be decoded further. */
  outcome: "end" | "cut" | "damaged";
  /** CRC-32 and length of what came out. */
  crc: number;
  length: number;
}

/**
 * Unpacks one raw deflate stream and leaves the cursor right after it, or, when it is damaged, before the first
 * `FEED_BYTES` that could not be decoded as a whole. The result is written to `into`, and holds once the end is reached.
 */
export async function* inflateMember(input: Cursor, into: Inflated): AsyncGenerator<Buffer> {
  const small = await inflateSmall(input);
  if (small !== null) {
    into.crc = crc32(small);
    into.length = small.length;
    if (small.length > 0) yield small;
    return;
  }
  const engine = createInflateRaw({ chunkSize: OUTPUT_BYTES, finishFlush: constants.Z_SYNC_FLUSH });
  let fed = 0;
  let piece: Buffer | null = null;
  let failure: unknown = null;

  async function feed(): Promise<void> {
    for (;;) {
      const next = await input.some(FEED_BYTES);
      if (next === null) {
        into.outcome = "cut";
        engine.end();
        return;
      }
      piece = next;
      fed += next.length;
      await new Promise<void>((resolve) => engine.write(next, () => resolve()));
      if (engine.bytesWritten < fed) return;
    }
  }

  into.outcome = "end";
  feed().catch((error: unknown) => {
    failure = error;
    engine.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  try {
    for await (const output of engine as AsyncIterable<Buffer>) {
      into.crc = crc32(output, into.crc);
      into.length += output.length;
      yield output;
    }
  } catch {
    if (failure !== null) throw failure;
    into.outcome = "damaged";
  }
  engine.destroy();
  const left = fed - engine.bytesWritten;
  if (left > 0 && piece !== null) input.unread((piece as Buffer).subarray((piece as Buffer).length - left));
}

/** A whole short member, with the cursor after it; null, and the cursor where it was, for any other. */
async function inflateSmall(input: Cursor): Promise<Buffer | null> {
  const head = await input.take(SMALL_BYTES);
  try {
    const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: SMALL_OUTPUT_BYTES, info: true };
    const { buffer, engine } = inflateRawSync(head, options) as unknown as { buffer: Buffer; engine: InflateRaw };
    if (engine.bytesWritten < head.length) {
      input.unread(head.subarray(engine.bytesWritten));
      return buffer;
    }
  } catch {
    // Damaged, or too long: the other way tells.
  }
  input.unread(head);
  return null;
}

/**
 * Unpacks a damaged deflate stream once more, in steps small enough to get at what comes right before the damage.
 * Gives only what lies beyond the first `known` bytes of output.
 */
export async function* salvage(input: Cursor, compressed: number, known: number): AsyncGenerator<Buffer> {
  const engine = createInflateRaw({ chunkSize: OUTPUT_BYTES, finishFlush: constants.Z_SYNC_FLUSH });
  const outputs: Buffer[] = [];
  let failed = false;
  let produced = 0;
  engine.on("data", (output: Buffer) => outputs.push(output));
  engine.on("error", () => (failed = true));
  let sent = 0;
  while (!failed) {
    const piece = await input.some(sent < compressed ? Math.min(FEED_BYTES, compressed - sent) : SALVAGE_STEP_BYTES);
    if (piece === null) break;
    sent += piece.length;
    await new Promise<void>((resolve) => {
      engine.once("error", () => resolve());
      engine.write(piece, () => resolve());
    });
    engine.removeAllListeners("error").on("error", () => (failed = true));
    // The stream hands its output out in a later turn than it takes the input.
    await new Promise((resolve) => setImmediate(resolve));
    for (const output of outputs.splice(0)) {
      const fresh = output.subarray(Math.max(0, Math.min(output.length, known - produced)));
      produced += output.length;
      if (fresh.length > 0) yield fresh;
    }
  }
  engine.destroy();
}
