/** Certificates and keys of the cluster that are there and cannot be used: empty, cut off, or not of one another. */
import { isOfControlPlane, sumOf } from "./_control-plane.ts";
import type { MatchedText, StructuralRule } from "./types.ts";

/** Words that only the cluster's programs use, whoever wrote them down. */
const OWN_WORDS =
  /\/etc\/kubernetes\/|\/var\/lib\/(?:kubelet|rancher|k0s|etcd)\/|^command failed err=|etcdmain: |into cert\/key pair/;

function isOfCluster(line: MatchedText): boolean {
  const first = line.first();
  return isOfControlPlane(first) || OWN_WORDS.test(first.text);
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "certificate-unusable",
  title: "A certificate or key of the cluster cannot be used",
  passTitle: "No certificate or key of the cluster was unusable",
  why: "A certificate or key that is empty or cut off is mostly one that was being written when the power failed. The program that needs it ends at its start.",
  layer: "kubelet",
  role: "cause",
  cause: "certificate-invalid",
  severity: "critical",
  confidence: "likely",
  explains: [
    "etcd-refused",
    "apiserver-refused",
    "control-plane-down",
    "node-agent-down",
    "unit-restarts",
    "crash-loop",
    "layer:apiserver",
    "layer:network",
    "layer:workload",
    "layer:client",
  ],
  remedy: [
    {
      text: "Look for files that are empty, and see when they were written last.",
      command:
        "sudo find /etc/kubernetes /etc/etcd /var/lib/kubelet/pki /var/lib/rancher -type f \\( -name '*.crt' -o -name '*.key' -o -name '*.pem' \\) -size -64c -exec ls -la {} + 2>/dev/null",
      risk: "safe",
    },
    {
      text: "Keep a copy of what is there. Without the keys of its authorities (ca.key) all certificates have to be made anew.",
      command:
        "sudo cp -a /etc/kubernetes /root/kubernetes.before; sudo cp -a /var/lib/kubelet/pki /root/kubelet-pki.before",
      risk: "backup",
    },
    {
      text: "Put the file back from a backup or another server, or delete it together with its key and have it made anew.",
      command: "sudo kubeadm init phase certs <name>",
      risk: "change",
    },
  ],
  references: ["https://kubernetes.io/docs/setup/best-practices/certificates/"],
  needs: ["logs"],
  evaluate: (view) => {
    const lines = view.matches("certificate-unusable-lines").filter(isOfCluster);
    const sum = sumOf(view, lines);
    if (sum === null) return [];
    const { what = "", path } = lines[0]?.captures ?? {};
    const name = path ?? "of the cluster";
    return [
      {
        ...sum,
        subject: "",
        title: `A certificate or key ${name} cannot be used: ${what}`,
        summary: `A program of the cluster cannot use its certificate or key ${path ?? ""}, ${sum.count} times: ${what}. The file is empty, cut off, or does not belong to its key.`,
        confidence: "likely",
        entities: path === undefined ? [] : [view.resolve("path", path)],
      },
    ];
  },
  cases: {
    fires: [
      {
        "journal.txt":
          "Mar 02 11:46:20 n7 etcd-wrapper[900]: 2021-03-02 11:46:20.000000 C | etcdmain: tls: failed to find any PEM data in key input",
      },
      {
        "kubelet.log":
          'E0302 11:46:20.000000    4560 run.go:74] "command failed" err="failed to run Kubelet: could not convert data from \\"/var/lib/kubelet/pki/kubelet-client-current.pem\\" into cert/key pair: tls: failed to find any PEM data in certificate input"',
      },
    ],
    quiet: [
      {
        "cert-manager-webhook.log":
          "E0302 11:46:20.000000       1 server.go:10] tls: private key does not match public key",
      },
    ],
  },
};

export default rule;
