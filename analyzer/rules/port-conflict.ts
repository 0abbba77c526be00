/** A port that a program needs and another one holds, and which one that is, when the sockets were listed. */
import type { FindingDraft, RemedyStep } from "../model/rule.ts";
import type { RuleView, StructuralRule } from "./types.ts";
import { stillActive, windowOf } from "./_time.ts";

/** Ports of Kubernetes and etcd: without them the node does not work. Others concern one program. */
const VITAL = new Set(["6443", "6444", "2379", "2380", "10250", "10257", "10259", "9345"]);

/** Those that are asked by UDP, so that a UDP socket may be the one that holds them. */
const DATAGRAM = new Set(["53", "67"]);

/** dnsmasq names some of its ports by what they are for. */
function portOf(captures: Record<string, string>): string | undefined {
  return captures["port"] ?? (captures["dhcp"] ? "67" : captures["dns"] && "53");
}

function remedyFor(port: string): RemedyStep[] {
  if (DATAGRAM.has(port)) {
    return [
      { text: "See who listens there.", command: `sudo ss -lntup 'sport = :${port}'`, risk: "safe" },
      {
        text: "Decide which of the two is to answer. Often the other one is the system's own resolver (systemd-resolved), libvirt's dnsmasq, or a second DNS or DHCP server.",
        command:
          "systemctl list-units --state=running | grep -iE 'resolved|dnsmasq|named|unbound|pihole|dhcp|libvirt|lxd'; docker ps",
        risk: "safe",
      },
    ];
  }
  return [
    { text: "See who listens there.", command: `sudo ss -ltnp 'sport = :${port}'`, risk: "safe" },
    {
      text: "Stop the one that is not wanted: a process that was left over, or a second distribution of Kubernetes on the same node. Note its unit first, so that it can be started again.",
      command: "systemctl list-units --state=running | grep -iE 'kube|k3s|rke2|etcd|microk8s'",
      risk: "safe",
    },
  ];
}

function draftFor(view: RuleView, port: string): FindingDraft | null {
  const matches = view.matches("address-in-use").filter(({ captures }) => portOf(captures) === port);
  const firsts = matches.slice(0, 20).map((match) => match.first());
  const lasts = matches.slice(-20).map((match) => match.last());
  const [first, last] = [firsts[0], lasts.at(-1)];
  if (!first || !last) return null;
  const count = matches.reduce((sum, match) => sum + match.count, 0);
  const holders = view
    .facts("socket")
    .filter(({ value }) => String(value.port) === port && (value.protocol === "tcp" || DATAGRAM.has(port)));
  const names = [...new Set(holders.flatMap(({ value }) => value.process ?? []))];
  const held = names.length > 0 ? ` ${names.join(" and ")} listens there.` : "";
  const sockets = holders
    .slice(0, 2)
    .map((fact) => view.evidence(fact, `${fact.value.address}:${port} ${fact.value.process ?? "an unnamed process"}`));
  return {
    subject: port,
    title: `Port ${port} is already in use${names.length > 0 ? ` by ${names.join(" and ")}` : ""}`,
    summary: `${first.witness} wants to listen on port ${port}, ${count === 1 ? "once" : `${count} times`}, and the port is taken.${held}`,
    confidence: "certain",
    severity: VITAL.has(port) ? "critical" : "minor",
    window: windowOf([...firsts, ...lasts].map(({ at }) => at)),
    active: stillActive(first, last, count, view),
    openStart: true,
    count,
    evidence: [...firsts.slice(0, 5), ...sockets],
    entities: [],
    remedy: remedyFor(port),
  };
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "port-conflict",
  title: "A port is already in use",
  passTitle: "No two programs of this node need the same port",
  why: "A program that finds its port taken ends, and is started again, and ends again, as long as the other one holds it.",
  layer: "kubelet",
  role: "cause",
  cause: "port-conflict",
  severity: "critical",
  confidence: "certain",
  explains: [
    "node-agent-down",
    "unit-restarts",
    "crash-loop",
    "kubeadm-preflight-failed",
    "layer:apiserver",
    "layer:etcd",
    "layer:client",
  ],
  remedy: remedyFor("6443"),
  references: ["https://kubernetes.io/docs/reference/networking/ports-and-protocols/"],
  needs: ["logs"],
  evaluate: (view) => {
    const ports = new Set(view.matches("address-in-use").flatMap(({ captures }) => portOf(captures) ?? []));
    return [...ports].flatMap((port) => draftFor(view, port) ?? []);
  },
  cases: {
    fires: [
      {
        "apiserver.log":
          'E0302 11:46:20.100000       1 run.go:74] "command failed" err="failed to create listener: failed to listen on 0.0.0.0:6443: listen tcp 0.0.0.0:6443: bind: address already in use"',
        "ss.txt": [
          "State  Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess",
          'LISTEN 0      4096                *:6443             *:*    users:(("k3s-server",pid=900,fd=8))',
        ].join("\n"),
      },
      {
        "journal.txt":
          "Mar 02 11:46:20 n7 dnsmasq[700]: dnsmasq: failed to bind DHCP server socket: Address already in use",
      },
    ],
    quiet: [
      {
        "apiserver.log": "I0302 11:46:20.100000       1 secure_serving.go:210] Serving securely on [::]:6443",
      },
    ],
  },
};

export default rule;
