/** ext4's own record says that its errors were I/O errors (EIO): the disk failed it, its metadata is not at fault. */
import type { Fact } from "../model/fact.ts";
import type { FindingDraft } from "../model/rule.ts";
import { diskEntities, diskOf } from "./_devices.ts";
import { recordKind } from "./_ext4-record.ts";
import { windowOf } from "./_time.ts";
import type { RuleView, StructuralRule } from "./types.ts";

function draftFor(view: RuleView, fact: Fact<"ext4">): FindingDraft {
  const { device, errorCount, lastMountedOn, firstErrorFunction } = fact.value;
  const place = device ?? lastMountedOn ?? "a filesystem";
  const at = view.factTime(fact, "firstErrorTime");
  const where = firstErrorFunction === null ? "" : `, the first in ${firstErrorFunction}`;
  const disk = device === null ? null : diskOf(device);
  return {
    subject: place,
    title: `ext4 remembers I/O errors of ${place}`,
    summary: `The record of the filesystem on ${place} counts ${errorCount ?? "some"} errors${where}; what it names is an I/O error (EIO): the disk did not give out or take what ext4 asked for.`,
    confidence: "likely",
    window: windowOf([at, view.factTime(fact, "lastErrorTime")]),
    active: null,
    openStart: true,
    count: errorCount ?? 1,
    evidence: [view.evidence(fact, `ext4 counts ${errorCount ?? "some"} errors${where}; EIO`, at)],
    entities: disk === null ? [] : diskEntities(view, disk),
  };
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "ext4-record-io-error",
  title: "ext4 remembers I/O errors",
  passTitle: "ext4's own record tells of no I/O error",
  why: "ext4 keeps in its superblock when and why it first and last met an error. EIO comes from the disk below, its cable or its power; a check of the filesystem does not mend that.",
  layer: "filesystem",
  role: "effect",
  cause: "storage-io-error",
  severity: "major",
  confidence: "likely",
  explains: ["cause:read-only-filesystem", "layer:runtime-storage", "layer:runtime", "layer:kubelet", "layer:etcd"],
  remedy: [
    {
      text: "See what the kernel says about the disk itself.",
      command: "sudo dmesg -T | grep -iE 'I/O error|mmc|ata|nvme|usb|voltage'; sudo smartctl -a /dev/<disk>",
      risk: "safe",
    },
    {
      text: "Copy what matters, then check the disk, its cable and its power before the filesystem.",
      command: "sudo dd if=/dev/<disk> of=/media/usb/disk.img bs=4M conv=noerror,sync status=progress",
      risk: "backup",
    },
  ],
  references: ["https://www.kernel.org/doc/html/latest/filesystems/ext4/"],
  needs: ["ext4-superblock"],
  evaluate: (view) =>
    view
      .facts("ext4")
      .filter(({ value }) => (value.errorCount ?? 0) > 0 && recordKind(value) === "io")
      .map((fact) => draftFor(view, fact)),
  cases: {
    fires: [
      {
        "dumpe2fs.txt": [
          "dumpe2fs 1.47.0 (5-Feb-2023)",
          "Filesystem volume name:   <none>",
          "Last mounted on:          /srv",
          "Filesystem UUID:          00aa11bb-22cc-33dd-44ee-55ff66778899",
          "Filesystem magic number:  0xEF53",
          "Filesystem state:         clean with errors",
          "FS Error count:           7",
          "First error time:         Tue Jan  2 03:04:05 2024",
          "First error function:     ext4_journal_check_start",
          "First error err:          EROFS",
          "Last error time:          Tue Jan  2 03:04:09 2024",
          "Last error function:      ext4_get_branch",
          "Last error err:           EIO",
        ].join("\n"),
      },
    ],
    quiet: [
      {
        "dumpe2fs.txt": [
          "dumpe2fs 1.47.0 (5-Feb-2023)",
          "Filesystem volume name:   <none>",
          "Filesystem UUID:          00aa11bb-22cc-33dd-44ee-55ff66778899",
          "Filesystem magic number:  0xEF53",
          "Filesystem state:         clean with errors",
          "FS Error count:           7",
          "First error time:         Tue Jan  2 03:04:05 2024",
          "First error function:     ext4_lookup",
          "First error err:          EFSCORRUPTED",
        ].join("\n"),
      },
    ],
  },
};

export default rule;
