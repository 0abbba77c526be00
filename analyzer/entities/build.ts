/** Links what the facts name: path -> layer -> container -> pod -> endpoint, and path -> filesystem -> device. */
import type { Database } from "better-sqlite3";
import type { ContainerFact, Fact, MountFact, PodName } from "../model/fact.ts";
import type { EntityRef } from "../model/rule.ts";
import type { Graph } from "../store/graph.ts";
import { layerOfPath, snapshotIds } from "../store/graph.ts";
import { factsOf } from "../store/queries.ts";

/** Ports that the control plane's programs listen on unless they are told otherwise. */
export const WELL_KNOWN_PORTS: Record<string, number[]> = {
  "kube-apiserver": [6443, 8080],
  etcd: [2379, 2380],
  "kube-controller-manager": [10257, 10252],
  "kube-scheduler": [10259, 10251],
  kubelet: [10250, 10255],
};

/** Adds everything that the facts of the store tell to the graph. */
export function buildEntities(database: Database, graph: Graph): void {
  addContainerIds(database, graph);
  addImageNames(database, graph);
  const containers = factsOf(database, "container");
  // What tells the uid of a pod comes first: crictl's tables name pods without it.
  for (const fact of containers) if (fact.value.pod?.uid !== "") addContainer(graph, fact);
  addPodLogs(database, graph);
  const unnamed = containers.filter(({ value }) => value.pod?.uid === "");
  for (const fact of unnamed) if (fact.value.pod?.sandbox) addContainer(graph, fact);
  for (const fact of unnamed) if (!fact.value.pod?.sandbox) addContainer(graph, fact);
  addStaticPods(database, graph);
  addLayers(database, graph);
  addShortNames(database, graph);
  addMounts(database, graph);
  addErrors(database, graph);
}

/** Full ids first, so that prefixes printed elsewhere find them. */
function addContainerIds(database: Database, graph: Graph): void {
  const ids = [
    ...factsOf(database, "container").map((fact) => fact.value.id),
    ...factsOf(database, "pod-log").flatMap((fact) => fact.value.containerId ?? []),
    ...factsOf(database, "layer-database").flatMap(({ value }) => (value.record === "mount" ? value.owner : [])),
    ...factsOf(database, "mount").flatMap(({ value }) => taskOfMount(value.target) ?? []),
  ];
  for (const id of ids) if (/^[0-9a-f]{64}$/.test(id)) graph.add("container", id, id.slice(0, 12));
}

/** Containers are often listed with the id of their image: it stands for the image's first tag. */
function addImageNames(database: Database, graph: Graph): void {
  for (const { value } of factsOf(database, "image")) {
    const [tag] = value.tags;
    const id = value.id.replace(/^sha256:/, "");
    if (tag === undefined || !/^[0-9a-f]{12,64}$/.test(id)) continue;
    for (const alias of [id, `sha256:${id}`, id.slice(0, 12)]) graph.alias("image", alias, tag);
    graph.add("image", tag);
  }
}

function addPod(graph: Graph, pod: Pick<PodName, "name" | "namespace" | "uid">): EntityRef {
  graph.add("pod", pod.uid, `${pod.namespace}/${pod.name}`);
  graph.alias("pod", `${pod.name}_${pod.namespace}`, pod.uid);
  graph.alias("pod", `${pod.name}/${pod.namespace}`, pod.uid);
  graph.alias("pod", `${pod.namespace}/${pod.name}`, pod.uid);
  graph.alias("pod", pod.name, pod.uid);
  return { kind: "pod", key: pod.uid };
}

/** The pod of a container: by its uid, by its names, or as the pod of its sandbox; null when nothing tells. */
function podOf(graph: Graph, { pod, sandboxId }: ContainerFact): EntityRef | null {
  if (!pod) return null;
  if (pod.uid !== "") return addPod(graph, pod);
  const [sandbox] = sandboxId === null ? [] : graph.linked(graph.resolve("container", sandboxId), "pod");
  if (sandbox) return sandbox;
  if (pod.name === "") return null;
  const known = graph.resolve("pod", pod.namespace === "" ? pod.name : `${pod.namespace}/${pod.name}`);
  return graph.has("pod", known.key) ? known : addPod(graph, { ...pod, uid: known.key });
}

