/**
 * The links between layers of overlay2 (moby daemon/graphdriver/overlay2): `link` holds a layer's short name, `l/<short
 * name>` leads back to the layer, and `lower` lists the short names of all layers below. Any of them that leads nowhere
 * breaks what is built on it, although every directory is there.
 */
import type { Fact } from "../model/fact.ts";
import type { EntityRef, Evidence, FindingDraft } from "../model/rule.ts";
import { remedies } from "./_remedies.ts";
import { fillRemedy, shortId } from "./_fill.ts";
import { usersOfLayer } from "./_layers.ts";
import type { RuleView, StructuralRule } from "./types.ts";

interface Fault {
  layer: string;
  text: string;
  path: string;
  evidence: Evidence[];
}

const SHORT = /\/overlay2\/l\/([A-Z2-7]{26})$/;
const TARGET = /^\.\.\/([0-9a-f]{64}(?:-init)?)\/diff$/;

/** The short names under l/, each with the layer it leads to. Null when l/ was not listed. */
function shortNames(view: RuleView): Map<string, { layer: string | null; fact: Fact<"directory-entry"> }> | null {
  const found = new Map<string, { layer: string | null; fact: Fact<"directory-entry"> }>();
  for (const fact of view.facts("directory-entry")) {
    const name = SHORT.exec(fact.value.path)?.[1];
    if (name !== undefined) found.set(name, { layer: TARGET.exec(fact.value.target ?? "")?.[1] ?? null, fact });
  }
  return found.size > 0 ? found : null;
}

function pathOf(view: RuleView, layer: string, file: string): string {
  const root = view.facts("directory-entry").find(({ value }) => /\/overlay2\/(?:l\/|[0-9a-f]{64})/.test(value.path));
  const base = root?.value.path.replace(/\/overlay2\/.*$/, "/overlay2") ?? "/var/lib/docker/overlay2";
  return `${base}/${layer}/${file}`;
}

/** A list of which most names are missing is not the list that goes with these layers. */
function few<T>(faults: T[], all: number): T[] {
  return faults.length * 2 > all ? [] : faults;
}

function badLinks(view: RuleView): Fault[] {
  const names = shortNames(view);
  const links = view.facts("layer-file").filter(({ value }) => value.file === "link" && !!value.content);
  if (names === null || links.length === 0) return [];
  const faults = links.flatMap((fact): Fault[] => {
    const { layer, content } = fact.value;
    const known = names.get(content ?? "");
    const path = pathOf(view, layer, "link");
    const said = view.evidence(fact, `${layer}/link: ${content}`);
    if (!known) return [{ layer, path, text: `its short name ${content} is not under l/`, evidence: [said] }];
    if (known.layer === null || known.layer === layer) return [];
    const other = view.evidence(known.fact, `l/${content} -> ${known.fact.value.target}`);
    return [{ layer, path, text: `its short name ${content} leads to another layer`, evidence: [said, other] }];
  });
  return few(faults, links.length);
}

