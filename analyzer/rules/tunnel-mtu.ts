/**
 * A tunnel of the network add-on that takes larger packets than fit into the interface below it, with the header that it
 * adds (RFC 7348 for VXLAN, RFC 2003 for IP in IP, WireGuard's own 60 or 80 bytes).
 */
import type { Evidence, FindingDraft } from "../model/rule.ts";
import type { RuleView, StructuralRule } from "./types.ts";

/** Bytes that a kind of tunnel adds, by the names that add-ons give to theirs. */
const TUNNELS: [RegExp, number][] = [
  [/^(?:flannel\.\d+|vxlan\.calico|cilium_vxlan|vxlan\d*|antrea-tun0)$/, 50],
  [/^(?:genev_sys_\d+|cilium_geneve)$/, 50],
  [/^tunl\d+$/, 20],
  [/^(?:flannel-wg|wireguard\.cali|cilium_wg0)$/, 60],
];

interface Interface {
  name: string;
  mtu: number;
  evidence: Evidence;
}

function interfaces(view: RuleView): Interface[] {
  return view.matches("interface-mtu").flatMap((match) => {
    const { name, mtu, flags } = match.captures;
    if (name === undefined || flags === undefined || !flags.split(",").includes("UP")) return [];
    return [{ name, mtu: Number(mtu), evidence: match.first() }];
  });
}

/** The interface that the tunnel's packets leave by: named by the tunnel, else that of the default route. */
function below(view: RuleView, all: Interface[]): Interface | null {
  const lines = view.matches("interface-mtu").map(({ captures }) => captures);
  const name = lines.find(({ below: device }) => device)?.["below"] ?? lines.find(({ route }) => route)?.["route"];
  return all.find((one) => one.name === name) ?? null;
}

function evaluate(view: RuleView): FindingDraft[] {
  const all = interfaces(view);
  const carrier = below(view, all);
  const refused = view.matches("interface-mtu").filter(({ captures }) => captures["path"] !== undefined);
  return all.flatMap((tunnel): FindingDraft[] => {
    const header = TUNNELS.find(([pattern]) => pattern.test(tunnel.name))?.[1];
    if (header === undefined) return [];
    const limits = [
      ...(carrier && carrier.name !== tunnel.name
        ? [{ mtu: carrier.mtu, where: carrier.name, line: carrier.evidence }]
        : []),
      ...refused.map((match) => ({ mtu: Number(match.captures["path"]), where: "the way there", line: match.first() })),
    ].filter(({ mtu }) => tunnel.mtu + header > mtu);
    const [least] = limits.toSorted((a, b) => a.mtu - b.mtu);
    if (!least) return [];
    const fits = least.mtu - header;
    return [
      {
        subject: tunnel.name,
        title: `The tunnel ${tunnel.name} takes packets that are too large for ${least.where}: MTU ${tunnel.mtu}, ${fits} would fit`,
        summary:
          `The tunnel ${tunnel.name} takes packets of ${tunnel.mtu} bytes and adds ${header}, but ${least.where} passes ${least.mtu} only. ` +
          "Small packets go through and large ones vanish: a connection opens and then hangs, often in the TLS handshake.",
        confidence: refused.length > 0 ? "certain" : "likely",
        window: null,
        active: true,
        openStart: true,
        count: limits.length,
        evidence: [tunnel.evidence, ...limits.slice(0, 4).map(({ line }) => line)],
        entities: [],
      },
    ];
  });
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "tunnel-mtu",
  title: "A tunnel takes packets that are too large for the interface below",
  passTitle: "The packets of every tunnel fit into the interface below",
  why: "Ping and names work while downloads, logs and the API server hang between nodes. No program says why, since the packets that are too large vanish without a word.",
  layer: "network",
  role: "cause",
  cause: "network-plugin",
  severity: "major",
  confidence: "likely",
  explains: [
    "apiserver-timeout",
    "image-pull-failed",
    "cause:dns-failure",
    "cause:image-unavailable",
    "layer:workload",
    "layer:client",
  ],
  remedy: [
    {
      text: "Find the largest packet that gets to another node: the size below plus 28 bytes.",
      command: "ping -c 2 -M do -s 1372 <address of another node>; ip -d link show",
      risk: "safe",
    },
    {
      text: "Keep a copy of the settings of the network add-on.",
      command: "kubectl -n kube-flannel get configmap kube-flannel-cfg -o yaml > kube-flannel-cfg.yaml",
      risk: "backup",
    },
    {
      text: 'Give the add-on the smaller MTU (flannel: "MTU" under Backend; Calico: vethMTU), and start its pods anew.',
      command: "kubectl -n kube-flannel rollout restart daemonset kube-flannel-ds",
      risk: "change",
    },
  ],
  references: ["https://www.rfc-editor.org/rfc/rfc7348"],
  needs: ["logs"],
  evaluate,
  cases: {
    fires: [
      {
        "addresses.txt": [
          "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1460 qdisc mq state UP group default qlen 1000",
          "4: flannel.1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UNKNOWN group default",
        ].join("\n"),
        "routes.txt": "default via 10.9.8.1 dev eth0 proto dhcp metric 100\n",
      },
    ],
    quiet: [
      {
        "addresses.txt": [
          "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP group default qlen 1000",
          "4: flannel.1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UNKNOWN group default",
          "5: docker0: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc noqueue state DOWN group default",
        ].join("\n"),
        "routes.txt": "default via 10.9.8.1 dev eth0 proto dhcp metric 100\n",
      },
    ],
  },
};

export default rule;
