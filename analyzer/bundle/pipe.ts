import type { FileHandle } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { errnoOf } from "./errors.ts";

const READ_BYTES = 64 * 1024;
const PAUSE_MS = 2;

/**
 * The bytes of a named pipe that was opened without blocking; closes it at the end. Waits for its first writer, as `cat`
 * does, but in a way that Ctrl-C can end: a thread that is blocked in open(2) would keep the process.
 */
export async function* readPipe(handle: FileHandle): AsyncGenerator<Buffer> {
  let isWritten = false;
  try {
    for (;;) {
      const buffer = Buffer.allocUnsafe(READ_BYTES);
      const bytesRead = await readNow(handle, buffer);
      if (bytesRead !== 0) isWritten = true;
      else if (isWritten) return;
      if (bytesRead !== null && bytesRead > 0) yield buffer.subarray(0, bytesRead);
      else await sleep(PAUSE_MS);
    }
  } finally {
    await handle.close();
  }
}

/** Null where a writer is there and has written nothing more yet. */
async function readNow(handle: FileHandle, buffer: Buffer): Promise<number | null> {
  try {
    return (await handle.read(buffer, 0, buffer.length, null)).bytesRead;
  } catch (error) {
    if (errnoOf(error) === "EAGAIN") return null;
    throw error;
  }
}
