/** What to do about a supply that is too weak, in the terms of the node that has it. */
import type { RemedyStep } from "../model/rule.ts";
import { shellWord } from "./_fill.ts";
import type { RuleView } from "./types.ts";

/** Supplies by board (raspberrypi.com, documentation of the power supplies); the newest first. */
const SUPPLIES: [board: RegExp, name: string, supply: string][] = [
  [/Raspberry Pi (?:5|500|Compute Module 5)\b/, "Pi 5", "5.1 V and 5 A"],
  [/Raspberry Pi (?:4|400|Compute Module 4)\b/, "Pi 4", "5.1 V and 3 A"],
  [/Raspberry Pi (?:3|Compute Module 3)\b/, "Pi 3", "5.1 V and 2.5 A"],
];

/** The board's name in the device tree, as a file or the kernel's first lines give it. */
function boardOf(view: RuleView): string | null {
  const model = view.facts("node").find(({ value }) => value.model !== null)?.value.model;
  return model ?? view.matches("board-model")[0]?.captures["model"] ?? null;
}

function supplyOf(view: RuleView): string {
  const board = boardOf(view) ?? "";
  const known = SUPPLIES.find(([name]) => name.test(board));
  if (known) return `${known[2]} for this board, a ${known[1]}`;
  return "what the board's maker asks for (5.1 V; 2.5 A for a Pi 3, 3 A for a Pi 4, 5 A for a Pi 5)";
}

/** What is not in a registry and would be missed, below /. */
function preciousPaths(view: RuleView): string[] {
  const rancher = view.facts("node").some(({ value }) => /k3s|rke2/.test(`${value.runtime} ${value.kubernetes}`));
  if (rancher) return ["etc", "var/lib/rancher"];
  const kubernetes =
    view.has("kubelet-log") ||
    view.facts("container").some(({ value }) => value.pod !== null) ||
    view.facts("node").some(({ value }) => value.kubernetes !== null);
  return kubernetes ? ["etc", "var/lib/kubelet", "var/lib/etcd"] : ["etc", "home", "var/lib/docker/volumes"];
}

/** Read the record, keep a copy, replace the supply, and only then judge the disk. */
export function supplyRemedy(view: RuleView): RemedyStep[] {
  const root = view.mountOf("/")?.source ?? "";
  const device = /^\/dev\/(?!root$)/.test(root) ? shellWord(root) : "/dev/<partition>";
  return [
    {
      text: "Ask the firmware for its record since boot, now and again under load. 0x0 is good; a reading of 0x0 soon after a boot proves nothing.",
      command: "vcgencmd get_throttled; sudo dmesg | grep -i voltage",
      risk: "safe",
    },
    {
      text: "Keep a copy of what matters on another disk or machine: writes that are cut by a dip damage cards that are sound.",
      command: `sudo tar -C / -czf /media/usb/node-backup.tar.gz ${preciousPaths(view).join(" ")}`,
      risk: "backup",
    },
    {
      text: `Shut down and replace the supply and the cable: ${supplyOf(view)}, with a short thick cable. Chargers of phones and thin cables are not enough. Give USB disks a hub with its own supply.`,
      command: "sudo poweroff",
      risk: "change",
    },
    {
      text: "Only then check the filesystem, while it is not mounted: with the card in another machine, which names it otherwise (lsblk), or at the next boot with fsck.mode=force fsck.repair=yes on the kernel command line. Do not throw a card away that failed while the voltage was low.",
      command: `sudo e2fsck -f ${device}`,
      risk: "change",
    },
    {
      text: "See under load that no new dip and no new error comes.",
      command: "sudo dmesg -w | grep -iE 'voltage|mmc|I/O error|EXT4-fs'",
      risk: "safe",
    },
  ];
}
