/**
 * A disk or card that fails reads or writes: all that the kernel says about one disk (its partitions, its mmc host) is
 * one finding. How bad it is depends on what the disk is mounted for.
 */
import type { Evidence, FindingDraft, RemedyStep } from "../model/rule.ts";
import { diskEntities, diskOf, isPulledOut, useOf } from "./_devices.ts";
import { shellWord } from "./_fill.ts";
import { stillActive, windowOf } from "./_time.ts";
import type { MatchedText, RuleView, StructuralRule } from "./types.ts";

const MEDIUM = /critical medium|medium error|unrecovered read|hardware error|UNC|Sense Key : 0x[34]|ASC=0x11/i;
/** Words of the SCSI standard, for kernels that print numbers only (without CONFIG_SCSI_CONSTANTS). */
const SCSI_WORDS: [RegExp, string][] = [
  [/^Sense Key : 0x3$/i, "medium error"],
  [/^Sense Key : 0x4$/i, "hardware error"],
  [/^Sense Key : 0xb$/i, "aborted command"],
  [/^ASC=0x11/i, "unrecovered read error"],
  [/^ASC=0x0?3/i, "write fault"],
  [/^ASC=0x44/i, "internal target failure"],
  [/hostbyte=0x01$/i, "the disk is not connected"],
  [/hostbyte=0x03$/i, "the disk gave no answer in time"],
  [/hostbyte=0x(?:04|07|0e)$/i, "the bus of the disk failed"],
];

function inWords(what: string | undefined): string {
  if (what === undefined) return "buffer I/O error";
  const word = SCSI_WORDS.find(([pattern]) => pattern.test(what.trim()));
  return word ? word[1] : what.replace(/^, /, "");
}

function byDisk(view: RuleView): Map<string, MatchedText[]> {
  const groups = new Map<string, MatchedText[]>();
  const names = new Map(view.matches("scsi-disk").map(({ captures }) => [captures["address"], captures["device"]]));
  for (const match of view.matches("block-io-error")) {
    const told = match.captures["device"] ?? "";
    const disk = diskOf(names.get(told) ?? told.replace(/^nvme\d+$/, "$&n1"));
    if (disk !== null) groups.set(disk, [...(groups.get(disk) ?? []), match]);
  }
  // A card that is taken out of its slot, or a radio on the card's bus that starts anew, fails nothing by that alone.
  return new Map([...groups].filter(([, group]) => !group.every(({ captures }) => isRemoval(captures["what"]))));
}

function isRemoval(what: string | undefined): boolean {
  return /^card \S+ removed$/i.test(what ?? "");
}

/** What a command calls the disk; its place on a bus is no file under /dev. */
function deviceFile(disk: string): string {
  return /^(?:\d+:|ata\d)/.test(disk) ? "/dev/<disk>" : shellWord(`/dev/${disk}`);
}

function remedyFor(disk: string): RemedyStep[] {
  const device = deviceFile(disk);
  const card = disk.startsWith("mmcblk");
  return [
    {
      text: "Look first whether the power was ever too low (anything but 0x0 says so): a weak supply makes a sound card fail.",
      command: "vcgencmd get_throttled; sudo dmesg | grep -iE 'voltage|mmc|I/O error'",
      risk: "safe",
    },
    {
      text: "Copy what matters, or the whole disk, before anything else is written to it.",
      command: `sudo dd if=${device} of=/media/usb/disk.img bs=4M conv=noerror,sync status=progress`,
      risk: "backup",
    },
    card
      ? {
          text: "Try another power supply and cable, and take out any overclocking of the card (dtoverlay=sdhost,overclock…, dtparam=sd_overclock). If the errors stay, write the image to a new card.",
          risk: "change",
        }
      : {
          text: "Ask the disk for its own record; check the cable, the USB adapter and the power. If it counts pending or uncorrectable sectors, replace it.",
          command: `sudo smartctl -H -A ${device}`,
          risk: "safe",
        },
    {
      text: "Check the filesystem while it is not mounted, then see that no new error comes.",
      command: "sudo dmesg -w | grep -iE 'I/O error|mmc|EXT4-fs'",
      risk: "safe",
    },
  ];
}

function activeOf(view: RuleView, last: Evidence, first: Evidence, count: number): true | null {
  // A disk that stays silent after a read-only remount is not repaired: never `false`.
  return stillActive(first, last, count, view) === true ? true : null;
}

