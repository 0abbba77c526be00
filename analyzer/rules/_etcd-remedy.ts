import type { RemedyStep } from "../model/rule.ts";

/** What to do about a damaged etcd, safe first. */
const steps: RemedyStep[] = [
  {
    text: "Look for snapshots of etcd before anything is touched.",
    command: "sudo find / -xdev -name '*snapshot*' -size +1M 2>/dev/null | head; sudo ls -la /var/lib/etcd/member/snap",
    risk: "safe",
  },
  {
    text: "Stop the kubelet, and keep a copy of etcd's files. They are the only record of the cluster; moving /var/lib/etcd/member away makes etcd start empty and loses every object of it.",
    command: "sudo systemctl stop kubelet; sudo cp -a /var/lib/etcd /var/lib/etcd.damaged",
    risk: "backup",
  },
  {
    text: "Restore a snapshot, or let this member join the others anew.",
    command: "sudo etcdutl snapshot restore <snapshot.db> --data-dir /var/lib/etcd-restored",
    risk: "change",
  },
];

export default steps;
