/** The runtime's directory lies on a filesystem that overlayfs cannot write to (vfat, NFS, xfs without ftype), and no other driver is used. */
import type { FindingDraft } from "../model/rule.ts";
import { stillActive, windowOf } from "./_time.ts";
import type { RuleView, StructuralRule } from "./types.ts";

function evaluate(view: RuleView): FindingDraft[] {
  const refused = view.matches("overlay-upper-refused");
  const [match] = refused;
  const [failed] = view.findings("storage-driver-unsupported");
  // A runtime that then takes another driver runs: the kernel's line alone says nothing.
  if (!match || !failed) return [];
  const path = refused.find(({ captures }) => captures["path"])?.captures["path"]?.replace(/\/check-overlayfs.*$/, "");
  const mount = path === undefined ? null : view.mountOf(path);
  const type = view.facts("mount").find(({ value }) => value.target === mount?.target)?.value.type;
  const place = path === undefined ? "the runtime's directory" : path;
  const kind = mount && type ? ` (${mount.source}, ${type})` : "";
  const evidence = [match.first(), ...failed.evidence.slice(0, 3)];
  const count = refused.reduce((sum, { count: lines }) => sum + lines, 0);
  return [
    {
      subject: "",
      title: `${place} lies on a filesystem that overlay2 cannot use${kind}`,
      summary: `The kernel refuses the filesystem under ${place}${kind} for overlayfs, ${count === 1 ? "once" : `${count} times`}, and the runtime has no other storage driver that works.`,
      confidence: "likely",
      window: windowOf(evidence.map(({ at }) => at)),
      active: stillActive(match.first(), match.last(), count, view),
      count,
      evidence,
      entities: [],
    },
  ];
}

const DOCKERD = [
  'time="2026-03-02T11:46:20.2Z" level=error msg="failed to mount overlay: invalid argument" storage-driver=overlay2',
  "failed to start daemon: error initializing graphdriver: driver not supported",
].join("\n");

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "docker-root-unsuitable",
  title: "The runtime's directory lies on a filesystem that overlay2 cannot use",
  passTitle: "overlayfs could use the filesystem of the runtime's directory",
  why: "overlay2 needs a filesystem that keeps owners, special files and extended attributes: ext4, xfs with ftype=1, btrfs or f2fs. On FAT, exFAT, NTFS, NFS or another overlay the kernel refuses it, and the runtime does not start.",
  layer: "filesystem",
  role: "cause",
  cause: "configuration-error",
  severity: "critical",
  confidence: "likely",
  explains: [
    "storage-driver-unsupported",
    "layer:runtime-storage",
    "layer:runtime",
    "layer:kubelet",
    "layer:workload",
    "layer:client",
  ],
  remedy: [
    {
      text: "See what filesystem the directory lies on.",
      command:
        "findmnt -T /var/lib/docker; docker info 2>/dev/null | grep -iE 'root dir|storage'; cat /etc/docker/daemon.json",
      risk: "safe",
    },
    {
      text: "Copy what is wanted from that disk before it is formatted.",
      command: "sudo rsync -aH /<mount point>/ /media/usb/backup/",
      risk: "backup",
    },
    {
      text: "Format the partition as ext4 (this deletes all that is on it), or let data-root in /etc/docker/daemon.json name a directory on a filesystem that fits.",
      command: "sudo systemctl restart docker",
      risk: "change",
    },
  ],
  references: ["https://docs.docker.com/engine/storage/drivers/overlayfs-driver/"],
  needs: ["runtime-log"],
  evaluate,
  cases: {
    fires: [
      {
        "dmesg.txt":
          "[  425.598851] overlayfs: filesystem on '/mnt/usb/docker/check-overlayfs-support1/upper' not supported as upperdir\n",
        "dockerd.txt": DOCKERD,
      },
    ],
    quiet: [
      {
        "dmesg.txt":
          "[  425.598851] overlayfs: filesystem on '/var/lib/containerd/check-overlayfs-support1/upper' not supported as upperdir\n",
      },
      { "dockerd.txt": DOCKERD },
    ],
  },
};

export default rule;
