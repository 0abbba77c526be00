/**
 * Whether a bundle is what its manifest says: the sha256 of each output that the collector staged, the sizes of the
 * files that it took, members that are missing, and members that no step tells of. Files taken in place are alive while
 * they are read, so the collector gives no checksum for them (collector/README.md).
 */
import { createHash, type Hash } from "node:crypto";
import type { ArtifactStream } from "../model/artifact.ts";
import { isManifestPath, type BundleManifest, type ManifestItem } from "./manifest.ts";

export interface ItemProblem {
  kind: "checksum" | "size" | "missing" | "unexpected";
  /** Path of the member. */
  path: string;
  message: string;
}

export interface IntegrityResult {
  /** Members whose checksum was compared. */
  checked: number;
  /** Members that have a record without a checksum: files taken in place, or a node without sha256sum. */
  unchecked: number;
  problems: ItemProblem[];
}

export interface Integrity {
  /** The same artifact; what is read of it is counted, and hashed where `planned` says that a checksum may come. */
  watch(artifact: ArtifactStream, planned: boolean): ArtifactStream;
  /** Compares what was read with what the manifest says. Call it after the last artifact. */
  check(manifest: BundleManifest): IntegrityResult;
}

interface Seen {
  bytes: number;
  sha256: string | null;
  /** False when the bundle ended, or a limit bit, before its end: that is told elsewhere. */
  whole: boolean;
}

/** Watches the artifacts of one reading of a bundle. */
export function createIntegrity(): Integrity {
  const seen = new Map<string, Seen>();
  return {
    watch(artifact, planned) {
      const entry: Seen = { bytes: 0, sha256: null, whole: false };
      if (artifact.link === null) seen.set(artifact.path, entry);
      return { ...artifact, chunks: counted(artifact, planned ? createHash("sha256") : null, entry) };
    },
    check(manifest) {
      const items = new Map(manifest.items.map((item) => [item.path, item]));
      const problems = manifest.items.flatMap((item) => problemOf(item, seen.get(item.path)) ?? []);
      const checked = manifest.items.filter((item) => item.sha256 !== null && seen.get(item.path)?.whole === true);
      // Without the last member the list is not known to be complete, and one written by hand has none.
      const listed = manifest.whole && manifest.steps.length > 0;
      const extra = listed ? [...seen.keys()].filter((path) => !items.has(path) && !isManifestPath(path)) : [];
      for (const path of extra.sort()) {
        problems.push({ kind: "unexpected", path, message: `${path} is in the bundle, and no step tells of it.` });
      }
      return { checked: checked.length, unchecked: items.size - checked.length, problems };
    },
  };
}

async function* counted(artifact: ArtifactStream, hash: Hash | null, entry: Seen): AsyncGenerator<Buffer> {
  for await (const chunk of artifact.chunks) {
    entry.bytes += chunk.length;
    hash?.update(chunk);
    yield chunk;
  }
  entry.whole = artifact.size !== null && entry.bytes === artifact.size;
  entry.sha256 = hash?.digest("hex") ?? null;
}

function problemOf(item: ManifestItem, seen: Seen | undefined): ItemProblem | null {
  const { path, step, sha256, bytes } = item;
  if (seen === undefined) {
    if (bytes === 0) return null;
    return { kind: "missing", path, message: `${path} is not in the bundle, and step ${step} says that it is.` };
  }
  if (!seen.whole) return null;
  if (sha256 !== null && seen.sha256 !== null && seen.sha256 !== sha256) {
    const message = `${path} differs from the checksum that step ${step} gives: it was changed after it was collected.`;
    return { kind: "checksum", path, message };
  }
  if (bytes !== null && bytes !== seen.bytes) {
    const message = `${path} has ${seen.bytes} bytes, and step ${step} says ${bytes}.`;
    return { kind: "size", path, message };
  }
  return null;
}
