import type { FileHandle } from "node:fs/promises";
import { errnoOf } from "./errors.ts";
import type { ReadContext } from "./limits.ts";

const READ_BYTES = 256 * 1024;

/** A file that can be read any number of times. */
export interface ByteSource {
  /** Bytes on disk, as far as the operating system knows. */
  size: number;
  read(from: number): AsyncIterable<Buffer>;
  close(): Promise<void>;
}

/** A source over an open file, which `close` closes. Rejects with the error of the operating system. */
export function fileSource(handle: FileHandle, size: number): ByteSource {
  return {
    size,
    async *read(from) {
      let position = from;
      for (;;) {
        const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
        const { bytesRead } = await handle.read(buffer, 0, READ_BYTES, position);
        if (bytesRead === 0) return;
        position += bytesRead;
        yield bytesRead === READ_BYTES ? buffer : buffer.subarray(0, bytesRead);
      }
    },
    close: () => handle.close(),
  };
}

/**
 * The bytes of a source from `from` on. Counts them in the context and shows them to `onBytes`. An error of the disk
 * ends the stream and becomes a damage of kind `unreadable`.
 */
export async function* readSource(
  source: ByteSource,
  from: number,
  context: ReadContext,
  path: string | null,
  onBytes: (bytes: Buffer) => void,
): AsyncGenerator<Buffer> {
  let position = from;
  try {
    for await (const bytes of source.read(from)) {
      position += bytes.length;
      context.consumed += bytes.length;
      onBytes(bytes);
      yield bytes;
    }
  } catch (error) {
    const code = errnoOf(error);
    if (code === null) throw error;
    const message = `${path ?? "The bundle"} cannot be read beyond byte ${position} (${code}).`;
    context.damage.add({ kind: "unreadable", path, byteOffset: position, message });
  }
}
