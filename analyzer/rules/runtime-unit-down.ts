/** The service of the container runtime, or the socket that starts it. */
import type { StructuralRule } from "./types.ts";
import { unitsDown } from "./_units.ts";

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "runtime-unit-down",
  title: "The container runtime does not stay up",
  passTitle: "The service of the container runtime did not keep failing",
  why: "Without docker or containerd no container can be started, looked at or stopped.",
  layer: "runtime",
  role: "effect",
  cause: "unknown",
  severity: "critical",
  confidence: "certain",
  explains: [
    "node-agent-down",
    "runtime-unreachable",
    "pleg-unhealthy",
    "layer:etcd",
    "layer:apiserver",
    "layer:network",
    "layer:workload",
    "layer:client",
  ],
  remedy: [],
  references: ["https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html"],
  needs: ["logs"],
  evaluate: (view) => unitsDown(view, "runtime"),
  cases: {
    fires: [
      {
        "status.txt": [
          "● containerd.service - A service of the node",
          "     Loaded: loaded (/lib/systemd/system/containerd.service; enabled; preset: enabled)",
          "     Active: activating (auto-restart) (Result: exit-code) since Mon 2026-03-02 11:46:28 UTC; 3s ago",
          "   Main PID: 339 (code=exited, status=1/FAILURE)",
        ].join("\n"),
      },
      {
        "journal.txt": [
          "Mar 02 11:46:20 n7 systemd[1]: Started A service.",
          "Mar 02 11:46:21 n7 systemd[1]: containerd.service: Main process exited, code=exited, status=1/FAILURE",
          "Mar 02 11:46:21 n7 systemd[1]: containerd.service: Failed with result 'exit-code'.",
        ].join("\n"),
      },
    ],
    quiet: [
      {
        "status.txt": [
          "● containerd.service - A service of the node",
          "     Loaded: loaded (/lib/systemd/system/containerd.service; enabled; preset: enabled)",
          "     Active: active (running) since Mon 2026-03-02 11:46:28 UTC; 3min 18s ago",
        ].join("\n"),
      },
    ],
  },
};

export default rule;
