/**
 * An overlay2 layer whose directory lacks its `link` file, or whose `link` is empty (moby daemon/graphdriver/overlay2:
 * every layer has a 26 character `link`; base layers have no `lower`, which is no damage), and a layer that docker's
 * layer database counts on but that has no directory. e2fsck leaves layers like these when it removes entries that it
 * cannot repair; a power cut leaves empty files.
 */
import type { Fact } from "../model/fact.ts";
import type { EntityRef, Evidence, FindingDraft } from "../model/rule.ts";
import { remedies } from "./_remedies.ts";
import { fillRemedy, shortId } from "./_fill.ts";
import { usersOfLayer } from "./_layers.ts";
import type { RuleView, StructuralRule } from "./types.ts";

interface Layer {
  id: string;
  entries: Map<string, Fact<"directory-entry">>;
}

interface Fault {
  layer: string;
  text: string;
  /** What is not there. */
  path: string;
  evidence: Evidence[];
}

const IN_ROOT = /\/overlay2\/(?:l|[0-9a-f]{32,64}(?:-init)?)$/;
const IN_LAYER = /\/overlay2\/([0-9a-f]{32,64}(?:-init)?)\/([^/]+)$/;

function listedLayers(view: RuleView): Layer[] {
  const layers = new Map<string, Layer>();
  for (const fact of view.facts("directory-entry")) {
    const match = IN_LAYER.exec(fact.value.path);
    if (!match?.[1] || !match[2]) continue;
    const layer = layers.get(match[1]) ?? { id: match[1], entries: new Map() };
    layer.entries.set(match[2], fact);
    layers.set(match[1], layer);
  }
  return [...layers.values()];
}

function faultOf(view: RuleView, { id, entries }: Layer): Fault | null {
  const diff = entries.get("diff");
  const link = entries.get("link");
  const fault = (text: string, fact: Fact<"directory-entry">): Fault => {
    const path = fact.value.path.replace(/\/[^/]+$/, "/link");
    return { layer: id, text, path, evidence: [view.evidence(fact, `${fact.value.path}: ${text}`)] };
  };
  if (link?.value.type === "file" && link.value.size === 0) return fault("its link file is empty", link);
  // Without `diff` the listing did not go into the layer, and nothing can be said.
  return diff && !link ? fault("its link file is missing", diff) : null;
}

/**
 * The directory that holds the layers, and the names in it, when the whole of it was listed: `l` comes after all layers.
 * The listing of a layer, or of `l`, names itself too, but not next to another layer.
 */
function listedRoot(view: RuleView): { root: string; layers: Set<string> } | null {
  const facts = view.facts("directory-entry").filter(({ value }) => IN_ROOT.test(value.path));
  const at = new Set(facts.map(({ artifact, line }) => `${artifact}:${line}`));
  const last = facts.find(
    ({ value, artifact, line }) => value.path.endsWith("/l") && line !== null && at.has(`${artifact}:${line - 1}`),
  );
  if (!last) return null;
  return { root: last.value.path.slice(0, -2), layers: new Set(facts.map(({ value }) => nameIn(value.path))) };
}

