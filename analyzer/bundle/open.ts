import { createHash, type Hash } from "node:crypto";
import { constants } from "node:fs";
import { open, stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import type { ArtifactStream, OpenedBundle } from "../model/artifact.ts";
import { detectContent, readContent, type Content } from "./archive.ts";
import { asBundleError, BundleError } from "./errors.ts";
import { createReadContext, defaultLimits, type Limits, type ReadContext } from "./limits.ts";
import { unpackLog } from "./members.ts";
import { readPipe } from "./pipe.ts";
import { fileSource, type ByteSource } from "./source.ts";
import { spool } from "./spool.ts";
import { walk } from "./walk.ts";

export interface OpenOptions {
  limits?: Partial<Limits>;
  /** What `-` reads; the standard input of the process when absent. */
  stdin?: AsyncIterable<Buffer | string>;
  /** False for a second pass that does not need the checksum: unwanted files of a directory are then not read. */
  hash?: boolean;
}

interface Settings {
  limits: Limits;
  hash: boolean;
  stdin: AsyncIterable<Buffer | string> | null;
}

const ARCHIVE_SUFFIX = /\.(?:tgz|tar(?:\.(?:gz|xz|zst))?|gz)$/i;

/**
 * Opens one archive, one directory, `-` for standard input, or several loose files as one bundle, whatever their names.
 * Throws BundleError when that cannot be read; damage inside of it is no error and is told by `damage()`. `artifacts()`
 * may be called again: each call reads from the start. Times are those of tar headers, in µs UTC.
 */
export async function openBundle(paths: string[], options: OpenOptions = {}): Promise<OpenedBundle> {
  const settings: Settings = {
    limits: { ...defaultLimits, ...options.limits },
    hash: options.hash ?? true,
    stdin: options.stdin ?? null,
  };
  const [first] = paths;
  if (first === undefined) throw new BundleError("not-found", "no bundle was named", "coldcase k1.tar.gz");
  if (paths.length > 1) return openFiles(paths, settings);
  if (first !== "-" && (await statOf(first)).isDirectory()) return openDirectory(first, settings);
  return openFile(first, settings);
}

/** What a path given on the command line is: an archive and a directory are bundles, files belong to one together. */
export async function bundleKind(path: string): Promise<"archive" | "directory" | "file"> {
  if (path === "-") return "archive";
  const info = await statOf(path);
  if (info.isDirectory()) return "directory";
  if (!info.isFile()) return "archive";
  const source = await openSource(path, defaultLimits, null);
  try {
    if (source.size === 0) return "file";
    return (await detectContent(source, path, defaultLimits)).inner === "tar" ? "archive" : "file";
  } finally {
    await source.close();
  }
}

/** True for what gives its bytes only once: standard input, a named pipe, the output of `<(ssh …)`. */
export async function readsOnce(path: string): Promise<boolean> {
  if (path === "-") return true;
  const info = await statOf(path);
  return !info.isFile() && !info.isDirectory();
}

async function openDirectory(path: string, settings: Settings): Promise<OpenedBundle> {
  const name = nameOf(resolve(path));
  const bundle = assemble(name, "directory", settings, (context, hash) => walk(path, context, hash), []);
  const context = createReadContext(settings.limits);
  for await (const _artifact of walk(path, context, null)) return bundle;
  const [damage] = context.damage.list();
  if (damage === undefined) throw new BundleError("empty", `${path}: no files in the directory`, "check the path");
  throw new BundleError(
    "unreadable",
    `${path}: ${damage.message}`,
    "make it readable, or copy it to a place that is yours",
  );
}

async function openFile(path: string, settings: Settings): Promise<OpenedBundle> {
  const stdin = path === "-";
  const source = await openSource(path, settings.limits, settings.stdin);
  try {
    const content = await detectContent(source, stdin ? "stdin" : path, settings.limits);
    const form = stdin
      ? "stdin"
      : content.inner === "plain"
        ? "files"
        : content.outer.kind === "gzip"
          ? "tar.gz"
          : "tar";
    const read = (context: ReadContext, hash: Hash | null): AsyncIterable<ArtifactStream> =>
      readContent(source, content, artifactName(path, content), context, hash);
    return assemble(stdin ? "stdin" : nameOf(path), form, settings, read, [source]);
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function openFiles(paths: string[], settings: Settings): Promise<OpenedBundle> {
  const files: { source: ByteSource; content: Content; path: string }[] = [];
  try {
    for (const path of paths) {
      if (path !== "-" && (await statOf(path)).isDirectory()) throw severalBundles(path, "a directory");
      const source = await openSource(path, settings.limits, settings.stdin);
      const empty: Content = { outer: { kind: "plain" }, inner: "plain" };
      files.push({ source, content: empty, path: path === "-" ? "stdin" : basename(path) });
      const content = source.size === 0 ? empty : await detectContent(source, path, settings.limits);
      if (content.inner === "tar") throw severalBundles(path, "an archive");
      files[files.length - 1] = { source, content, path: artifactName(path, content) };
    }
  } catch (error) {
    await Promise.all(files.map((file) => file.source.close()));
    throw error;
  }
  async function* read(context: ReadContext, hash: Hash | null): AsyncGenerator<ArtifactStream> {
    for (const file of files) {
      hash?.update(file.path).update("\0");
      yield* readContent(file.source, file.content, file.path, context, hash);
      if (context.stopped) return;
    }
  }
  const sources = files.map((file) => file.source);
  return assemble(nameOf(paths[0] ?? ""), "files", settings, read, sources);
}

type Read = (context: ReadContext, hash: Hash | null) => AsyncIterable<ArtifactStream>;

function assemble(name: string, form: string, settings: Settings, read: Read, sources: ByteSource[]): OpenedBundle {
  let context = createReadContext(settings.limits);
  let sha256: string | null = null;
  async function* artifacts(): AsyncGenerator<ArtifactStream> {
    const current = createReadContext(settings.limits);
    context = current;
    const hash = settings.hash ? createHash("sha256") : null;
    const seen = new Map<string, number>();
    for await (const artifact of read(current, hash)) {
      yield unpackLog({ ...artifact, path: uniquePath(artifact.path, seen) }, current);
    }
    // A single file is read to its end for the checksum even when a limit stopped the rest.
    if (hash !== null && (!current.stopped || sources.length === 1)) sha256 = hash.digest("hex");
  }
  return {
    name,
    form,
    ...(sources.length > 0 && { size: sources.reduce((sum, source) => sum + source.size, 0) }),
    maxLineBytes: settings.limits.maxLineBytes,
    maxEvents: settings.limits.maxEvents,
    artifacts,
    damage: () => context.damage.list(),
    sha256: () => sha256,
    close: async () => {
      await Promise.all(sources.map((source) => source.close()));
    },
  };
}

/** An archive may hold a path twice; the second is shown as `path (2)`, since a locator names one artifact. */
function uniquePath(path: string, seen: Map<string, number>): string {
  const times = (seen.get(path) ?? 0) + 1;
  seen.set(path, times);
  return times === 1 ? path : uniquePath(`${path} (${times})`, seen);
}

async function openSource(path: string, limits: Limits, stdin: Settings["stdin"]): Promise<ByteSource> {
  if (path === "-") return spool(stdin ?? process.stdin, limits.maxTotalBytes);
  try {
    const isPipe = (await stat(path)).isFIFO();
    const handle = await open(path, isPipe ? constants.O_RDONLY | constants.O_NONBLOCK : "r");
    if (isPipe) return await spool(readPipe(handle), limits.maxTotalBytes);
    const info = await handle.stat();
    if (info.isFile()) return fileSource(handle, info.size);
    const stream = handle.createReadStream() as AsyncIterable<Buffer>;
    return await spool(stream, limits.maxTotalBytes);
  } catch (error) {
    throw asBundleError(error, path);
  }
}

async function statOf(path: string): Promise<Awaited<ReturnType<typeof stat>>> {
  try {
    return await stat(path);
  } catch (error) {
    throw asBundleError(error, path);
  }
}

function nameOf(path: string): string {
  const base = basename(path);
  return base.replace(ARCHIVE_SUFFIX, "") || base;
}

function artifactName(path: string, content: Content): string {
  const base = path === "-" ? "stdin" : basename(path);
  return content.outer.kind === "gzip" ? base.replace(/\.gz$/i, "") : base;
}

function severalBundles(path: string, what: string): BundleError {
  const hint = "give archives and directories one at a time; only loose text files form a bundle together";
  return new BundleError("several-bundles", `${path}: ${what} among several paths`, hint);
}
