import type { Locator } from "./artifact.ts";
import type { EntityKind } from "./words.ts";

/** A thing of the node. `key` is its full id where one is known: `container` 64 hex digits, `pod` its uid. */
export interface Entity {
  id: string;
  kind: EntityKind;
  key: string;
  title: string;
}

/** How two entities hang together; `kind` reads from → to: `has-layer`, `runs-in`, `serves`, `lies-on`, `backed-by`. */
export interface EntityLink {
  from: string;
  to: string;
  kind: string;
  evidence: Locator | null;
}

/** The id of an entity, stable over runs: kind and key. */
export function entityId(kind: EntityKind, key: string): string {
  return `${kind}:${key}`;
}