function addContainer(graph: Graph, fact: Fact<"container">): void {
  const { value } = fact;
  const known = graph.resolve("container", value.id);
  const container = graph.add("container", known.key, containerTitle(value, known.key));
  // The name of a container of the CRI is one within its pod only.
  if (value.name && value.name !== value.pod?.container) graph.alias("container", value.name, container.key);
  const pod = podOf(graph, value);
  if (pod) graph.link(container, pod, "runs-in", fact);
  if (value.sandboxId) graph.link(container, addSandbox(graph, value.sandboxId), "sandboxed-by", fact);
  if (value.image)
    graph.link(container, graph.add("image", graph.resolve("image", value.image).key), "made-from", fact);
  for (const layer of value.layers) {
    graph.link(container, graph.add("layer", layer.replace(/-init$/, ""), layer.slice(0, 12)), "has-layer", fact);
  }
}

function addSandbox(graph: Graph, id: string): EntityRef {
  const known = graph.resolve("container", id);
  return graph.has("container", known.key) ? known : graph.add("container", id);
}

function containerTitle(value: ContainerFact, key: string): string {
  const id = key.slice(0, 12);
  if (value.pod) return `${value.pod.sandbox ? "sandbox" : value.pod.container} (${id})`;
  return value.name ? `${value.name} (${id})` : id;
}

function addPodLogs(database: Database, graph: Graph): void {
  for (const fact of factsOf(database, "pod-log")) {
    const { pod, namespace, uid, containerId } = fact.value;
    if (uid !== "" && pod && namespace) addPod(graph, { name: pod, namespace, uid });
    if (containerId === null) continue;
    const container = graph.resolve("container", containerId);
    if (uid !== "")
      graph.link(container, graph.add("pod", uid, graph.title({ kind: "pod", key: uid })), "runs-in", fact);
  }
}

function addStaticPods(database: Database, graph: Graph): void {
  for (const fact of factsOf(database, "static-pod")) {
    const { name, namespace, endpoints } = fact.value;
    const pod = graph.all("pod").find((ref) => graph.title(ref).startsWith(`${namespace}/${name}-`));
    if (!pod) continue;
    for (const endpoint of endpoints) graph.link(pod, graph.add("endpoint", endpoint), "serves", fact);
  }
}

function addLayers(database: Database, graph: Graph): void {
  const records = factsOf(database, "layer-database");
  const chain = new Map<string, { cache?: string; parent?: string }>();
  for (const { value } of records) {
    if (value.record !== "layer") continue;
    const entry = chain.get(value.owner) ?? {};
    if (value.file === "cache-id") entry.cache = value.content;
    if (value.file === "parent") entry.parent = value.content;
    chain.set(value.owner, entry);
  }
  for (const fact of records) {
    const { record, owner, file, content } = fact.value;
    if (record !== "mount") continue;
    const container = graph.resolve("container", owner);
    if (file === "mount-id" || file === "init-id") {
      graph.link(container, graph.add("layer", content.replace(/-init$/, "")), "has-layer", fact);
    } else if (file === "parent") {
      for (const layer of imageLayers(content, chain)) {
        graph.link(container, graph.add("layer", layer, layer.slice(0, 12)), "has-layer", fact);
      }
    }
  }
  for (const fact of factsOf(database, "image")) {
    const image = graph.add("image", fact.value.tags[0] ?? fact.value.id);
    for (const layer of fact.value.layers) graph.link(image, graph.add("layer", layer), "has-layer", fact);
  }
}

function imageLayers(top: string, chain: Map<string, { cache?: string; parent?: string }>): string[] {
  const found: string[] = [];
  for (let at: string | undefined = chainId(top); at !== undefined && found.length < 128; at = chain.get(at)?.parent) {
    const cache = chain.get(at)?.cache ?? chain.get(at.replace(/^sha256:/, ""))?.cache;
    if (cache) found.push(cache);
  }
  return found;
}