function badLowers(view: RuleView): Fault[] {
  const names = shortNames(view);
  const lowers = view.facts("layer-file").filter(({ value }) => value.file === "lower");
  const empty = lowers.flatMap((fact): Fault[] => {
    const { layer, content } = fact.value;
    if (content !== "") return [];
    const path = pathOf(view, layer, "lower");
    return [
      { layer, path, text: "its lower file is empty", evidence: [view.evidence(fact, `${layer}/lower is empty`)] },
    ];
  });
  if (names === null) return empty;
  const dangling = lowers.flatMap((fact): Fault[] => {
    const { layer, content } = fact.value;
    const gone = (content ?? "")
      .split(":")
      .map((part) => part.replace(/^l\//, ""))
      .filter((name) => /^[A-Z2-7]{26}$/.test(name) && !names.has(name));
    if (gone.length === 0) return [];
    const text = `its lower file names ${gone.slice(0, 2).join(" and ")}, which ${gone.length === 1 ? "is" : "are"} not under l/`;
    return [
      { layer, path: pathOf(view, layer, "lower"), text, evidence: [view.evidence(fact, `${layer}/lower: ${text}`)] },
    ];
  });
  return [...empty, ...few(dangling, lowers.length)];
}

/** Short names that lead to a layer whose directory was looked into and is not there. */
function danglingNames(view: RuleView): Fault[] {
  const names = shortNames(view);
  const listed = new Set(
    view
      .facts("directory-entry")
      .flatMap(({ value }) => /\/overlay2\/([0-9a-f]{64}(?:-init)?)(?:\/|$)/.exec(value.path)?.[1] ?? []),
  );
  if (names === null || listed.size < 2) return [];
  const faults = [...names].flatMap(([name, { layer, fact }]): Fault[] => {
    if (layer === null || listed.has(layer)) return [];
    const evidence = [view.evidence(fact, `${fact.value.path} -> ${fact.value.target}`)];
    return [
      { layer, text: `the short name ${name} leads to it, and its directory is gone`, path: fact.value.path, evidence },
    ];
  });
  return few(faults, names.size);
}

const remedy = remedies["recreate-layer"] ?? [];

function draftFor(view: RuleView, faults: Fault[]): FindingDraft {
  const [{ layer, path }] = faults as [Fault];
  const ref: EntityRef = { kind: "layer", key: layer.replace(/-init$/, "") };
  const users = [...view.linked(ref, "container"), ...view.linked(ref, "image")];
  const names = usersOfLayer(ref, view);
  const text = faults.map((fault) => fault.text).join("; ");
  const entities: EntityRef[] = [ref, ...users, { kind: "path", key: path }];
  return {
    subject: layer,
    title: `The links of layer ${shortId(layer)} are broken: ${faults[0]?.text ?? ""}`,
    summary: `The links of layer ${layer} are broken: ${text}.${names.length > 0 ? ` Needed by: ${names.slice(0, 3).join(", ")}.` : ""}`,
    confidence: "certain",
    severity: users.length > 0 ? "critical" : "minor",
    window: null,
    active: true,
    count: faults.length,
    evidence: faults.flatMap(({ evidence }) => evidence).slice(0, 6),
    entities,
    remedy: fillRemedy(remedy, view, entities, null),
  };
}

function evaluate(view: RuleView): FindingDraft[] {
  const incomplete = new Set(view.findings("layer-incomplete").map(({ subject }) => subject));
  const groups = new Map<string, Fault[]>();
  for (const fault of [...badLinks(view), ...badLowers(view), ...danglingNames(view)]) {
    // A layer that is gone altogether, or lacks its link, is told of by another check.
    if (!incomplete.has(fault.layer)) groups.set(fault.layer, [...(groups.get(fault.layer) ?? []), fault]);
  }
  return [...groups.values()].slice(0, 20).map((faults) => draftFor(view, faults));
}

const id = (digit: string): string => digit.repeat(64);
const name = (letter: string): string => letter.repeat(26);

function bundle(links: [string, string][], files: string[], layers: string[]): Record<string, string> {
  const rows = links.map(
    ([short, layer]) => `lrwxrwxrwx 1 root root 72 Jan  3 10:00 ${name(short)} -> ../${id(layer)}/diff`,
  );
  const directories = layers.map((layer) => `drwx------ 4 root root 4096 Jan  3 10:00 ${id(layer)}`);
  return {
    "l.txt": ["/var/lib/docker/overlay2/l:", "total 0", ...rows].join("\n"),
    "list.txt": [
      "/var/lib/docker/overlay2:",
      "total 8",
      ...directories,
      "drwx------ 2 root root 4096 Jan  3 10:00 l",
    ].join("\n"),
    "link-lower.txt": files.join("\n"),
  };
}

const SOUND: [string, string][] = [
  ["A", "a"],
  ["B", "b"],
  ["C", "c"],
];
const FILES = [`${id("a")}/link: ${name("A")}`, `${id("b")}/link: ${name("B")}`, `${id("c")}/link: ${name("C")}`];

const rule: StructuralRule = {
  type: "structural",
  stage: 2,
  id: "layer-chain-broken",
  title: "The links between layers of overlay2 are broken",
  passTitle: "The links between the layers of overlay2 lead where they should",
  why: "docker mounts a container's layers by short names. A name that leads nowhere, or to another layer, keeps every container that needs it from starting.",
  layer: "runtime-storage",
  role: "effect",
  cause: "image-layer-corruption",
  severity: "critical",
  confidence: "certain",
  explains: [
    "layer-link-invalid",
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
      // `link` names what is not under l/.
      bundle(SOUND, [FILES[0] ?? "", FILES[1] ?? "", `${id("c")}/link: ${name("D")}`], ["a", "b", "c"]),
      // `lower` names what is not under l/.
      bundle(
        SOUND,
        [...FILES, `${id("a")}/lower: l/${name("B")}:l/${name("Z")}`, `${id("b")}/lower: l/${name("C")}`],
        ["a", "b", "c"],
      ),
      // A short name leads to a directory that is gone.
      bundle([...SOUND, ["E", "e"]], FILES, ["a", "b", "c"]),
      // A short name leads to another layer.
      bundle(
        [
          ["A", "a"],
          ["B", "b"],
          ["C", "a"],
        ],
        FILES,
        ["a", "b", "c"],
      ),
    ],
    quiet: [
      bundle(SOUND, [...FILES, `${id("a")}/lower: l/${name("B")}:l/${name("C")}`], ["a", "b", "c"]),
      // The list of short names is not in the bundle.
      { "link-lower.txt": [...FILES, `${id("a")}/lower: l/${name("B")}:l/${name("C")}`].join("\n") },
    ],
  },
};

export default rule;
