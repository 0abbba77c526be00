import type { EntityRef } from "../model/rule.ts";
import { layerOfPath } from "../store/graph.ts";
import { shortId } from "./_fill.ts";
import type { RuleView } from "./types.ts";

/** The layer behind a short name, `overlay2/l/QA2ZLM3NOP4RST5UVW6XYZ7ABC`, when the bundle tells it. */
function layerOfShortName(path: string, view: RuleView): string | null {
  const name = /\/overlay2\/l\/([A-Z2-7]{26})$/.exec(path)?.[1];
  const layer = name === undefined ? undefined : view.resolve("layer", name).key;
  return layer === undefined || layer === name ? null : layer;
}

/** The path, and the layer it belongs to when it lies in one. */
export function pathEntities(path: string, view?: RuleView): EntityRef[] {
  const layer = layerOfPath(path) ?? (view ? layerOfShortName(path, view) : null);
  const own: EntityRef = { kind: "path", key: path };
  return layer === null ? [own] : [own, { kind: "layer", key: layer }];
}

/** The containers that need a layer, each with its pod, as a report names them. */
export function usersOfLayer(layer: EntityRef, view: RuleView): string[] {
  return view.linked(layer, "container").map((container) => {
    const [pod] = view.linked(container, "pod");
    const of = pod && (view.title(pod) !== pod.key || pod.key.includes("/")) ? ` of pod ${view.title(pod)}` : "";
    return `container ${shortId(view.title(container))}${of}`;
  });
}
