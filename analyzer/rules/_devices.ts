import type { EntityRef } from "../model/rule.ts";
import type { RuleView } from "./types.ts";

/** Devices that stand for no disk of their own: an error there is not one of the card. */
const NO_DISK = /^(?:loop|zram|ram|sr|fd|nbd|mtdblock)\d/;
/** Mount points whose loss takes the node down. */
const SYSTEM = /^\/(?:$|boot|usr|etc|var(?:$|\/(?:$|lib|log)))/;

/** The device that ext4's journal belongs to: sda2 for sda2-8, dm-4 for dm-4-8 and for dm-4. */
export function withoutJournal(device: string): string {
  return device.replace(/^(?!dm-\d+$)(.+)-\d+$/, "$1");
}

/** The disk that a partition or a card's host lies on: mmcblk0p2 and mmc0 -> mmcblk0, sda1 -> sda. Null for loops and the like. */
export function diskOf(device: string): string | null {
  const name = withoutJournal(device.replace(/^\/dev\//, ""));
  if (name === "" || NO_DISK.test(name)) return null;
  const host = /^mmc(\d+)$/.exec(name);
  if (host) return `mmcblk${host[1]}`;
  const numbered = /^((?:mmcblk|nvme\d+n|md|nvme)\d+)(?:p\d+)?$/.exec(name);
  if (numbered?.[1]) return numbered[1];
  return /^((?:sd|hd|vd|xvd)[a-z]{1,3})\d*$/.exec(name)?.[1] ?? name;
}

interface Use {
  /** `system`: the node runs from it; `other`: mounted elsewhere; `none`: not mounted; `unknown`: the mounts do not tell. */
  use: "system" | "other" | "none" | "unknown";
  targets: string[];
}

/** What a disk is mounted for, as far as the table of mounts tells. */
export function useOf(view: RuleView, disk: string): Use {
  const mounts = view.facts("mount").map(({ value }) => value);
  const own = mounts.filter(({ source }) => source.startsWith("/dev/") && diskOf(source) === disk);
  const targets = [...new Set(own.map(({ target }) => target))];
  if (targets.some((target) => SYSTEM.test(target))) return { use: "system", targets };
  if (targets.length > 0) return { use: "other", targets };
  const root = mounts.find(({ target, source }) => target === "/" && source.startsWith("/dev/"));
  const hidden = root === undefined || /^\/dev\/(?:root|mapper\/|dm-|md)/.test(root.source);
  return { use: hidden ? "unknown" : "none", targets };
}

/**
 * Entities of a disk for a finding. A disk that the node runs from concerns everything, and so does one of which nobody
 * knows what it carries: no entities, which ties the finding to all others.
 */
export function diskEntities(view: RuleView, disk: string): EntityRef[] {
  const { use, targets } = useOf(view, disk);
  const device: EntityRef = { kind: "device", key: disk };
  view.note(device);
  if (use === "system" || use === "unknown") return [];
  return [device, ...targets.map((key): EntityRef => ({ kind: "filesystem", key }))];
}

/** A stick that somebody pulled out: nothing but reads of it failed, and no filesystem on it complained. */
export function isPulledOut(view: RuleView, disk: string): boolean {
  const removable = view
    .matches("scsi-disk")
    .some(({ captures }) => captures["removable"] && captures["device"] === disk);
  if (!removable || view.matches("usb-unplugged").length === 0) return false;
  const failed = ["read-only-line", "ext4-error", "ext4-io-error", "xfs-corruption", "btrfs-corruption"];
  return !failed.some((rule) => view.matches(rule).some(({ captures }) => diskOf(captures["device"] ?? "") === disk));
}
