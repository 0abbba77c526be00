/** Files of the control plane that its own programs may not open, and whether SELinux says why. */
import { sumOf } from "./_control-plane.ts";
import type { StructuralRule } from "./types.ts";

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "control-plane-file-forbidden",
  title: "A program of Kubernetes may not open a file that it needs",
  passTitle: "Every program of Kubernetes could open its files",
  why: "etcd and the API server often run as users of their own. After files were copied, restored or made by root, they belong to somebody else, and the programs end at their start.",
  layer: "kubelet",
  role: "cause",
  cause: "configuration-error",
  severity: "critical",
  confidence: "likely",
  explains: [
    "etcd-refused",
    "apiserver-refused",
    "control-plane-down",
    "node-agent-down",
    "unit-restarts",
    "crash-loop",
    "layer:etcd",
    "layer:apiserver",
    "layer:network",
    "layer:workload",
    "layer:client",
  ],
  remedy: [
    {
      text: "See whom the file and its directories belong to, as which user the program runs, and whether SELinux refuses it.",
      command:
        "namei -l {path}; ps -eo user,args | grep -E 'etcd|kube-' | head; sudo ausearch -m avc -ts recent 2>/dev/null | tail",
      risk: "safe",
    },
    {
      text: "Note the owners, modes and labels as they are.",
      command:
        "sudo getfacl -R /var/lib/etcd /etc/kubernetes > /root/owners.before; sudo ls -laZR /var/lib/etcd > /root/labels.before",
      risk: "backup",
    },
    {
      text: "Give the files back to the user that the program runs as. With SELinux restore their labels.",
      command: "sudo chown -R etcd:etcd /var/lib/etcd; sudo restorecon -Rv /var/lib/etcd /etc/kubernetes",
      risk: "change",
    },
  ],
  references: ["https://kubernetes.io/docs/setup/best-practices/certificates/"],
  needs: ["logs"],
  evaluate: (view) => {
    const lines = view.matches("control-plane-forbidden-lines");
    const sum = sumOf(view, lines);
    const path = lines[0]?.captures["path"];
    if (sum === null || path === undefined) return [];
    const denials = view.matches("selinux-denied-lines");
    const labels = denials.length > 0 ? " SELinux refuses it." : "";
    return [
      {
        ...sum,
        subject: "",
        title: `A program of Kubernetes may not open ${path}${denials.length > 0 ? " (SELinux)" : ""}`,
        summary: `A program of Kubernetes ends, ${sum.count === 1 ? "once" : `${sum.count} times`}, because it may not open ${path}.${labels}`,
        confidence: "likely",
        evidence: [...sum.evidence, ...denials.slice(0, 2).map((denial) => denial.first())],
        entities: [view.resolve("path", path)],
      },
    ];
  },
  cases: {
    fires: [
      { "etcd.log": "2021-03-02 11:46:20.000000 C | etcdmain: open /var/lib/etcd/member: permission denied" },
      {
        "etcd.log":
          "2021-03-02 11:46:20.000000 C | etcdmain: cannot access data directory: open /var/lib/etcd/.touch: permission denied",
        "audit.txt":
          'type=AVC msg=audit(1614685580.297:136): avc:  denied  { write } for  pid=2817 comm="etcd" name="etcd" dev="dm-0" ino=671 tclass=dir',
      },
    ],
    quiet: [{ "terminal.txt": "Error: open /etc/kubernetes/pki/etcd/healthcheck-client.key: permission denied" }],
  },
};

export default rule;
