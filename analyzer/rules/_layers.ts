import type { EntityRef } from "../model/rule.ts";
import { layerOfPath } from "../store/graph.ts";

/** The path, and the layer it belongs to when it lies in one. */
export function pathEntities(path: string): EntityRef[] {
  const layer = layerOfPath(path);
  const own: EntityRef = { kind: "path", key: path };
  return layer === null ? [own] : [own, { kind: "layer", key: layer }];
}
