/** The service that runs the node's pods: the kubelet, or k3s and its like, which contain it. */
import type { StructuralRule } from "./types.ts";
import { unitsDown } from "./_units.ts";

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "node-agent-down",
  title: "The kubelet, or what contains it, does not stay up",
  passTitle: "The service of the kubelet (or k3s, rke2) is not down",
  why: "The kubelet starts the pods of this node, those of the control plane as well. While it ends again and again, none of them is started or restarted.",
  layer: "kubelet",
  role: "effect",
  cause: "unknown",
  severity: "critical",
  confidence: "certain",
  explains: ["layer:etcd", "layer:apiserver", "layer:network", "layer:workload", "layer:client"],
  remedy: [],
  references: ["https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html"],
  needs: ["logs"],
  evaluate: (view) => unitsDown(view, "agent"),
  cases: {
    fires: [
      {
        "status.txt": [
          "● kubelet.service - A service of the node",
          "     Loaded: loaded (/lib/systemd/system/kubelet.service; enabled; preset: enabled)",
          "     Active: activating (auto-restart) (Result: exit-code) since Mon 2026-03-02 11:46:28 UTC; 3s ago",
          "   Main PID: 339 (code=exited, status=1/FAILURE)",
        ].join("\n"),
      },
      {
        "journal.txt": [
          "Mar 02 11:46:20 n7 systemd[1]: Started A service.",
          "Mar 02 11:46:21 n7 systemd[1]: kubelet.service: Main process exited, code=exited, status=1/FAILURE",
          "Mar 02 11:46:21 n7 systemd[1]: kubelet.service: Failed with result 'exit-code'.",
        ].join("\n"),
      },
    ],
    quiet: [
      {
        "status.txt": [
          "● kubelet.service - A service of the node",
          "     Loaded: loaded (/lib/systemd/system/kubelet.service; enabled; preset: enabled)",
          "     Active: active (running) since Mon 2026-03-02 11:46:28 UTC; 3min 18s ago",
        ].join("\n"),
      },
    ],
  },
};

export default rule;
