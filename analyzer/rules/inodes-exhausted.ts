/** A filesystem without free inodes: it has room, and no new file can be made. */
import type { Evidence, FindingDraft } from "../model/rule.ts";
import { describeRow, realRows } from "./_disk-full.ts";
import { windowOf } from "./_time.ts";
import type { RuleView, StructuralRule } from "./types.ts";

/** Directories with the most files, by the rows of `du --inodes`. */
function inodeEaters(view: RuleView, target: string, used: number | null): { text: string; evidence: Evidence }[] {
  const rows = view.matches("file-count-line").map((match) => {
    return { path: match.captures["path"] ?? "", count: Number(match.captures["count"]), evidence: match.first() };
  });
  // Rows of `du` in kilobytes look the same: only where the sum fits the inodes in use are they counts of files.
  const sum = rows.find(({ path }) => path === target);
  if (used === null || !sum || sum.count < used / 2 || sum.count > used * 1.1) return [];
  const inner = rows.filter(({ path }) => path !== target && !rows.some((other) => other.path.startsWith(`${path}/`)));
  return inner
    .toSorted((a, b) => b.count - a.count)
    .slice(0, 3)
    .map(({ path, count, evidence }) => ({ text: `${path} (${count} files)`, evidence }));
}

function evaluate(view: RuleView): FindingDraft[] {
  const full = realRows(view, "inodes").filter(({ value }) => (value.percent ?? 0) >= 100 || value.available === 0);
  if (full.length === 0) return [];
  const said = view.matches("no-space-left").map((match) => match.first());
  const rows = full.toSorted((a, b) => a.value.target.length - b.value.target.length);
  const [row] = rows as [(typeof rows)[number]];
  const eaters = inodeEaters(view, row.value.target, row.value.used);
  const biggest = eaters.length > 0 ? ` Most of the files lie in ${eaters.map(({ text }) => text).join(", ")}.` : "";
  const places = rows.map((row) => describeRow(row)).join("; ");
  return [
    {
      subject: "",
      title: `No inodes are left: ${places}`,
      summary: `The filesystem has no inodes left, so that no new file can be made however much room it has: ${places}.${biggest}${said.length > 0 ? " Programs are told “no space left on device”." : ""}`,
      confidence: "certain",
      window: windowOf(said.map(({ at }) => at)),
      active: true,
      openStart: true,
      count: rows.length + said.length,
      evidence: [
        ...rows.slice(0, 4).map((row) => view.evidence(row, describeRow(row))),
        ...eaters.map(({ evidence }) => evidence),
        ...said.slice(0, 4),
      ],
      entities: [],
    },
  ];
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "inodes-exhausted",
  title: "A filesystem has no inodes left",
  passTitle: "Every filesystem has inodes left",
  why: "Every file needs an inode, and ext4 has a fixed number of them. Many small files use them up long before the space.",
  layer: "filesystem",
  role: "cause",
  cause: "inodes-exhausted",
  severity: "critical",
  confidence: "certain",
  explains: [
    "cause:disk-pressure",
    "cause:storage-full",
    "cause:image-layer-corruption",
    "cause:runtime-state-corruption",
    "cause:image-unavailable",
    "layer:runtime-storage",
    "layer:runtime",
    "layer:kubelet",
    "layer:etcd",
    "layer:apiserver",
    "layer:workload",
    "layer:client",
  ],
  remedy: [
    {
      text: "Find the directories with the most files.",
      command: "sudo du -x --inodes -d 4 / 2>/dev/null | sort -n | tail -20",
      risk: "safe",
    },
    {
      text: "Keep a copy of what is not known to be of no use.",
      command: "sudo tar -C / -czf /media/usb/files.tar.gz <directory>",
      risk: "backup",
    },
    {
      text: "Take away images and volumes that no container uses, and the files that were found; a bigger number of inodes needs a new filesystem (mkfs.ext4 -N or -i).",
      command: "sudo docker image prune -a; sudo docker volume ls -f dangling=true",
      risk: "change",
    },
  ],
  references: ["https://man7.org/linux/man-pages/man8/mke2fs.8.html"],
  needs: ["disk-usage"],
  evaluate,
  cases: {
    fires: [
      {
        "df-i.txt":
          "Filesystem      Inodes  IUsed IFree IUse% Mounted on\n/dev/sda2      1906880 1906880     0  100% /\n",
        "du.txt": "21011\t/usr\n1411021\t/var/lib/kubelet\n1500000\t/var\n1900000\t/\n",
      },
      {
        "df-i.txt": [
          "Filesystem      Inodes  IUsed IFree IUse% Mounted on",
          "/dev/mmcblk0p2 1906880 1906880     0  100% /",
          "tmpfs           480000     20 479980    1% /dev/shm",
        ].join("\n"),
      },
    ],
    quiet: [
      {
        "df-i.txt": [
          "Filesystem      Inodes  IUsed IFree IUse% Mounted on",
          "/dev/mmcblk0p2 1906880  90688 1816192    5% /",
          "/dev/mmcblk0p1      0      0      0     - /boot/firmware",
          "/dev/loop3      11732  11732      0  100% /snap/core18/2284",
        ].join("\n"),
      },
    ],
  },
};

export default rule;
