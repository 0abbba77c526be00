import { mkdtemp, open, rm, unlink } from "node:fs/promises";
import { join } from "node:path";
import { asBundleError, BundleError } from "./errors.ts";
import { temporaryPrefix } from "./temporary.ts";
import { fileSource, type ByteSource } from "./source.ts";

/**
 * Copies a stream into a private temporary file, so that it can be read twice. The file has no name any more once it is
 * open, where the system allows that, and is gone with the process; else `close` removes it. Throws BundleError when
 * there is no space, or when the stream is longer than `maxBytes`.
 */
export async function spool(stream: AsyncIterable<Buffer | string>, maxBytes: number): Promise<ByteSource> {
  const directory = await mkdtemp(temporaryPrefix());
  const path = join(directory, "stdin");
  try {
    const handle = await open(path, "wx+", 0o600);
    const unlinked = await unlink(path).then(
      () => true,
      () => false,
    );
    if (unlinked) await rm(directory, { recursive: true, force: true });
    let size = 0;
    try {
      for await (const chunk of stream) {
        const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
        size += bytes.length;
        if (size > maxBytes) throw tooLarge(maxBytes);
        await handle.writeFile(bytes);
      }
    } catch (error) {
      await handle.close();
      throw error;
    }
    const source = fileSource(handle, size);
    const close = async (): Promise<void> => {
      await source.close();
      await rm(directory, { recursive: true, force: true });
    };
    return { ...source, close };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw asBundleError(error, "stdin");
  }
}

function tooLarge(maxBytes: number): BundleError {
  const hint = "save it to a file and give its name, or raise --max-total-bytes";
  return new BundleError("no-space", `stdin: more than ${maxBytes} bytes`, hint);
}
