/**
 * What the readers of docker's tables and documents share: statuses, pod names and layer ids.
 *
 *     Exited (255) 3 days ago                     STATUS of `docker ps` (moby container/state.go String)
 *     k8s_web_shop-5d4f_default_9b1e…_2           a container of the kubelet (dockershim naming.go)
 *     /var/lib/docker/overlay2/1f2e…/diff         a layer's directory
 */
import { wholeNumber } from "./_number.ts";
import type { ContainerFact, PodName } from "../model/fact.ts";

const AGE = "(?:About an? \\w+|Less than a second|\\d+ (?:second|minute|hour|day|week|month|year)s?)";

/** All of a status as docker and podman print it, for use inside of a larger expression. */
export const STATUS = `(?:Up ${AGE}(?: ago)?(?: \\([^)]*\\))*|Exited \\(-?\\d+\\)(?: ${AGE} ago)?|Restarting \\(\\d+\\) ${AGE} ago|Created|Configured|Initialized|Stopped|Dead|Removal In Progress|Paused)`;

const UP = new RegExp(`^Up (${AGE})`);
const AGO = new RegExp(`(${AGE} ago)`);

/** A container fact of which nothing is known but the id. */
export function emptyContainer(id: string): ContainerFact {
  return {
    id,
    name: null,
    image: null,
    imageId: null,
    command: null,
    state: null,
    status: null,
    exitCode: null,
    created: null,
    startedAt: null,
    finishedAt: null,
    createdAge: null,
    stateAge: null,
    error: null,
    oomKilled: null,
    restartCount: null,
    pod: null,
    sandboxId: null,
    layers: [],
    logPath: null,
  };
}

/** Of `Up 3 days (healthy)` and the like; a longer text is none. */
const LONGEST_STATUS = 200;

/** The parts of a status text. All null for a text that is none. */
export function readStatus(text: string): Pick<ContainerFact, "state" | "status" | "exitCode" | "stateAge"> {
  const status = text.slice(0, LONGEST_STATUS).trim();
  if (status === "") return { state: null, status: null, exitCode: null, stateAge: null };
  const code = /^(?:Exited|Restarting) \((-?\d+)\)/.exec(status)?.[1];
  const age = UP.exec(status)?.[1] ?? AGO.exec(status)?.[1] ?? null;
  return { state: stateOf(status), status, exitCode: wholeNumber(code), stateAge: age };
}

function stateOf(status: string): string | null {
  if (/^Paused|\(Paused\)/.test(status)) return "paused";
  if (/^Up\b/.test(status)) return "running";
  if (/^(?:Exited|Stopped)\b/.test(status)) return "exited";
  if (/^(?:Created|Configured|Initialized)\b/.test(status)) return "created";
  if (/^Restarting\b/.test(status)) return "restarting";
  if (/^Dead\b/.test(status)) return "dead";
  return status.startsWith("Remov") ? "removing" : null;
}

/**
 * The pod in a container name of the kubelet: `k8s_<container>_<pod>_<namespace>_<uid>_<attempt>`; container `POD` is
 * the sandbox. The oldest kubelets appended a hash to the container's name.
 */
export function podOfName(name: string | null): PodName | null {
  const match = /^\/?k8s_([^_]+)_([^_]+)_([^_]+)_([^_]+)_([0-9a-f]+)$/.exec(name ?? "");
  if (!match) return null;
  const [, container = "", pod = "", namespace = "", uid = "", attempt = ""] = match;
  const short = container.replace(/\.[0-9a-f]+$/, "");
  const number = wholeNumber(attempt) ?? 0;
  return { name: pod, namespace, uid, container: short, attempt: number, sandbox: short === "POD" };
}

type Labels = Record<string, unknown>;

function text(labels: Labels, key: string): string | null {
  const value = labels[key];
  return typeof value === "string" && value !== "" ? value : null;
}

/** The pod in the labels that the kubelet sets, with the name as a fallback and for the sandbox's attempt. */
export function podOfLabels(labels: Labels, name: string | null): PodName | null {
  const pod = text(labels, "io.kubernetes.pod.name");
  const uid = text(labels, "io.kubernetes.pod.uid");
  const named = podOfName(name);
  if (pod === null || uid === null) return named;
  const container = text(labels, "io.kubernetes.container.name") ?? named?.container ?? "";
  const restarts = wholeNumber(text(labels, "annotation.io.kubernetes.container.restartCount") ?? undefined);
  return {
    name: pod,
    namespace: text(labels, "io.kubernetes.pod.namespace") ?? named?.namespace ?? "default",
    uid,
    container,
    attempt: restarts ?? named?.attempt ?? 0,
    sandbox: container === "POD" || text(labels, "io.kubernetes.docker.type") === "podsandbox",
  };
}

/** The id of the sandbox a container belongs to, null for a sandbox and for what no kubelet made. */
export function sandboxOfLabels(labels: Labels): string | null {
  return text(labels, "io.kubernetes.sandbox.id");
}

/** Layer directory ids in a GraphDriver's paths, in the order given, each once. */
export function layerIds(...paths: (string | null | undefined)[]): string[] {
  const ids = paths.flatMap((path) =>
    [...(path ?? "").matchAll(/\/overlay2?\/([0-9a-f]{12,64}(?:-init)?)(?=\/|:|$)/g)].map((match) => match[1] ?? ""),
  );
  return [...new Set(ids)];
}
