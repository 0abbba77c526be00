/** Other services of the node. */
import type { StructuralRule } from "./types.ts";
import { unitsDown } from "./_units.ts";

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "unit-restarts",
  title: "A service of the node does not stay up",
  passTitle: "No other service of the node kept failing",
  why: "A service that keeps ending may be the victim of the same trouble as the rest, or have one of its own.",
  layer: "workload",
  role: "effect",
  cause: "unknown",
  severity: "minor",
  confidence: "certain",
  explains: [],
  remedy: [],
  references: ["https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html"],
  needs: ["logs"],
  evaluate: (view) => unitsDown(view, "other"),
  cases: {
    fires: [
      {
        "status.txt": [
          "● nightly-copy.service - A service of the node",
          "     Loaded: loaded (/lib/systemd/system/nightly-copy.service; enabled; preset: enabled)",
          "     Active: activating (auto-restart) (Result: exit-code) since Mon 2026-03-02 11:46:28 UTC; 3s ago",
          "   Main PID: 339 (code=exited, status=1/FAILURE)",
        ].join("\n"),
      },
      {
        "journal.txt": [
          "Mar 02 11:46:20 n7 systemd[1]: Started A service.",
          "Mar 02 11:46:21 n7 systemd[1]: nightly-copy.service: Main process exited, code=exited, status=1/FAILURE",
          "Mar 02 11:46:21 n7 systemd[1]: nightly-copy.service: Failed with result 'exit-code'.",
        ].join("\n"),
      },
    ],
    quiet: [
      {
        "journal.txt": [
          "Mar 02 11:46:21 n7 systemd[1]: nightly-copy.service: Main process exited, code=exited, status=1/FAILURE",
          "Mar 02 11:46:21 n7 systemd[1]: nightly-copy.service: Failed with result 'exit-code'.",
          "Mar 02 11:56:20 n7 systemd[1]: Starting nightly-copy.service - Copy what is new...",
          "Mar 02 11:56:21 n7 systemd[1]: Finished nightly-copy.service - Copy what is new.",
        ].join("\n"),
      },
      {
        "journal-nightly-copy.txt": [
          "2026-03-02T11:46:21+0000 n7 systemd[1]: nightly-copy.service: Main process exited, code=exited, status=1/FAILURE",
          "2026-03-02T11:46:21+0000 n7 systemd[1]: nightly-copy.service: Failed with result 'exit-code'.",
          "2026-03-02T11:46:31+0000 n7 systemd[1]: nightly-copy.service: Main process exited, code=exited, status=1/FAILURE",
          "2026-03-02T11:46:31+0000 n7 systemd[1]: nightly-copy.service: Failed with result 'exit-code'.",
          "2026-03-02T11:46:36+0000 n7 systemd[1]: nightly-copy.service: Failed with result 'exit-code'.",
          "2026-03-02T11:46:41+0000 n7 systemd[1]: Started A service.",
        ].join("\n"),
        "kern.log": "2026-03-02T11:56:40+0000 n7 kernel: [ 9313.4] usb 1-1: new high-speed USB device number 4",
      },
      {
        "status.txt": [
          "● nightly-copy.service - A service of the node",
          "     Loaded: loaded (/lib/systemd/system/nightly-copy.service; enabled; preset: enabled)",
          "     Active: active (running) since Mon 2026-03-02 11:46:28 UTC; 3min 18s ago",
        ].join("\n"),
      },
    ],
  },
};

export default rule;
