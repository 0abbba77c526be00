/** A volume over the network (iSCSI, NBD, Ceph's RBD) whose connection broke while it was in use. */
import type { FindingDraft } from "../model/rule.ts";
import { windowOf } from "./_time.ts";
import type { MatchedText, RuleView, StructuralRule } from "./types.ts";

function isDisk({ captures }: MatchedText): boolean {
  return /^(?:sd[a-z]|\d+:|dm-)/.test(captures["device"] ?? "");
}

/** iSCSI connects again by itself: it is told only where a disk then failed. */
function evaluate(view: RuleView): FindingDraft[] {
  const failing = view.matches("block-io-error").some(isDisk);
  const said = view
    .matches("network-volume-line")
    .filter(({ captures }) => captures["device"] !== undefined || failing);
  if (said.length === 0) return [];
  const names = [...new Set(said.map(({ captures }) => captures["device"] ?? "an iSCSI volume"))]
    .slice(0, 4)
    .join(", ");
  const what = [...new Set(said.map(({ captures }) => captures["what"]))].slice(0, 3).join("; ");
  const count = said.reduce((sum, match) => sum + match.count, 0);
  return [
    {
      subject: "",
      title: `A network volume lost its connection: ${names}`,
      summary: `The connection of ${names} broke, ${count === 1 ? "1 line" : `${count} lines`}: ${what}. Its reads and writes fail as those of a bad disk would; the network or the storage server is what failed.`,
      confidence: "likely",
      window: windowOf(said.flatMap((match) => [match.first().at, match.last().at])),
      active: null,
      count,
      counted: "line",
      evidence: said.slice(0, 6).map((match) => match.first()),
      entities: [],
    },
  ];
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "network-volume-lost",
  title: "A network volume lost its connection",
  passTitle: "No network volume lost its connection",
  why: "A volume that comes over the network is only as good as its connection. When that breaks for too long, the kernel fails what programs write, and the filesystem on it is made read-only.",
  layer: "block-device",
  role: "cause",
  cause: "storage-io-error",
  severity: "critical",
  confidence: "likely",
  explains: [
    "storage-io-error",
    "path-io-error",
    "cause:storage-io-error",
    "cause:read-only-filesystem",
    "cause:filesystem-corruption",
    "hung-task",
    "layer:workload",
  ],
  remedy: [
    {
      text: "See whether the storage server answers, and what holds the volume.",
      command:
        "lsblk; sudo iscsiadm -m session 2>/dev/null; sudo dmesg -T | grep -iE 'conn error|nbd|rbd|libceph' | tail -30",
      risk: "safe",
    },
    {
      text: "Make a snapshot or copy of the volume on the storage server before a check changes anything on it.",
      risk: "backup",
    },
    {
      text: "When the connection stands again, unmount the volume, check its filesystem, and start the pods that use it again.",
      command: "sudo umount /dev/<disk>; sudo fsck -n /dev/<disk>",
      risk: "change",
    },
  ],
  references: ["https://docs.kernel.org/admin-guide/blockdev/nbd.html"],
  needs: ["kernel-log"],
  evaluate,
  cases: {
    fires: [
      {
        "dmesg.txt":
          "[  900.100000] block nbd2: Connection timed out\n[  900.200000] block nbd2: shutting down sockets\n",
      },
      {
        "dmesg.txt": [
          "[  900.100000]  connection3:0: detected conn error (1020)",
          "[ 1020.100000] sd 3:0:0:1: rejecting I/O to offline device",
        ].join("\n"),
      },
    ],
    quiet: [{ "dmesg.txt": "[  900.100000]  connection3:0: detected conn error (1020)\n" }],
  },
};

export default rule;
