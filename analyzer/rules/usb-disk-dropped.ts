/**
 * A USB disk that drops off its bus in the middle of its work: commands wait for it when it is gone (uas_zap_pending), it
 * comes back as another device, or reads and writes find no disk right after the kernel said that it left. What it is told
 * to have failed after that is no sign of a bad disk.
 */
import type { Evidence, FindingDraft } from "../model/rule.ts";
import { SECOND } from "../model/time.ts";
import { diskEntities, diskOf, isPulledOut, useOf } from "./_devices.ts";
import { windowOf } from "./_time.ts";
import type { MatchedText, RuleView, StructuralRule } from "./types.ts";

const SOON = 10 * SECOND;
const SOON_LINES = 40;
const GONE = /NO_CONNECT|hostbyte=0x01|killing request|rejecting I\/O|offlined/i;

/** Sectors that cannot be read: then the disk itself is bad, whatever its cable does. */
function hasBadSectors(view: RuleView, disk: string): boolean {
  return view.matches("block-io-error").some(({ captures }) => {
    return (
      diskOf(captures["device"] ?? "") === disk && /medium|unrecovered|Sense Key : 0x3/i.test(captures["what"] ?? "")
    );
  });
}

/** Whether a line follows another one at once, by time or, without times, by its place. */
function followsAtOnce(line: Evidence, before: Evidence): boolean {
  if (line.at && before.at && line.at.basis !== "order-only" && before.at.basis !== "order-only") {
    const wait = line.at.best - before.at.best;
    return wait >= 0 && wait <= SOON;
  }
  const lines = (line.line ?? 0) - (before.line ?? 0);
  return line.artifact === before.artifact && lines >= 0 && lines <= SOON_LINES;
}

function diskNames(view: RuleView): Map<string, string> {
  return new Map(
    view.matches("scsi-disk").map(({ captures }) => [captures["address"] ?? "", captures["device"] ?? ""]),
  );
}

/** Lines by which a disk was gone right after a USB device left its port, by disk. */
function goneAfterLeaving(view: RuleView): Map<string, Evidence[]> {
  const names = diskNames(view);
  const left = view.lines("usb-unplugged");
  const gone = new Map<string, Evidence[]>();
  for (const { captures, first } of view.matches("block-io-error")) {
    const told = captures["device"] ?? "";
    const disk = names.get(told) ?? told;
    if (!/^(?:sd[a-z]|\d+:)/.test(disk) || !GONE.test(captures["what"] ?? "")) continue;
    const line = first();
    const leaving = left.find((before) => followsAtOnce(line, before));
    if (leaving) gone.set(disk, [...(gone.get(disk) ?? [leaving]), line]);
  }
  return gone;
}

/** The ports on which a device came back as another one and was then dropped. */
function changedDevices(view: RuleView): Evidence[] {
  const left = view.matches("usb-unplugged");
  return view
    .matches("usb-disk-line")
    .filter(({ captures }) => captures["port"] && left.some((other) => other.captures["port"] === captures["port"]))
    .map((match) => match.first());
}

function zapped(view: RuleView): Map<string, MatchedText[]> {
  const disks = new Map<string, MatchedText[]>();
  for (const match of view.matches("usb-disk-line")) {
    const disk = match.captures["device"];
    if (disk !== undefined) disks.set(disk, [...(disks.get(disk) ?? []), match]);
  }
  return disks;
}

function draftFor(view: RuleView, name: string, evidence: Evidence[]): FindingDraft {
  const disk = diskOf(name) ?? name;
  const { use, targets } = useOf(view, disk);
  const left = view.lines("usb-unplugged").filter((before) => evidence.some((line) => followsAtOnce(line, before)));
  const where = targets.length > 0 ? `, which carries ${targets.slice(0, 3).join(", ")},` : "";
  const all = [...new Map([...left, ...evidence].map((line) => [`${line.artifact}:${line.line}`, line])).values()];
  return {
    subject: disk,
    title: `The USB disk ${disk} drops off its bus in the middle of its work`,
    summary: `The USB disk ${disk}${where} left its bus while reads or writes waited for it. That is as a rule the cable, the adapter (its firmware, UAS) or too little power, not the disk.`,
    confidence: "likely",
    severity: use === "none" ? "minor" : use === "other" ? "major" : "critical",
    window: windowOf(all.map(({ at }) => at)),
    active: null,
    count: all.length,
    counted: "line",
    evidence: all.slice(0, 7),
    entities: diskEntities(view, disk),
  };
}