function nameIn(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Layers of the database without a directory. When most have none, the listing is of something else. */
function missingLayers(view: RuleView): Fault[] {
  const listed = listedRoot(view);
  if (!listed) return [];
  const known = new Map<string, Fact<"layer-database">>();
  for (const fact of view.facts("layer-database")) {
    if (/^(?:cache-id|mount-id|init-id)$/.test(fact.value.file)) known.set(fact.value.content, fact);
  }
  const missing = [...known].filter(([id]) => /^[0-9a-f]{64}(?:-init)?$/.test(id) && !listed.layers.has(id));
  if (missing.length * 2 > known.size) return [];
  const shortNames = view.facts("directory-entry").filter(({ value }) => value.target !== null);
  return missing.map(([layer, fact]) => {
    const dangling = shortNames.find(({ value }) => value.target === `../${layer}/diff`);
    const path = `${listed.root}/${layer}`;
    const said = [view.evidence(fact, `${fact.value.owner} ${fact.value.file}: ${layer}`)];
    if (dangling) said.push(view.evidence(dangling, `${dangling.value.path} -> ${dangling.value.target}`));
    return { layer, text: "its directory is gone", path, evidence: said };
  });
}

const remedy = remedies["recreate-layer"] ?? [];

function draftFor(view: RuleView, { layer, text, path, evidence }: Fault): FindingDraft {
  const ref: EntityRef = { kind: "layer", key: layer.replace(/-init$/, "") };
  const images = view.linked(ref, "image");
  const users = [...view.linked(ref, "container"), ...images];
  const names = [...usersOfLayer(ref, view), ...images.map((image) => `image ${view.title(image)}`)];
  const used = names.length > 0 ? ` Needed by: ${names.slice(0, 3).join(", ")}.` : "";
  const entities = [ref, ...users, { kind: "path" as const, key: path }];
  return {
    subject: layer,
    title: `Layer ${shortId(layer)} is incomplete: ${text}`,
    summary: `The layer ${layer} is incomplete: ${text}. Nothing can be built on it or read from it.${used}`,
    confidence: "certain",
    severity: users.length > 0 ? "critical" : "major",
    window: null,
    active: true,
    count: 1,
    evidence,
    entities,
    remedy: fillRemedy(remedy, view, entities, null),
  };
}

function evaluate(view: RuleView): FindingDraft[] {
  const damaged = listedLayers(view).flatMap((layer) => faultOf(view, layer) ?? []);
  return [...damaged, ...missingLayers(view)].map((fault) => draftFor(view, fault));
}

const directory = "/var/lib/docker/overlay2/77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa";

const layer = (digit: string): string => digit.repeat(64);

function listing(...layers: string[]): string {
  const rows = [".", "..", ...layers, "l"].map((name) => `drwx------ 4 root root 4096 Jan  3 10:00 ${name}`);
  return ["/var/lib/docker/overlay2:", "total 8", ...rows].join("\n");
}

function database(...layers: string[]): string {
  return layers.map((id) => `sha256/${id}/cache-id=${id}`).join("\n");
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "layer-incomplete",
  title: "A layer of overlay2 is incomplete",
  passTitle: "No layer of overlay2 lacks its directory or its link file",
  why: "docker finds a layer by the name in its link file. Without it, the container or image that is built on the layer can be neither read nor started.",
  layer: "runtime-storage",
  role: "effect",
  cause: "image-layer-corruption",
  severity: "critical",
  confidence: "certain",
  explains: [
    "overlay-mount-failed",
    "container-start-damaged",
    "layer-path-missing",
    "create-container-error",
    "pod-sync-failed",
    "sandbox-status-failed",
    "control-plane-down",
  ],
  remedy,
  references: ["https://github.com/moby/moby/blob/master/daemon/graphdriver/overlay2/overlay.go"],
  needs: ["layer-listing"],
  evaluate,
  cases: {
    fires: [
      {
        "listing.txt": [
          `${directory}:`,
          "total 8",
          "drwx------ 4 root root 4096 Jan  3 10:00 .",
          "drwx------ 9 root root 4096 Jan  3 10:00 ..",
          "-rw------- 1 root root    0 Jan  3 10:00 committed",
          "drwxr-xr-x 2 root root 4096 Jan  3 10:00 diff",
        ].join("\n"),
      },
      {
        "overlay2.txt": listing(layer("a"), layer("b")),
        "layerdb.txt": database(layer("a"), layer("b"), layer("c")),
      },
    ],
    quiet: [
      {
        "overlay2.txt": listing(layer("a"), layer("b"), layer("c")),
        "layerdb.txt": database(layer("a"), layer("b"), layer("c")),
      },
      {
        // Cut: the rest of the names did not get into the bundle.
        "overlay2.txt": listing(layer("a"), layer("b")).replace(/\n[^\n]* l$/, ""),
        "layerdb.txt": database(layer("a"), layer("b"), layer("c")),
      },
      {
        "listing.txt": [
          `${directory}:`,
          "total 8",
          "drwx------ 4 root root 4096 Jan  3 10:00 .",
          "drwx------ 9 root root 4096 Jan  3 10:00 ..",
          "drwxr-xr-x 2 root root 4096 Jan  3 10:00 diff",
          "-rw-r--r-- 1 root root   26 Jan  3 10:00 link",
        ].join("\n"),
      },
    ],
  },
};

export default rule;
