/**
 * A program of the control plane that runs as a pod of this node and is down: its last container has ended, and none
 * took its place.
 */
import type { ContainerFact, Fact } from "../model/fact.ts";
import type { EntityRef, FindingDraft } from "../model/rule.ts";
import type { Instant } from "../model/time.ts";
import { shortId } from "./_fill.ts";
import type { RuleView, StructuralRule } from "./types.ts";

const COMPONENTS = new Set(["kube-apiserver", "etcd", "kube-controller-manager", "kube-scheduler"]);

/** The pod of a container. crictl's tables do not say its uid; the links between containers and pods do. */
function podRefOf(view: RuleView, { value }: Fact<"container">): EntityRef {
  const uid = value.pod?.uid ?? "";
  const [pod] = uid === "" ? view.linked(view.resolve("container", value.id), "pod") : [];
  return pod ?? { kind: "pod", key: uid };
}

/** Containers of one component of one pod, the latest attempt last. */
function byPod(view: RuleView): Map<string, Fact<"container">[]> {
  const groups = new Map<string, Fact<"container">[]>();
  for (const fact of view.facts("container")) {
    const { pod } = fact.value;
    if (!pod || pod.sandbox || !COMPONENTS.has(pod.container)) continue;
    const key = `${podRefOf(view, fact).key} ${pod.container}`;
    groups.set(key, [...(groups.get(key) ?? []), fact]);
  }
  return groups;
}

/** Several outputs tell of one container; the one that rounds least is the best. */
function narrowest(instants: (Instant | null)[]): Instant | null {
  const known = instants.filter((instant) => instant !== null);
  return known.toSorted((a, b) => a.hi - a.lo - (b.hi - b.lo))[0] ?? null;
}

function isUp({ state }: ContainerFact): boolean {
  return state === "running" || state === "restarting" || state === "paused";
}

function draftFor(view: RuleView, facts: Fact<"container">[]): FindingDraft | null {
  if (facts.some(({ value }) => isUp(value))) return null;
  const latest = facts.toSorted((a, b) => (a.value.pod?.attempt ?? 0) - (b.value.pod?.attempt ?? 0));
  const attempt = latest.at(-1)?.value.pod?.attempt;
  const own = latest.filter(({ value }) => value.pod?.attempt === attempt);
  const last =
    own.find(({ value }) => value.stateAge !== null) ?? own.find(({ value }) => value.status !== null) ?? own[0];
  const pod = last?.value.pod;
  if (!last || !pod) return null;
  const container = view.resolve("container", last.value.id);
  const podRef = podRefOf(view, last);
  const name = pod.name || view.title(podRef).replace(/^[^/]*\//, "") || pod.container;
  const isUid = /^[0-9a-f-]{32,36}$/.test(podRef.key);
  const isStatic = /^[0-9a-f]{32}$/.test(podRef.key);
  const endpoints = view.linked(podRef, "endpoint");
  const at = narrowest(own.flatMap((fact) => [view.factTime(fact, "finishedAt"), view.factTime(fact, "stateAge")]));
  const status = last.value.status ?? last.value.state ?? "not running";
  const kind = isStatic ? "static pod" : "pod";
  return {
    subject: pod.container,
    title: `The ${kind} ${name} is down: its container ${shortId(container.key).replace("…", "")} is “${status}”`,
    summary:
      `The ${kind} ${name}${isUid ? ` (uid ${podRef.key})` : ""} stays down: its container ${container.key.slice(0, 12)} ` +
      `is “${status}”, attempt ${pod.attempt}, and no newer one runs.`,
    confidence: "certain",
    window: at,
    active: true,
    count: latest.length,
    evidence: [view.evidence(last, `${last.value.id} ${status} ${last.value.name ?? ""}`, at)],
    entities: [podRef, container, ...endpoints],
  };
}

const rule: StructuralRule = {
  type: "structural",
  stage: 2,
  id: "control-plane-down",
  title: "A program of the control plane is down",
  passTitle: "Every program of the control plane in the list of containers is up",
  why: "Static pods are started by the kubelet alone, without the API server. When one is down, only the kubelet and the container runtime can say why.",
  layer: "apiserver",
  role: "effect",
  cause: "unknown",
  severity: "critical",
  confidence: "certain",
  explains: ["apiserver-refused", "kubectl-refused", "layer:client"],
  remedy: [],
  references: ["https://kubernetes.io/docs/tasks/configure-pod-container/static-pod/"],
  needs: ["container-list"],
  evaluate: (view) => [...byPod(view).values()].flatMap((facts) => draftFor(view, facts) ?? []),
  cases: {
    fires: [
      {
        "ps.txt": [
          "CONTAINER ID   IMAGE     COMMAND   CREATED      STATUS                    PORTS     NAMES",
          'aa00bb11cc22   etcd:1    "etcd"    3 days ago   Exited (2) 3 hours ago              k8s_etcd_etcd-n7_kube-system_0123456789abcdef0123456789abcdef_2',
        ].join("\n"),
      },
    ],
    quiet: [
      {
        "ps.txt": [
          "CONTAINER ID   IMAGE     COMMAND   CREATED      STATUS                    PORTS     NAMES",
          'dd00bb11cc22   etcd:1    "etcd"    3 hours ago  Up 3 hours                          k8s_etcd_etcd-n7_kube-system_0123456789abcdef0123456789abcdef_3',
          'aa00bb11cc22   etcd:1    "etcd"    3 days ago   Exited (2) 3 hours ago              k8s_etcd_etcd-n7_kube-system_0123456789abcdef0123456789abcdef_2',
        ].join("\n"),
      },
    ],
  },
};

export default rule;