function draftFor(view: RuleView, disk: string, group: MatchedText[]): FindingDraft {
  const firsts = group.slice(0, 200).map((match) => match.first());
  const lasts = group.slice(-200).map((match) => match.last());
  const ordered = lasts.toSorted((a, b) => (a.at?.best ?? 0) - (b.at?.best ?? 0));
  const [first, last] = [firsts[0], ordered.at(-1)] as [Evidence, Evidence];
  const count = group.reduce((sum, match) => sum + match.count, 0);
  const { use, targets } = useOf(view, disk);
  const medium = firsts.some(({ text }) => MEDIUM.test(text));
  const kinds = [...new Set(group.map(({ captures }) => inWords(captures["what"])))];
  const where = targets.length > 0 ? `, which carries ${targets.slice(0, 3).join(", ")},` : "";
  const unused = use === "none" ? " It is not mounted now, so the node does not run from it." : "";
  const pulled = isPulledOut(view, disk);
  const pools = [...view.findings("thin-pool-failed"), ...view.findings("thin-pool-full")];
  const ofPool = disk.startsWith("dm-") && pools.length > 0;
  const times = count === 1 ? "once" : `${count} times`;
  return {
    subject: disk,
    title: pulled
      ? `The removable disk ${disk} was unplugged while it was being read`
      : `The disk ${disk} fails reads or writes: ${kinds.slice(0, 3).join("; ")}`,
    summary:
      `The disk ${disk}${where} failed reads or writes, ${times}: ${kinds.slice(0, 4).join("; ")}. ` +
      `${medium ? "A medium error means that the disk itself is worn or broken." : "The lines do not tell whether the disk, its cable or its power is at fault."}${unused}`,
    // The volumes of a thin pool that takes no writes fail for that, not by a disk of their own.
    ...(ofPool ? { cause: "unknown", role: "effect" } : {}),
    confidence: pulled || use === "none" ? "likely" : "certain",
    severity: pulled ? "info" : use === "none" ? "minor" : use === "other" ? "major" : "critical",
    window: windowOf([...firsts, ...lasts].map(({ at }) => at)),
    active: activeOf(view, last, first, count),
    count,
    evidence: firsts.slice(0, 7),
    entities: diskEntities(view, disk),
    weighs: group.map(({ captures }) => ({ rule: "block-io-error", subject: captures["device"] ?? "" })),
    remedy: remedyFor(disk),
  };
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "storage-io-error",
  title: "A disk or card fails reads or writes",
  passTitle: "No disk that the node runs from failed reads or writes",
  why: "When a disk does not do what the kernel asks, everything above it fails: the filesystem loses writes and is made read-only, programs hang or end, databases are damaged.",
  layer: "block-device",
  role: "cause",
  cause: "storage-io-error",
  severity: "critical",
  confidence: "certain",
  explains: [
    "cause:storage-io-error",
    "cause:read-only-filesystem",
    "cause:filesystem-corruption",
    "cause:image-layer-corruption",
    "cause:runtime-state-corruption",
    "cause:etcd-corruption",
    "cause:etcd-slow-disk",
    "cause:datastore-corruption",
    "hung-task",
    "layer:runtime-storage",
    "layer:runtime",
    "layer:kubelet",
    "layer:etcd",
    "layer:apiserver",
    "layer:workload",
  ],
  remedy: [],
  references: ["https://www.kernel.org/doc/html/latest/admin-guide/blockdev/"],
  needs: ["kernel-log"],
  evaluate: (view) => [...byDisk(view)].map(([disk, group]) => draftFor(view, disk, group)),
  cases: {
    fires: [
      {
        "dmesg.txt": [
          "[  210.101112] mmc0: Timeout waiting for hardware interrupt.",
          "[  210.151112] mmcblk0: error -110 sending stop command, original cmd response 0x900, card status 0xe00",
          "[  211.101112] Buffer I/O error on dev mmcblk0p2, logical block 77810, lost async page write",
        ].join("\n"),
      },
    ],
    quiet: [
      {
        "dmesg.txt": [
          "[    2.101112] mmc0: new high speed SDHC card at address aaaa",
          "[    2.151112] mmcblk0: mmc0:aaaa SL32G 29.7 GiB",
          "[   41.151112] mmc1: card 0001 removed",
          "[  900.101112] blk_update_request: I/O error, dev loop3, sector 0 op 0x1:(WRITE) flags 0x800 phys_seg 0 prio class 0",
        ].join("\n"),
      },
    ],
  },
};

export default rule;
