/**
 * An overlay2 layer whose directory lacks its `link` file, or whose `link` is empty (moby daemon/graphdriver/overlay2:
 * every layer has a 26 character `link`; base layers have no `lower`, which is no damage). e2fsck leaves layers like this
 * when it removes entries that it cannot repair; a power cut leaves empty files.
 */
import type { Fact } from "../model/fact.ts";
import type { EntityRef, FindingDraft, RemedyStep } from "../model/rule.ts";
import { fillRemedy, shortId } from "./_fill.ts";
import type { RuleView, StructuralRule } from "./types.ts";

interface Layer {
  id: string;
  entries: Map<string, Fact<"directory-entry">>;
}

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

function fault(layer: Layer): { text: string; fact: Fact<"directory-entry"> } | null {
  const diff = layer.entries.get("diff");
  const link = layer.entries.get("link");
  if (link?.value.type === "file" && link.value.size === 0) return { text: "its link file is empty", fact: link };
  // Without `diff` the listing did not go into the layer, and nothing can be said.
  if (!diff || link) return null;
  return { text: "its link file is missing", fact: diff };
}

const remedy: RemedyStep[] = [
  {
    text: "Another check of the filesystem does not bring the files back. Keep a copy of the runtime's directory first.",
    command: "sudo tar -C {dockerRoot} -czf /media/usb/docker-overlay2.tar.gz image containers",
    risk: "backup",
  },
  {
    text: "Remove the container and its image, so that all of its layers are created again from the registry (or from an archive: docker load).",
    command: "docker rm -f {container}; docker rmi -f {image}; docker pull {image}",
    risk: "change",
  },
  {
    text: "See that the pod comes up and that no layer is incomplete any more.",
    command: "docker ps -a; sudo ls -la {layerPath}",
    risk: "safe",
  },
];

function draftFor(view: RuleView, layer: Layer): FindingDraft | null {
  const found = fault(layer);
  if (!found) return null;
  const ref: EntityRef = { kind: "layer", key: layer.id.replace(/-init$/, "") };
  const users = [...view.linked(ref, "container"), ...view.linked(ref, "image")];
  const names = users.slice(0, 3).map((user) => view.title(user));
  const used = names.length > 0 ? `, which ${names.join(", ")} needs` : "";
  const entities = [ref, ...users, { kind: "path" as const, key: found.fact.value.path.replace(/\/[^/]+$/, "/link") }];
  return {
    subject: layer.id,
    title: `Layer ${shortId(layer.id)} is incomplete: ${found.text}`,
    summary: `The layer ${layer.id}${used} is incomplete: ${found.text}. Nothing can be built on it or read from it.`,
    confidence: "certain",
    severity: users.length > 0 ? "critical" : "major",
    window: null,
    active: true,
    count: 1,
    evidence: [view.evidence(found.fact, `${found.fact.value.path}: ${found.text}`)],
    entities,
    remedy: fillRemedy(remedy, view, entities, null),
  };
}

const directory = "/var/lib/docker/overlay2/77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa";

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "layer-incomplete",
  title: "A layer of overlay2 is incomplete",
  passTitle: "Every layer of overlay2 that was listed has its link file",
  why: "docker finds a layer by the name in its link file. Without it, the container or image that is built on the layer can be neither read nor started.",
  layer: "runtime-storage",
  role: "effect",
  cause: "image-layer-corruption",
  severity: "critical",
  confidence: "certain",
  explains: [
    "layer-path-missing",
    "create-container-error",
    "pod-sync-failed",
    "sandbox-status-failed",
    "control-plane-down",
  ],
  remedy,
  references: ["https://github.com/moby/moby/blob/master/daemon/graphdriver/overlay2/overlay.go"],
  needs: ["layer-listing"],
  evaluate: (view) => listedLayers(view).flatMap((layer) => draftFor(view, layer) ?? []),
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
    ],
    quiet: [
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
