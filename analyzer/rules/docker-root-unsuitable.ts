/** The runtime's directory lies on a filesystem that cannot hold image layers (FAT, NTFS, NFS, xfs without ftype, another overlay). */
import type { Confidence } from "../model/words.ts";
import type { Evidence, FindingDraft } from "../model/rule.ts";
import type { Filesystem } from "./_mounts.ts";
import { filesystemUnder } from "./_mounts.ts";
import { stillActive, windowOf } from "./_time.ts";
import type { MatchedText, RuleView, StructuralRule } from "./types.ts";

/** Types of mounts that keep no owners, links or extended attributes as overlayfs needs them. */
const UNFIT = /^(?:nfs4?|vfat|msdos|exfat|ntfs3?|fuseblk|fuse\.\w+|cifs|smb3?|smbfs|9p)$/;
const ROOT = /(\/\S{1,300}?)\/(?:check-overlayfs|overlay2\/|fuse-overlayfs\/|overlay\/)/;

interface Sign {
  said: MatchedText[];
  /** What shows the filesystem itself. */
  proof: Evidence[];
  confidence: Confidence;
}

function rootOf(said: MatchedText[]): string | null {
  for (const match of said) {
    const root = ROOT.exec(match.captures["path"] ?? match.first().text)?.[1];
    if (root !== undefined) return root;
  }
  return null;
}

const mountUnder = (view: RuleView, root: string | null): Filesystem | null =>
  root === null ? null : filesystemUnder(view, root);

/** The kernel refuses the filesystem. A runtime that then takes another driver runs, unless the kernel says it outright. */
function refusedByKernel(view: RuleView): Sign | null {
  const said = view.matches("overlay-upper-refused");
  const decisive = said.filter(({ captures }) => captures["decisive"] !== undefined);
  const [failed] = view.findings("storage-driver-unsupported");
  if (failed && said.length > 0) return { said, proof: failed.evidence.slice(0, 3), confidence: "likely" };
  return decisive.length > 0 ? { said: decisive, proof: [], confidence: "likely" } : null;
}

/** Links are refused by such filesystems only; owners also by a container that may not set them. */
function refusedInLayer(view: RuleView): Sign | null {
  const said = view.matches("layer-unpack-refused");
  if (said.length === 0) return null;
  const unfit = UNFIT.test(mountUnder(view, rootOf(said))?.type ?? "") || namedByDocker(view).length > 0;
  const links = said.some(({ captures }) => captures["call"]?.toLowerCase().endsWith("link"));
  return { said, proof: namedByDocker(view), confidence: unfit || links ? "likely" : "possible" };
}

function namedByDocker(view: RuleView): Evidence[] {
  return view.matches("docker-root-filesystem").map((match) => match.first());
}

/** “invalid argument” has many reasons: only together with a filesystem that is known to be unfit. */
function refusedMount(view: RuleView): Sign | null {
  const said = view
    .matches("overlay-mount-failed")
    .filter(({ captures }) => captures["path"] !== undefined && captures["what"]?.toLowerCase() === "invalid argument");
  const mount = mountUnder(view, rootOf(said));
  const unfit = mount !== null && UNFIT.test(mount.type) ? [mount.evidence] : [];
  const proof = [...namedByDocker(view), ...unfit];
  return said.length > 0 && proof.length > 0 ? { said, proof, confidence: "likely" } : null;
}

function evaluate(view: RuleView): FindingDraft[] {
  const signs = [refusedByKernel(view), refusedMount(view), refusedInLayer(view)].filter((sign) => sign !== null);
  const [sign] = signs;
  if (!sign) return [];
  const said = signs.flatMap((one) => one.said);
  const root = rootOf(said);
  const mount = mountUnder(view, root);
  const named = view.matches("docker-root-filesystem").find(({ captures }) => captures["type"])?.captures["type"];
  const kind = mount ? ` (${mount.source}, ${mount.type})` : named ? ` (docker calls it ${named})` : "";
  const place = root ?? "the runtime's directory";
  const firsts = said.map((match) => match.first());
  const [first, last] = [firsts[0], said.at(-1)?.last()] as [Evidence, Evidence];
  const count = said.reduce((sum, match) => sum + match.count, 0);
  const shown = [...new Set(said.map(({ captures }) => captures["what"]))].slice(0, 2).join("; ");
  return [
    {
      subject: "",
      title: `${place} lies on a filesystem that cannot hold image layers${kind}`,
      summary: `The filesystem under ${place}${kind} refuses what overlay2 and image layers need, ${count === 1 ? "once" : `${count} times`}: ${shown}.`,
      confidence: sign.confidence,
      window: windowOf(firsts.map(({ at }) => at)),
      active: stillActive(first, last, count, view),
      count,
      evidence: [...firsts.slice(0, 4), ...signs.flatMap(({ proof }) => proof).slice(0, 4)],
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
  title: "The runtime's directory lies on a filesystem that cannot hold image layers",
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
      { "dmesg.txt": "[  425.598851] overlayfs: upper fs missing required features.\n" },
      {
        "docker.txt": "error creating overlay mount to /srv/share/docker/overlay2/aa00-init/merged: invalid argument\n",
        "docker-info.txt": " Server Version: 24.0.7\n Storage Driver: overlay2\n  Backing Filesystem: nfs\n",
      },
      {
        "docker.txt": "error creating overlay mount to /srv/share/docker/overlay2/aa00-init/merged: invalid argument\n",
        "mounts.txt": "/dev/sdb1 /srv/share fuseblk rw,relatime,user_id=0 0 0\n",
      },
      { "docker.txt": "failed to register layer: symlink busybox /bin/ash: operation not permitted\n" },
    ],
    quiet: [
      {
        "docker.txt": "error creating overlay mount to /var/lib/docker/overlay2/aa00/merged: invalid argument\n",
        "docker-info.txt": " Server Version: 24.0.7\n Storage Driver: overlay2\n  Backing Filesystem: extfs\n",
      },
      {
        "dmesg.txt":
          "[  425.598851] overlayfs: upper fs does not support RENAME_WHITEOUT.\n[  425.598852] overlayfs: ...falling back to uuid=null.\n",
      },
      {
        "dmesg.txt":
          "[  425.598851] overlayfs: filesystem on '/var/lib/containerd/check-overlayfs-support1/upper' not supported as upperdir\n",
      },
      { "dockerd.txt": DOCKERD },
    ],
  },
};

export default rule;
