import { constants, type Dirent } from "node:fs";
import { open, readdir, readlink } from "node:fs/promises";
import type { Hash } from "node:crypto";
import type { ArtifactStream } from "../model/artifact.ts";
import { errnoOf } from "./errors.ts";
import { limitHint, metered, type ReadContext } from "./limits.ts";
import { capped } from "./members.ts";
import { fileSource, readSource } from "./source.ts";
import { decodeName } from "./tar-header.ts";

const SLASH = Buffer.from("/");

interface Entry {
  /** Path on this machine. */
  full: Buffer;
  /** Path inside the bundle. */
  path: string;
  kind: "directory" | "file" | "link" | "other";
}

/**
 * The files of a directory, depth first, each directory in the order of the bytes of its names. Links are handed out
 * with their target and never followed; what cannot be read is recorded. `hash` takes path and content of every file.
 */
export async function* walk(root: string, context: ReadContext, hash: Hash | null): AsyncGenerator<ArtifactStream> {
  const stack: Entry[] = [{ full: Buffer.from(root), path: "", kind: "directory" }];
  let entries = 0;
  for (let entry = stack.pop(); entry !== undefined && !context.stopped; entry = stack.pop()) {
    if (entry.kind === "directory") {
      const children = await listDirectory(entry, context);
      stack.push(...children.reverse());
      continue;
    }
    if (++entries > context.limits.maxEntries) {
      context.stopped = true;
      const message = `Reading stopped at ${entry.path}: the directory has too many files; ${limitHint("maxEntries", context.limits)}.`;
      context.damage.add({ kind: "limit", path: null, byteOffset: null, message });
      return;
    }
    hash?.update(entry.path).update("\0");
    if (entry.kind === "file") yield* readFile(entry, context, hash);
    else if (entry.kind === "link") yield* readLink(entry, context, hash);
    else note(context, "entry-skipped", entry.path, `${entry.path} is a device, a pipe or a socket and was skipped.`);
  }
}

async function listDirectory(directory: Entry, context: ReadContext): Promise<Entry[]> {
  let children: Dirent<Buffer>[];
  try {
    children = await readdir(directory.full, { withFileTypes: true, encoding: "buffer" });
  } catch (error) {
    addUnreadable(context, directory.path === "" ? "The directory" : directory.path, error);
    return [];
  }
  children.sort((a, b) => Buffer.compare(a.name, b.name));
  return children.map((child) => ({
    full: Buffer.concat([directory.full, SLASH, child.name]),
    path: directory.path === "" ? decodeName(child.name) : `${directory.path}/${decodeName(child.name)}`,
    kind: child.isDirectory() ? "directory" : child.isFile() ? "file" : child.isSymbolicLink() ? "link" : "other",
  }));
}

async function* readFile(entry: Entry, context: ReadContext, hash: Hash | null): AsyncGenerator<ArtifactStream> {
  const { path } = entry;
  let source;
  try {
    const handle = await open(entry.full, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    source = fileSource(handle, (await handle.stat()).size);
  } catch (error) {
    return addUnreadable(context, path, error);
  }
  try {
    const raw = readSource(source, 0, context, path, (bytes) => hash?.update(bytes));
    const unread = raw[Symbol.asyncIterator]();
    const shared = { [Symbol.asyncIterator]: () => ({ next: () => unread.next() }) };
    const chunks = capped(metered(shared, context, path), path, context);
    yield { path, size: source.size, modified: null, link: null, chunks };
    while (hash !== null && !context.stopped && (await unread.next()).done !== true);
  } finally {
    await source.close();
  }
}

async function* readLink(entry: Entry, context: ReadContext, hash: Hash | null): AsyncGenerator<ArtifactStream> {
  const { path } = entry;
  try {
    const target = await readlink(entry.full, { encoding: "buffer" });
    hash?.update(target);
    yield { path, size: 0, modified: null, link: decodeName(target), chunks: noChunks() };
  } catch (error) {
    addUnreadable(context, path, error);
  }
}

async function* noChunks(): AsyncGenerator<Buffer> {}

function addUnreadable(context: ReadContext, path: string, error: unknown): void {
  const code = errnoOf(error);
  if (code === null) throw error;
  note(context, "unreadable", path, `${path} cannot be read (${code}).`);
}

function note(context: ReadContext, kind: "unreadable" | "entry-skipped", path: string, message: string): void {
  context.damage.add({ kind, path, byteOffset: null, message });
}