function chainId(text: string): string {
  return text.startsWith("sha256:") ? text : `sha256:${text}`;
}

/** The 26 letters by which overlay mounts and the kernel's errors call a layer. */
function addShortNames(database: Database, graph: Graph): void {
  for (const { value } of factsOf(database, "layer-file")) {
    if (value.file === "link" && value.content) graph.alias("layer", value.content, value.layer.replace(/-init$/, ""));
  }
  for (const { value } of factsOf(database, "directory-entry")) {
    const name = /\/overlay2\/l\/([A-Z2-7]{26})$/.exec(value.path)?.[1];
    const layer = /^\.\.\/([0-9a-f]{64})(?:-init)?\/diff$/.exec(value.target ?? "")?.[1];
    if (name !== undefined && layer !== undefined) graph.alias("layer", name, layer);
  }
}

/** A layer that could not be read when a container was asked for is one of the container's. */
function addErrors(database: Database, graph: Graph): void {
  for (const fact of factsOf(database, "path-error")) {
    const layer = layerOfPath(fact.value.path);
    if (layer === null || fact.value.container === undefined) continue;
    const container = graph.resolve("container", fact.value.container);
    graph.link(container, graph.add("layer", layer, layer.slice(0, 12)), "has-layer", fact);
  }
}

const REAL_FILESYSTEM = /^(?:ext[234]|xfs|btrfs|f2fs|vfat|exfat|zfs|nfs4?)$/;

/** The mount that a path lies on, leaving out those that only show another one's files (overlay, tmpfs, cgroup). */
export function mountOf(mounts: Fact<"mount">[], path: string): MountFact | null {
  const holding = mounts.filter(({ value }) => {
    const inside = value.target === "/" || path === value.target || path.startsWith(`${value.target}/`);
    return inside && REAL_FILESYSTEM.test(value.type);
  });
  return holding.toSorted((a, b) => b.value.target.length - a.value.target.length)[0]?.value ?? null;
}

function addMounts(database: Database, graph: Graph): void {
  for (const fact of factsOf(database, "mount")) {
    const { source, target, type } = fact.value;
    if (type === "overlay") addSnapshots(graph, fact);
    if (!REAL_FILESYSTEM.test(type)) continue;
    const device = graph.add("device", source.replace(/^\/dev\//, ""));
    graph.link(graph.add("filesystem", target, `${target} (${type})`), device, "backed-by", fact);
  }
}

/** Id of the container whose root is mounted there: `/run/containerd/io.containerd.runtime.v2.task/k8s.io/<id>/rootfs`. */
function taskOfMount(target: string): string | null {
  return /\/io\.containerd\.runtime\.v\d\.task\/[\w.-]+\/([0-9a-f]{64})\/rootfs$/.exec(target)?.[1] ?? null;
}

/** containerd mounts the snapshots that a running container is made of, and says their numbers in the options. */
function addSnapshots(graph: Graph, fact: Fact<"mount">): void {
  const id = taskOfMount(fact.value.target);
  if (id === null) return;
  const container = graph.resolve("container", id);
  for (const layer of snapshotIds(fact.value.options.join(","))) {
    graph.link(container, graph.add("layer", layer), "has-layer", fact);
  }
}

/** Ties endpoints that lines named to the control-plane pods that serve such a port. Run after the line rules. */
export function linkEndpoints(graph: Graph): void {
  for (const endpoint of graph.all("endpoint")) {
    const port = Number(endpoint.key.slice(endpoint.key.lastIndexOf(":") + 1));
    const owner = Object.entries(WELL_KNOWN_PORTS).find(([, ports]) => ports.includes(port))?.[0];
    if (owner === undefined) continue;
    for (const pod of graph.all("pod")) {
      const name = graph.title(pod).split("/")[1] ?? "";
      if (name === owner || name.startsWith(`${owner}-`)) graph.link(pod, endpoint, "serves", null);
    }
  }
}
