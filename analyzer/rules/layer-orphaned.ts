/**
 * Directories under overlay2 that docker's layer database does not know: no container (mount-id, init-id) and no image
 * (cache-id) refers to them. A pull or a removal that was cut leaves them; they hold space and do no other harm.
 */
import type { Fact } from "../model/fact.ts";
import type { FindingDraft } from "../model/rule.ts";
import { shortId } from "./_fill.ts";
import type { RuleView, StructuralRule } from "./types.ts";

const DIRECTORY = /\/overlay2\/([0-9a-f]{64}(?:-init)?)$/;

/** Layers that anything in the bundle refers to. Null when one half of the database is not in it. */
function referred(view: RuleView): Set<string> | null {
  const records = view.facts("layer-database");
  const images = records.filter(({ value }) => value.file === "cache-id");
  const containers = records.filter(({ value }) => value.file === "mount-id");
  if (images.length === 0 || containers.length === 0) return null;
  return new Set([
    ...records.flatMap(({ value }) => (/^(?:cache-id|mount-id|init-id)$/.test(value.file) ? [value.content] : [])),
    ...view.facts("container").flatMap(({ value }) => value.layers),
    ...view.facts("image").flatMap(({ value }) => value.layers),
  ]);
}

function evaluate(view: RuleView): FindingDraft[] {
  const known = referred(view);
  if (known === null) return [];
  const listed = new Map<string, Fact<"directory-entry">>();
  for (const fact of view.facts("directory-entry")) {
    const layer = DIRECTORY.exec(fact.value.path)?.[1];
    if (layer !== undefined && fact.value.type !== "file") listed.set(layer, fact);
  }
  const orphans = [...listed].filter(([layer]) => !known.has(layer) && !known.has(layer.replace(/-init$/, "")));
  // A database that knows hardly any of the layers was cut, or belongs to another directory.
  if (orphans.length === 0 || orphans.length * 2 > listed.size) return [];
  const shown = orphans.slice(0, 5).map(([layer]) => shortId(layer));
  const more = orphans.length > shown.length ? ` and ${orphans.length - shown.length} more` : "";
  return [
    {
      subject: "",
      title: `${orphans.length === 1 ? "A layer belongs" : `${orphans.length} layers belong`} to no container and no image: ${shown.join(", ")}${more}`,
      summary: `No container and no image refers to ${orphans.length === 1 ? "the layer" : "the layers"} ${orphans
        .slice(0, 20)
        .map(([layer]) => layer)
        .join(
          ", ",
        )}${orphans.length > 20 ? ` and ${orphans.length - 20} more` : ""}. They hold space; docker does not remove them by itself.`,
      confidence: "likely",
      window: null,
      active: true,
      count: orphans.length,
      evidence: orphans.slice(0, 8).map(([, fact]) => view.evidence(fact, fact.value.path)),
      entities: orphans.slice(0, 50).map(([layer]) => ({ kind: "layer", key: layer.replace(/-init$/, "") })),
    },
  ];
}

const id = (digit: string): string => digit.repeat(64);

function bundle(directories: string[], database: string[]): Record<string, string> {
  const rows = [...directories, "l"].map((name) => `drwx------ 4 root root 4096 Jan  3 10:00 ${name}`);
  return {
    "list.txt": ["/var/lib/docker/overlay2:", "total 8", ...rows].join("\n"),
    "layerdb.txt": database.join("\n"),
  };
}

const DATABASE = [
  `mounts/${id("1")}/mount-id=${id("a")}`,
  `mounts/${id("1")}/init-id=${id("a")}-init`,
  `sha256/${id("2")}/cache-id=${id("b")}`,
];

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "layer-orphaned",
  title: "Layers that belong to no container and no image",
  passTitle: "Every layer on the disk belongs to a container or an image",
  why: "They take room that no docker command gives back, and show that a pull or a removal was cut, as by a power cut or a full disk.",
  layer: "runtime-storage",
  role: "marker",
  cause: "unknown",
  severity: "info",
  confidence: "likely",
  explains: [],
  remedy: [
    {
      text: "See how much room they take, and that docker does not know them.",
      command: "sudo du -sh /var/lib/docker/overlay2/* | sort -h | tail; sudo docker system df -v | head -40",
      risk: "safe",
    },
  ],
  references: ["https://github.com/moby/moby/blob/master/layer/filestore.go"],
  needs: ["layer-listing"],
  evaluate,
  cases: {
    fires: [bundle([id("a"), `${id("a")}-init`, id("b"), id("c")], DATABASE)],
    quiet: [
      bundle([id("a"), `${id("a")}-init`, id("b")], DATABASE),
      // Without the records of containers nobody can tell.
      bundle([id("a"), id("b"), id("c")], DATABASE.slice(2)),
    ],
  },
};

export default rule;
