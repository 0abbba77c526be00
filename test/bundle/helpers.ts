import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pack, type Header } from "tar-stream";
import { afterAll } from "vitest";
import { openBundle, type OpenOptions } from "../../analyzer/bundle/open.ts";
import type { BundleDamage, OpenedBundle } from "../../analyzer/model/artifact.ts";

const scratch: string[] = [];

afterAll(() => {
  for (const directory of scratch.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** A directory of its own, removed after the tests of the file. */
export function scratchDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "coldcase-test-"));
  scratch.push(directory);
  return directory;
}

/** Writes a file into a directory of its own and gives its path. */
export function scratchFile(name: string, content: Buffer | string): string {
  const path = join(scratchDirectory(), name);
  writeFileSync(path, content);
  return path;
}

/** Makes a named pipe. */
export function makePipe(path: string): void {
  execFileSync("sh", ["-c", 'mkfifo "$1"', "sh", path]);
}

export type Entry = [path: string, content: Buffer | string, header?: Partial<Header>];

/** A tar archive in the pax dialect, with the two zero blocks at its end. */
export async function tarOf(entries: Entry[]): Promise<Buffer> {
  const packing = pack();
  for (const [name, content, header] of entries) packing.entry({ name, mtime: new Date(0), ...header }, content);
  packing.finalize();
  return collect(packing as unknown as AsyncIterable<Buffer>);
}

/** Makes an archive of a directory's content with the tar of the system. */
export function systemTar(directory: string, ...options: string[]): Buffer {
  return execFileSync("tar", [...options, "-C", directory, "-cf", "-", "."], { maxBuffer: 1 << 28 });
}

export async function collect(chunks: AsyncIterable<Buffer | Uint8Array>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(Buffer.from(chunk));
  return Buffer.concat(parts);
}

export interface Contents {
  files: Record<string, string>;
  links: Record<string, string>;
  /** Paths whose content has the size that was announced. */
  complete: string[];
  damage: BundleDamage[];
  bundle: OpenedBundle;
}

/** Opens a bundle, reads all of it as latin1 text, and closes it. */
export async function readAll(paths: string | string[], options?: OpenOptions): Promise<Contents> {
  const bundle = await openBundle(typeof paths === "string" ? [paths] : paths, options);
  const contents: Contents = { files: {}, links: {}, complete: [], damage: [], bundle };
  for await (const artifact of bundle.artifacts()) {
    const content = await collect(artifact.chunks);
    if (artifact.link === null) contents.files[artifact.path] = content.toString("latin1");
    else contents.links[artifact.path] = artifact.link;
    if (artifact.size === content.length) contents.complete.push(artifact.path);
  }
  contents.damage = bundle.damage();
  await bundle.close();
  return contents;
}

/** The same for an archive in memory. */
export function readBytes(content: Buffer | string, name = "k1.tar.gz", options?: OpenOptions): Promise<Contents> {
  return readAll(scratchFile(name, content), options);
}

/** Hands bytes out in portions of one size. */
export async function* inPortions(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Bytes that do not compress, the same for every run. */
export function noise(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    bytes[i] = state >> 16;
  }
  return bytes;
}

/** Log-like text that compresses as logs do, the same for every run. */
export function logText(length: number, seed = 1): string {
  const numbers = noise(Math.ceil(length / 10), seed);
  let text = "";
  for (let i = 0; text.length < length; i += 4) {
    text += `Nov 05 06:07:57 k1 kubelet[319]: E1105 reflector.go:${numbers[i]}: sync ${numbers.toString("hex", i, i + 4)}\n`;
  }
  return text.slice(0, length);
}
