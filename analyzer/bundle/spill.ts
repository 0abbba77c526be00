import { closeSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RandomAccessFile } from "../model/source.ts";
import { errnoOf } from "./errors.ts";
import { temporaryPrefix } from "./temporary.ts";

/** Artifacts up to this size stay in memory. */
const MEMORY_BYTES = 2 * 1024 * 1024;
const WRITE_BYTES = 256 * 1024;
/** Far above what journald lets a file grow to (128 MiB by default, 4 GiB at most). */
const MAX_SPILL_BYTES = 4 * 1024 ** 3;

/** An artifact that lies ready for random access. `shortened` is one sentence when not all of it was kept. */
export interface SpilledFile extends RandomAccessFile {
  shortened: string | null;
  close(): void;
}

/**
 * Keeps a stream so that it can be read at any place: small ones in memory, larger ones in a private temporary file. That
 * file has no name any more once it is open, where the system allows it, and so is gone with the process, however that
 * ends; else it is removed by `close` and at the end of the process. No space, or more than `maxBytes`: the part that
 * fits is kept.
 */
export async function spill(
  path: string,
  chunks: AsyncIterable<Buffer>,
  maxBytes: number = MAX_SPILL_BYTES,
  memoryBytes: number = MEMORY_BYTES,
): Promise<SpilledFile> {
  let pending: Buffer[] = [];
  let waiting = 0;
  let size = 0;
  const temporary: { file: TemporaryFile | null } = { file: null };
  let shortened: string | null = null;
  const flush = (): void => {
    if (waiting === 0) return;
    temporary.file ??= createTemporaryFile();
    temporary.file.append(pending);
    pending = [];
    waiting = 0;
  };
  try {
    for await (const chunk of chunks) {
      if (size + chunk.length > maxBytes) {
        shortened = `only the first ${size} bytes were read: no more than ${maxBytes} are copied for reading`;
        break;
      }
      pending.push(chunk);
      waiting += chunk.length;
      size += chunk.length;
      if (size > memoryBytes && waiting >= WRITE_BYTES) flush();
    }
    if (temporary.file !== null) flush();
  } catch (error) {
    const code = errnoOf(error);
    if (code === null || temporary.file === null) throw error;
    size = temporary.file.size();
    shortened = `only the first ${size} bytes were read: the temporary copy in ${tmpdir()} failed (${code}); name another directory in TMPDIR`;
  }
  const { file } = temporary;
  if (file !== null) return { path, size, shortened, read: file.read, close: file.close };
  return { path, size, shortened, ...inMemory(Buffer.concat(pending)) };
}

function inMemory(bytes: Buffer): Pick<SpilledFile, "read" | "close"> {
  return {
    read: (target, position) => (position < bytes.length ? bytes.copy(target, 0, position) : 0),
    close: () => undefined,
  };
}

interface TemporaryFile {
  append(chunks: Buffer[]): void;
  size(): number;
  read: SpilledFile["read"];
  close(): void;
}

function createTemporaryFile(): TemporaryFile {
  const directory = mkdtempSync(temporaryPrefix());
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  const descriptor = openSync(join(directory, "artifact"), "wx+", 0o600);
  let size = 0;
  let named = false;
  try {
    unlinkSync(join(directory, "artifact"));
    remove();
  } catch {
    named = true;
    process.once("exit", remove);
  }
  return {
    append(chunks) {
      for (const chunk of chunks) {
        for (let written = 0; written < chunk.length;) {
          written += writeSync(descriptor, chunk, written, chunk.length - written, size + written);
        }
        size += chunk.length;
      }
    },
    size() {
      ftruncateSync(descriptor, size);
      return size;
    },
    read: (target, position) => readSync(descriptor, target, 0, target.length, position),
    close() {
      closeSync(descriptor);
      if (!named) return;
      process.removeListener("exit", remove);
      remove();
    },
  };
}
