import type { EntityRef, RemedyStep } from "../model/rule.ts";
import type { placeholders, SharedStep } from "./_remedies.ts";
import { commandFor, runtimeOf } from "./_runtime.ts";
import type { RuleView } from "./types.ts";

/** The first 12 characters of a long id, as docker shows it. */
export function shortId(id: string): string {
  return /^[0-9a-f]{24,}$/.test(id) ? `${id.slice(0, 12)}…` : id;
}

/** A word as a safe shell argument; bundles are hostile, and their names end up in commands that people paste. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) && !word.startsWith("-") ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function shellPath(path: string | undefined): string {
  return path === undefined ? "<path>" : shellWord(path);
}

/** The containers that the layers belong to, and the others of their pods that are down with them: at most four. */
function usersOf(layers: EntityRef[], entities: EntityRef[], view: RuleView): EntityRef[] {
  const own = layers.flatMap((layer) => view.linked(layer, "container"));
  const direct = own.length > 0 ? own : entities.filter(({ kind }) => kind === "container");
  const pods = direct.flatMap((container) => view.linked(container, "pod"));
  const siblings = pods.flatMap((pod) => view.linked(pod, "container"));
  const running = new Set(
    view
      .facts("container")
      .flatMap(({ value }) => (value.state === "running" ? view.resolve("container", value.id).key : [])),
  );
  const keys = new Set([...direct, ...siblings].map(({ key }) => key).filter((key) => !running.has(key)));
  return [...keys].slice(0, 4).map((key) => ({ kind: "container", key }));
}

/** The sandbox of a pod holds its network and nothing that a damaged image could be missing from. */
function isSandbox(container: EntityRef, view: RuleView): boolean {
  return view.title(container).startsWith("sandbox ");
}

/** Whether a name says which image it means; without a tag it would be the latest one. */
function isTagged(image: string): boolean {
  return /(?::[^/:]+|@sha256:[0-9a-f]+)$/.test(image);
}

const PULL_OF_IMAGE = /sudo docker pull \{image\} && /;
const REMOVAL_OF_IMAGE = / && sudo docker rmi -f \{image\}(?: && sudo docker pull \{image\})?/;

/** A step that removes an image of which nobody knows the tag leaves it where it is. */
function withoutImage(step: RemedyStep): RemedyStep {
  if (step.command === undefined || !REMOVAL_OF_IMAGE.test(step.command)) return step;
  const text = `${step.text} The command leaves the image alone: its tag is not in the bundle, and a name without one means :latest. Find the tag in the list of images, pull it, and remove it too.`;
  return { ...step, text, command: step.command.replace(PULL_OF_IMAGE, "").replace(REMOVAL_OF_IMAGE, "") };
}

/** Whether systemd is this node's init, as far as its own outputs tell. */
function hasSystemd(view: RuleView): boolean {
  return view.facts("unit").length > 0 || view.facts("boot").length > 0 || view.matches("service-started").length > 0;
}

/**
 * Fills the placeholders of shared remedies with this node's names, as far as the bundle tells them.
 * @param named the path that all lines of the finding name, where it is none of its entities
 */
export function fillRemedy(
  steps: SharedStep[],
  view: RuleView,
  entities: EntityRef[],
  device: string | null,
  named?: string,
): RemedyStep[] {
  const layers = entities.filter(({ kind }) => kind === "layer");
  const layer = layers[0];
  const containers = usersOf(layers, entities, view);
  const images = containers.filter((ref) => !isSandbox(ref, view)).flatMap((ref) => view.linked(ref, "image"));
  const image = images.find(({ key }) => !/^(?:sha256:)?[0-9a-f]{12,64}$/.test(key));
  const path = entities.find(({ kind }) => kind === "path")?.key;
  const runtime = runtimeOf(view, path);
  const values: Record<(typeof placeholders)[number], string> = {
    device: device ? shellWord(device) : "/dev/<partition>",
    dockerRoot: shellWord(/^(.*)\/overlay2\//.exec(path ?? "")?.[1] ?? "/var/lib/docker"),
    path: shellPath(path ?? named),
    layer: layer?.key ?? "<layer>",
    layerPath: shellWord(path === undefined ? "/var/lib/docker/overlay2" : path.slice(0, path.lastIndexOf("/"))),
    container:
      containers.length > 0 ? containers.map(({ key }) => shellWord(key.slice(0, 12))).join(" ") : "<container>",
    image: image ? shellWord(image.key) : "<image>",
  };
  const tagged = image === undefined || isTagged(image.key);
  const fitting = steps.filter(({ unless }) => unless !== "systemd" || !hasSystemd(view));
  return fitting.map(({ text, command: template, risk }) => {
    const shared = { text, ...(template === undefined ? {} : { command: template }), risk };
    const step = tagged ? shared : withoutImage(shared);
    if (step.command === undefined) return step;
    const command = step.command.replace(
      /\{(\w+)\}/g,
      (all, name: string) => (values as Record<string, string>)[name] ?? all,
    );
    return { ...step, command: commandFor(runtime, command) };
  });
}
