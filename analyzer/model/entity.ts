import type { EntityKind } from "./words.ts";

/** The id of an entity, stable over runs: kind and key. `key` is its full id where one is known: a pod's uid. */
export function entityId(kind: EntityKind, key: string): string {
  return `${kind}:${key}`;
}
