/** An analysis reads a bundle twice; what gives its bytes only once is kept from the first time. */
import type { Limits } from "../bundle/limits.ts";
import { openBundle, readsOnce } from "../bundle/open.ts";
import type { OpenedBundle } from "../model/artifact.ts";

/** Those of the paths that are pipes or standard input. */
export async function onceAmong(paths: readonly string[]): Promise<Set<string>> {
  const once = new Set<string>();
  for (const path of paths) if (await readsOnce(path)) once.add(path);
  return once;
}

/**
 * Gives the bundle that was opened first, then the same again. Of pipes it is kept open, and whoever opened it closes it;
 * others are opened anew, without their checksum.
 */
export function reopen(
  first: OpenedBundle,
  paths: string[],
  limits: Partial<Limits>,
  once: ReadonlySet<string>,
): () => Promise<OpenedBundle> {
  if (paths.some((path) => once.has(path))) return async () => ({ ...first, close: async () => undefined });
  let pending: OpenedBundle | null = first;
  return async () => {
    const opened = pending ?? (await openBundle(paths, { hash: false, limits }));
    pending = null;
    return opened;
  };
}
