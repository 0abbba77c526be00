/** Images of the workload that their registry does not give out. */
import type { RemedyStep } from "../model/rule.ts";
import { failedPulls, pullDraft } from "./_pull.ts";
import type { StructuralRule } from "./types.ts";

/** A reason that may lie with this node's network, and passes: the kubelet tries again. */
const PASSING = /cannot be reached/;

const remedy: RemedyStep[] = [
  {
    text: "Ask for the image by hand, and compare its name and tag with what the registry has.",
    command: "sudo crictl pull <image> || docker pull <image>; kubectl describe pod <pod> | tail -20",
    risk: "safe",
  },
  {
    text: "Where the registry limits how often it is asked, wait or log in to it; where it refuses connections, start it again.",
    command: "getent hosts <registry>; curl -sSI https://<registry>/v2/ | head -1",
    risk: "safe",
  },
  {
    text: "Correct the name, give the pod the credentials (imagePullSecrets), or choose an image that exists for this processor.",
    command: "kubectl -n <namespace> set image deployment/<name> <container>=<image>",
    risk: "change",
  },
];

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "image-unavailable",
  title: "An image cannot be pulled",
  passTitle: "No image was refused by its registry",
  why: "A wrong name, missing credentials, a limit of the registry, or an image that was never built for this processor: the pod waits, and the node has nothing to do with it.",
  layer: "workload",
  role: "cause",
  cause: "image-unavailable",
  severity: "minor",
  confidence: "likely",
  unmistakable: true,
  explains: ["image-pull-failed", "container-start-damaged"],
  remedy,
  references: ["https://kubernetes.io/docs/concepts/containers/images/"],
  needs: ["logs"],
  evaluate: (view) => {
    const drafts = pullDraft(view, failedPulls(view, false));
    // With the node's own logs at hand a single image is no trouble of the node, nor is what goes away by itself.
    return drafts.map((draft) =>
      view.has("kernel-log") || draft.active === false || PASSING.test(draft.subject)
        ? { ...draft, role: "symptom" as const }
        : draft,
    );
  },
  cases: {
    fires: [
      {
        "events.txt":
          'Warning  Failed  2m  kubelet  Failed to pull image "reg.example.net/app:1": rpc error: code = NotFound desc = failed to resolve reference "reg.example.net/app:1": reg.example.net/app:1: not found\n',
      },
    ],
    quiet: [
      {
        "events.txt":
          'Warning  Failed  2m  kubelet  Failed to pull image "reg.example.net/app:1": failed to register layer: write /usr/x: no space left on device\n',
      },
      {
        "events.txt":
          'Warning  Failed  2m  kubelet  Failed to pull image "app:1": Head "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 10.0.0.1:53: server misbehaving\n',
      },
    ],
  },
};

export default rule;
