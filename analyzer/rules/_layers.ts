import type { EntityRef } from "../model/rule.ts";

/** The id of an overlay2 layer inside of a path, without `-init`; null for other paths. */
export function layerOfPath(path: string): string | null {
  return /\/overlay2\/([0-9a-f]{32,64})(?:-init)?(?:\/|$)/.exec(path)?.[1] ?? null;
}

/** The path, and the layer it belongs to when it lies in one. */
export function pathEntities(path: string): EntityRef[] {
  const layer = layerOfPath(path);
  const own: EntityRef = { kind: "path", key: path };
  return layer === null ? [own] : [own, { kind: "layer", key: layer }];
}
