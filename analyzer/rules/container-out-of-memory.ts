/** A container reached its own limit of memory: the kernel's memcg lines, and `OOMKilled` of the runtime or kubectl. */
import type { EntityRef, FindingDraft } from "../model/rule.ts";
import { describeKills, killDraft, kills, nameKills } from "./_oom.ts";
import type { RuleView, StructuralRule } from "./types.ts";

const CONTROL_PLANE = /^(?:etcd|kube-apiserver|kube-contr|kube-schedul|coredns|k3s|kube-proxy|flanneld|calico|cilium)/;

function unique(refs: EntityRef[]): EntityRef[] {
  return [...new Map(refs.map((ref) => [ref.key, ref])).values()];
}

function evaluate(view: RuleView): FindingDraft[] {
  const killed = kills(view).filter(({ scope }) => scope === "cgroup");
  const flagged = view.facts("container").filter(({ value }) => value.oomKilled === true);
  const told = view.matches("oom-killed-status");
  if (killed.length + flagged.length + told.length === 0) return [];
  const owners = killed.flatMap(({ container }) => (container === null ? [] : [view.resolve("container", container)]));
  const known = view.facts("container");
  const names = [
    ...owners.flatMap(
      ({ key }) =>
        known.find(({ value }) => view.resolve("container", value.id).key === key && value.name)?.value.name ?? [],
    ),
    ...flagged.map(({ value }) => value.pod?.container ?? value.name ?? value.id.slice(0, 12)),
    ...told.flatMap(({ captures }) => captures["name"] ?? []),
  ];
  const named = [...new Set(names)].slice(0, 5).join(", ");
  const who = killed.length > 0 ? describeKills(killed) : named;
  const processes = killed.length > 0 ? nameKills(killed) : "";
  const briefly = named !== "" && processes !== "" ? `${named}, ${processes}` : named || processes;
  const vital = [...killed.map(({ process }) => process), ...names].some((name) => CONTROL_PLANE.test(name));
  const evidence = [
    ...flagged.map((fact) =>
      view.evidence(
        fact,
        `${fact.value.id.slice(0, 12)} ${fact.value.name ?? ""} OOMKilled`,
        view.factTime(fact, "finishedAt"),
        "oomKilled",
      ),
    ),
    ...told.map((match) => match.first()),
  ];
  return [
    {
      subject: "",
      title: `A container reached its own limit of memory and was killed${briefly === "" ? "" : `: ${briefly}`}`,
      summary:
        `A container reached the limit of memory that was set for it, and the kernel killed it (OOMKilled)${who === "" ? "" : `: ${who}`}. ` +
        "The node as a whole need not be short of memory.",
      confidence: "certain",
      severity: vital ? "critical" : "major",
      entities: unique([...flagged.map(({ value }) => view.resolve("container", value.id)), ...owners]),
      ...killDraft(killed, evidence, view),
    },
  ];
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "container-out-of-memory",
  title: "A container reached its own limit of memory",
  passTitle: "No container was killed because of its limit of memory",
  why: "The container is started again and grows until it is killed once more. Only its limit or the program can change that.",
  layer: "kernel",
  role: "cause",
  cause: "out-of-memory",
  severity: "major",
  confidence: "certain",
  explains: ["crash-loop", "layer:workload", "control-plane-down", "etcd-refused", "apiserver-refused"],
  remedy: [
    {
      text: "Compare what it uses with its limit.",
      command:
        "docker stats --no-stream; kubectl top pods -A --containers | sort -k4 -h | tail; kubectl describe pod <pod> | grep -A3 -i limits",
      risk: "safe",
    },
    {
      text: "Raise the limit (resources.limits.memory, docker run --memory) or make the program use less; then see that it stays up.",
      risk: "change",
    },
  ],
  references: ["https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/"],
  needs: ["kernel-log"],
  evaluate,
  cases: {
    fires: [
      {
        "dmesg.txt":
          "[ 8800.200000] Memory cgroup out of memory: Killed process 911 (node) total-vm:1046184kB, anon-rss:250000kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:140kB oom_score_adj:900\n",
      },
      { "pods.txt": "NAME    READY   STATUS      RESTARTS   AGE\nweb-1   0/1     OOMKilled   4          5m\n" },
    ],
    quiet: [
      {
        "dmesg.txt":
          "[ 8800.200000] Out of memory: Killed process 4410 (java) total-vm:2246184kB, anon-rss:1508000kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:140kB oom_score_adj:900\n",
      },
    ],
  },
};

export default rule;