function evaluate(view: RuleView): FindingDraft[] {
  const found = goneAfterLeaving(view);
  const changed = changedDevices(view);
  for (const [disk, lines] of found) {
    const isPulled = isPulledOut(view, disk) && changed.length === 0;
    if (isPulled || hasBadSectors(view, disk)) found.delete(disk);
    else found.set(disk, [...changed, ...lines]);
  }
  for (const [disk, matches] of zapped(view)) {
    found.set(disk, [...matches.map((match) => match.first()), ...(found.get(disk) ?? [])]);
  }
  return [...found].map(([disk, lines]) => draftFor(view, disk, lines));
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "usb-disk-dropped",
  title: "A USB disk drops off its bus in the middle of its work",
  passTitle: "No USB disk dropped off its bus in the middle of its work",
  why: "A disk behind USB that is gone for a moment loses what was to be written, and comes back as a new device: the filesystem on it can no longer be used. It looks like a broken disk, and as a rule is none.",
  layer: "block-device",
  role: "cause",
  cause: "hardware-bus",
  severity: "critical",
  confidence: "likely",
  explains: [
    "bus-reset",
    "usb-device-silent",
    "cause:storage-io-error",
    "cause:read-only-filesystem",
    "cause:filesystem-corruption",
  ],
  remedy: [
    {
      text: "See how the disk is driven (uas or usb-storage), and whether the power was too low.",
      command:
        "lsusb -t; lsblk -o NAME,MODEL,TRAN,MOUNTPOINTS; vcgencmd get_throttled; sudo dmesg | grep -iE 'usb|uas' | tail -50",
      risk: "safe",
    },
    {
      text: "Copy what matters from the disk while it answers.",
      command: "sudo rsync -aHAX --one-file-system / /media/usb/backup/",
      risk: "backup",
    },
    {
      text: "Use a shorter or better cable, another port, or a hub with its own supply. If the adapter fails under UAS, add usb-storage.quirks=<vendor>:<product>:u to the kernel command line (ids from lsusb). Then check the filesystem.",
      risk: "change",
    },
  ],
  references: ["https://www.kernel.org/doc/html/latest/driver-api/usb/"],
  needs: ["kernel-log"],
  evaluate,
  cases: {
    fires: [
      {
        "dmesg.txt": [
          "[  700.100000] usb 2-1: USB disconnect, device number 2",
          "[  700.100100] sd 1:0:0:0: [sdb] tag#4 uas_zap_pending 0 uas-tag 2 inflight: CMD",
        ].join("\n"),
      },
      {
        "dmesg.txt": [
          "[  700.100000] usb 1-1.4: USB disconnect, device number 5",
          "[  700.200000] sd 1:0:0:0: [sdb] tag#0 UNKNOWN(0x2003) Result: hostbyte=0x01 driverbyte=0x00",
        ].join("\n"),
      },
    ],
    quiet: [
      {
        "dmesg.txt": [
          "[  700.100000] usb 1-1.4: USB disconnect, device number 5",
          "[  900.200000] blk_update_request: I/O error, dev mmcblk0, sector 512 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 0",
        ].join("\n"),
      },
      {
        "dmesg.txt": [
          "[  600.100000] sd 1:0:0:0: [sdb] Attached SCSI removable disk",
          "[  700.100000] usb 1-1.4: USB disconnect, device number 5",
          "[  700.200000] sd 1:0:0:0: [sdb] tag#0 FAILED Result: hostbyte=DID_NO_CONNECT driverbyte=DRIVER_OK",
        ].join("\n"),
      },
    ],
  },
};

export default rule;
