import type { BundleDamage } from "../model/artifact.ts";
import type { Piece } from "./cursor.ts";
import { DEFAULT_MAX_LINE_BYTES } from "./splitter.ts";

/** What a bundle may cost. Bytes are counted after decompression. */
export interface Limits {
  maxTotalBytes: number;
  maxArtifactBytes: number;
  /** Members of an archive, or files of a directory. */
  maxEntries: number;
  /** Characters of a path. */
  maxPathLength: number;
  /** Bytes of a line that are kept. */
  maxLineBytes: number;
  /** Events that are kept: each costs memory until the report is written. */
  maxEvents: number;
  /** Bytes out for one byte in, once more than 100 MB have come out. */
  maxRatio: number;
}

const GIB = 1024 ** 3;

export const defaultLimits: Limits = {
  maxTotalBytes: 16 * GIB,
  maxArtifactBytes: 4 * GIB,
  maxEntries: 200_000,
  maxPathLength: 4_096,
  maxLineBytes: DEFAULT_MAX_LINE_BYTES,
  maxEvents: 10_000_000,
  maxRatio: 5_000,
};

/** The command-line option that raises each limit, as the sentences name it. */
export const limitOptions: Record<keyof Limits, string> = {
  maxTotalBytes: "--max-total-bytes",
  maxArtifactBytes: "--max-artifact-bytes",
  maxEntries: "--max-entries",
  maxPathLength: "--max-path-length",
  maxLineBytes: "--max-line-bytes",
  maxEvents: "--max-events",
  maxRatio: "--max-ratio",
};

const RATIO_FLOOR_BYTES = 100_000_000;
/** Input that was read but not yet counted by the decompressor. */
const READ_AHEAD_BYTES = 256 * 1024;
const MAX_DAMAGES = 1_000;

/** What one reading of a bundle shares between its layers. */
export interface ReadContext {
  limits: Limits;
  damage: DamageLog;
  /** Bytes taken from disk so far. */
  consumed: number;
  /** Bytes that came out so far, nested decompression included. */
  produced: number;
  /** Set when a limit ended the whole reading: what follows is not damage. */
  stopped: boolean;
}

export interface DamageLog {
  add(damage: BundleDamage): void;
  list(): BundleDamage[];
}

/** A fresh context: nothing read, nothing wrong. */
export function createReadContext(limits: Limits): ReadContext {
  return { limits, damage: createDamageLog(), consumed: 0, produced: 0, stopped: false };
}

/** Keeps the first 1,000 damages and counts the rest, so that a hostile bundle cannot fill the memory with sentences. */
function createDamageLog(): DamageLog {
  const kept: BundleDamage[] = [];
  let dropped = 0;
  return {
    add(damage) {
      const again = damage.kind === "cut" && kept.some((other) => other.kind === "cut" && other.path === damage.path);
      if (again) return;
      if (kept.length < MAX_DAMAGES) kept.push(damage);
      else dropped++;
    },
    list() {
      const cutWithPath = kept.some((damage) => damage.kind === "cut" && damage.path !== null);
      const shown = cutWithPath ? kept.filter((damage) => damage.kind !== "cut" || damage.path !== null) : [...kept];
      if (dropped > 0) {
        const message = `${dropped} more damaged or skipped entries are not listed.`;
        shown.push({ kind: "damaged", path: null, byteOffset: null, message });
      }
      return shown;
    },
  };
}

/** The tail of a sentence about a limit. */
export function limitHint(limit: keyof Limits, limits: Limits): string {
  return `the limit is ${limits[limit]} (raise it with ${limitOptions[limit]})`;
}

/**
 * Passes pieces on and counts them against the total and the ratio. `path` is the artifact that is being decompressed,
 * or null for the whole bundle, whose reading then ends.
 */
export async function* metered(
  pieces: AsyncIterable<Piece>,
  context: ReadContext,
  path: string | null,
): AsyncGenerator<Piece> {
  const { limits } = context;
  const consumedBefore = context.consumed;
  let produced = 0;
  for await (const piece of pieces) {
    if (!Buffer.isBuffer(piece)) {
      yield piece;
      continue;
    }
    produced += piece.length;
    context.produced += piece.length;
    if (context.produced > limits.maxTotalBytes) {
      context.stopped = true;
      limitDamage(context, path, `Reading stopped: the bundle unpacks to too many bytes; ${hint("maxTotalBytes")}.`);
      return;
    }
    const consumed = context.consumed - consumedBefore + READ_AHEAD_BYTES;
    if (produced > RATIO_FLOOR_BYTES && produced / consumed > limits.maxRatio) {
      if (path === null) context.stopped = true;
      const what = path ?? "the bundle";
      limitDamage(
        context,
        path,
        `Reading of ${what} stopped after ${produced} bytes: it unpacks to far more than it is; ${hint("maxRatio")}.`,
      );
      return;
    }
    yield piece;
  }

  function hint(limit: keyof Limits): string {
    return limitHint(limit, limits);
  }
}

function limitDamage(context: ReadContext, path: string | null, message: string): void {
  context.damage.add({ kind: "limit", path, byteOffset: null, message });
}
