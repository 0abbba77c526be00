/** The kernel refuses even an overlay of a single layer: the filesystem of containerd's directory does not carry one. */
import type { FindingDraft } from "../model/rule.ts";
import { filesystemUnder } from "./_mounts.ts";
import { stillActive, windowOf } from "./_time.ts";
import type { RuleView, StructuralRule } from "./types.ts";

/** Filesystems on which overlayfs does not work, or not with every kernel. */
const UNSUITABLE = /^(?:zfs|overlay|aufs|nfs4?|cifs|fuse\S*|vfat|exfat|ntfs3?|ecryptfs|9p|virtiofs|squashfs|erofs)$/;

function evaluate(view: RuleView): FindingDraft[] {
  const lines = view.matches("overlay-single-layer");
  const [match] = lines;
  const path = match?.captures["path"];
  if (!match || path === undefined) return [];
  const known = filesystemUnder(view, path);
  const kind = known ? ` (${known.type})` : "";
  const confidence = known === null ? "likely" : UNSUITABLE.test(known.type) ? "certain" : "possible";
  const [first, last] = [match.first(), lines.at(-1)?.last() ?? match.last()];
  const count = lines.reduce((sum, line) => sum + line.count, 0);
  return [
    {
      subject: "",
      title: `containerd's layers lie on a filesystem that overlayfs cannot use${kind}: ${path}`,
      summary: `The kernel refuses to put a writable directory over a single layer under ${path}${kind}, ${count === 1 ? "once" : `${count} times`}: invalid argument. With one layer no chain can be broken, so that it is the filesystem below, or what the kernel makes of it.`,
      confidence,
      window: windowOf([first.at, last.at]),
      active: stillActive(first, last, count, view),
      openStart: true,
      count,
      evidence: [first, ...(count > 1 ? [last] : []), ...(known ? [known.evidence] : [])],
      entities: [{ kind: "path", key: path }],
    },
  ];
}

const REFUSED =
  'time="2026-03-02T11:46:20Z" level=error msg="RunPodSandbox for &PodSandboxMetadata{Name:web,} failed, error" error="failed to create containerd task: failed to mount rootfs component &{overlay overlay [workdir=/srv/k/snapshots/31/work upperdir=/srv/k/snapshots/31/fs lowerdir=/srv/k/snapshots/1/fs]}: invalid argument: unknown"\n';

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "overlay-filesystem-unsuitable",
  title: "containerd's layers lie on a filesystem that overlayfs cannot use",
  passTitle: "overlayfs could use the filesystem of containerd's layers",
  why: "overlayfs needs ext4, btrfs or xfs with ftype=1 below. On zfs (before 2.2), NFS, another overlay or an encrypted home the kernel refuses every container.",
  layer: "runtime-storage",
  role: "cause",
  cause: "configuration-error",
  severity: "critical",
  confidence: "likely",
  explains: [
    "sandbox-create-failed",
    "create-container-error",
    "container-start-damaged",
    "crash-loop",
    "control-plane-down",
    "layer:runtime",
    "layer:kubelet",
    "layer:apiserver",
    "layer:network",
    "layer:workload",
    "layer:client",
  ],
  remedy: [
    {
      text: "See what the directory lies on, and what the kernel says to each refusal.",
      command: "findmnt -T /var/lib/rancher; findmnt -T /var/lib/containerd; sudo dmesg | grep -i overlay | tail",
      risk: "safe",
    },
    {
      text: "Keep a copy of the cluster's state before the directory is moved (on a server of k3s the directory server/db and its token).",
      command: "sudo tar -czf /media/usb/k3s-server.tar.gz -C /var/lib/rancher/k3s server",
      risk: "backup",
    },
    {
      text: "Put the directory on ext4 (a volume of its own does, on zfs too), or choose the snapshotter that fits: fuse-overlayfs, native, or zfs with its own dataset.",
      command: "k3s server --snapshotter=native",
      risk: "change",
    },
  ],
  references: ["https://docs.kernel.org/filesystems/overlayfs.html", "https://docs.k3s.io/cli/server"],
  needs: ["logs"],
  evaluate,
  cases: {
    fires: [
      { "k3s.log": REFUSED },
      { "k3s.log": REFUSED, "mounts.txt": "tank/data on /srv type zfs (rw,relatime,xattr,noacl)\n" },
    ],
    quiet: [
      { "k3s.log": REFUSED.replace("lowerdir=", "lowerdir=/srv/k/snapshots/2/fs:") },
      { "mounts.txt": "tank/data on /srv type zfs (rw,relatime,xattr,noacl)\n" },
    ],
  },
};

export default rule;
