/** The pause image, or one of the control plane, that cannot be pulled: no pod at all starts. */
import type { RemedyStep } from "../model/rule.ts";
import { failedPulls, pullDraft } from "./_pull.ts";
import type { StructuralRule } from "./types.ts";

const remedy: RemedyStep[] = [
  {
    text: "See which images are wanted, which are there, and whether the registry answers from this node.",
    command: "kubeadm config images list; sudo crictl images; curl -sSI https://registry.k8s.io/v2/ | head -1",
    risk: "safe",
  },
  {
    text: "Keep a copy of the runtime's settings before a mirror is set in them.",
    command: "sudo cp -a /etc/containerd/config.toml /root/config.toml.before",
    risk: "backup",
  },
  {
    text: "Pull the images from a mirror that can be reached, or bring them in an archive; set the same pause image (sandbox_image) for the runtime.",
    command: "sudo kubeadm config images pull --image-repository <mirror>; sudo systemctl restart containerd kubelet",
    risk: "change",
  },
];

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "vital-image-unavailable",
  title: "An image that Kubernetes itself needs cannot be pulled",
  passTitle: "No image of Kubernetes itself was refused by its registry",
  why: "Each pod begins with the pause image, and the control plane of kubeadm is made of images. Where their registry cannot be reached, nothing starts.",
  layer: "runtime",
  role: "cause",
  cause: "image-unavailable",
  severity: "critical",
  confidence: "likely",
  explains: [
    "image-pull-failed",
    "kubeadm-preflight-failed",
    "control-plane-down",
    "cause:network-plugin",
    "layer:kubelet",
    "layer:etcd",
    "layer:apiserver",
    "layer:network",
    "layer:workload",
    "layer:client",
  ],
  remedy,
  references: ["https://kubernetes.io/docs/reference/setup-tools/kubeadm/kubeadm-init/#custom-images"],
  needs: ["logs"],
  evaluate: (view) => pullDraft(view, failedPulls(view, true)),
  cases: {
    fires: [
      {
        "kubelet.log":
          'E0302 11:46:20.100000     700 remote_runtime.go:176] "RunPodSandbox from runtime service failed" err="rpc error: code = Unknown desc = failed to get sandbox image \\"registry.k8s.io/pause:3.6\\": failed to pull image \\"registry.k8s.io/pause:3.6\\": failed to pull and unpack image \\"registry.k8s.io/pause:3.6\\": failed to resolve reference \\"registry.k8s.io/pause:3.6\\": failed to do request: Head \\"https://registry.k8s.io/v2/pause/manifests/3.6\\": dial tcp 192.0.2.1:443: i/o timeout"\n',
      },
    ],
    quiet: [
      {
        "events.txt":
          'Warning  Failed  2m  kubelet  Failed to pull image "reg.example.net/app:1": rpc error: code = NotFound desc = not found\n',
      },
    ],
  },
};

export default rule;
