/** Pods that get no network. While the API server does not answer, a network add-on cannot start either. */
import type { FindingDraft } from "../model/rule.ts";
import type { RuleView, StructuralRule } from "./types.ts";
import { stillActive, windowOf } from "./_time.ts";

/** Signs that the add-on waits for the API server, and is not to blame. */
const NO_API = ["apiserver-refused", "apiserver-timeout", "etcd-refused", "control-plane-down", "kubectl-refused"];

function evaluate(view: RuleView): FindingDraft[] {
  const lines = view.matches("sandbox-network-line");
  const firsts = lines.slice(0, 50).map((match) => match.first());
  const lasts = lines.slice(-50).map((match) => match.last());
  const last = lasts.toSorted((a, b) => (a.at?.best ?? 0) - (b.at?.best ?? 0)).at(-1);
  const first = firsts[0];
  if (!first || !last) return [];
  const waits = NO_API.some((rule) => view.findings(rule).length > 0);
  const reasons = [...new Set(lines.flatMap(({ captures }) => captures["reason"] ?? []))];
  const count = lines.reduce((sum, match) => sum + match.count, 0);
  const why = waits
    ? " In the same bundle the API server does not answer, and network add-ons wait for it: that comes first."
    : "";
  return [
    {
      subject: "",
      title: `Pods get no network: ${reasons[0] ?? "the network plugin fails"}`,
      summary: `The network plugin (CNI) fails to set up the network of a pod, ${count === 1 ? "once" : `${count} times`}: ${reasons.slice(0, 3).join("; ")}.${why}`,
      confidence: "likely",
      cause: waits ? "unknown" : "network-plugin",
      window: windowOf([...firsts, ...lasts].map(({ at }) => at)),
      active: stillActive(first, last, count, view),
      openStart: true,
      count,
      evidence: [...firsts.slice(0, 5), ...(count > 1 ? [last] : [])].filter(
        (line, index, all) => all.findIndex((o) => o.artifact === line.artifact && o.line === line.line) === index,
      ),
      entities: [],
    },
  ];
}

const rule: StructuralRule = {
  type: "structural",
  stage: 2,
  id: "sandbox-network-failed",
  title: "Pods get no network",
  passTitle: "The network plugin set up the network of every pod",
  why: "Each pod gets its network when its sandbox is made. When the network add-on fails, no new pod starts; pods that run keep running.",
  layer: "network",
  role: "effect",
  cause: "network-plugin",
  severity: "major",
  confidence: "likely",
  explains: ["crash-loop", "layer:workload", "node-not-ready"],
  remedy: [
    {
      text: "See what the add-on's own pod says, and what it has written on this node.",
      command:
        "kubectl -n kube-system get pods -o wide; ls -la /etc/cni/net.d /opt/cni/bin /run/flannel 2>/dev/null; sudo crictl ps -a | grep -iE 'flannel|calico|weave|cilium'",
      risk: "safe",
    },
    {
      text: "If the API server does not run, repair that first. The add-on starts by itself then.",
      risk: "safe",
    },
    {
      text: "If no address is left in the range, compare the addresses that are taken with the pods that run: those of pods that are gone were never given back.",
      command: "sudo find /var/lib/cni/networks -type f | wc -l; sudo crictl pods -q | wc -l",
      risk: "safe",
    },
    {
      text: "Keep a copy of the plugins that are there.",
      command: "sudo cp -a /opt/cni/bin /opt/cni/bin.before",
      risk: "backup",
    },
    {
      text: "If the plugin's program is missing, install the plugins again (package kubernetes-cni, or the add-on's own pod).",
      command: "sudo apt-get install --reinstall kubernetes-cni",
      risk: "change",
    },
    {
      text: "If the bridge has the address of an earlier range, remove it; it is made anew.",
      command: "sudo ip link delete cni0",
      risk: "change",
    },
  ],
  references: ["https://github.com/containernetworking/cni"],
  needs: ["logs"],
  evaluate,
  cases: {
    fires: [
      {
        "kubelet.log":
          'E0302 11:46:20.100000     700 kuberuntime_manager.go:1166] "CreatePodSandbox for pod failed" err="rpc error: code = Unknown desc = failed to setup network for sandbox: plugin type=flannel failed: failed to find plugin \\"flannel\\" in path [/opt/cni/bin]" pod="default/web-1"',
      },
    ],
    quiet: [
      {
        "kubelet.log":
          'E0302 11:46:20.100000     700 kubelet.go:2855] "Container runtime network not ready" networkReady="NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized"',
      },
    ],
  },
};

export default rule;
