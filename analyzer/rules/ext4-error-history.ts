/** The kernel's daily line about errors that a filesystem has counted: it dates the first one, even without its log. */
import type { FindingDraft } from "../model/rule.ts";
import { diskEntities, diskOf } from "./_devices.ts";
import { fillRemedy } from "./_fill.ts";
import { remedies } from "./_remedies.ts";
import { windowOf } from "./_time.ts";
import type { MatchedText, RuleView, StructuralRule } from "./types.ts";

/** Before 2010 the clock was not set. */
const SET = 1_262_304_000;

function said(match: MatchedText): string {
  const { which, epoch, function: where, inode, errors } = match.captures;
  if (errors !== undefined) return `${errors} errors counted since the last check`;
  const seconds = Number(epoch);
  const when =
    seconds < SET
      ? `${epoch} s after 1970, so the clock was not set`
      : `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
  return `${which === "last" ? "last" : "first"} error ${when}, in ${where}${inode === undefined ? "" : `, inode ${inode}`}`;
}

function draftFor(view: RuleView, device: string, group: MatchedText[]): FindingDraft {
  const evidence = group.slice(0, 8).map((match) => match.first());
  const repaired = view.facts("ext4").some(({ value }) => value.errorCount === 0 && value.state === "clean");
  const entities = diskEntities(view, diskOf(device) ?? device);
  return {
    subject: device,
    title: `ext4 has counted errors on ${device} since its last check`,
    summary: `The filesystem on ${device} remembers errors: ${[...new Set(group.map(said))].slice(0, 4).join("; ")}.`,
    confidence: "certain",
    window: windowOf(evidence.map(({ at }) => at)),
    active: repaired ? false : true,
    openStart: true,
    count: group.reduce((sum, match) => sum + match.count, 0),
    evidence,
    entities,
    remedy: fillRemedy(remedies["repair-filesystem"] ?? [], view, entities, `/dev/${device}`),
  };
}

function evaluate(view: RuleView): FindingDraft[] {
  const groups = new Map<string, MatchedText[]>();
  for (const match of view.matches("ext4-error-record")) {
    const device = match.captures["device"] ?? "";
    if (diskOf(device) === null) continue;
    groups.set(device, [...(groups.get(device) ?? []), match]);
  }
  return [...groups].map(([device, group]) => draftFor(view, device, group));
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "ext4-error-history",
  title: "ext4 has counted errors since its last check",
  passTitle: "The kernel repeated no record of ext4 errors",
  why: "The kernel repeats this once a day until the filesystem is checked. It tells when the damage began, even when the log of that day is gone.",
  layer: "filesystem",
  role: "cause",
  cause: "filesystem-corruption",
  severity: "major",
  confidence: "certain",
  explains: [
    "cause:read-only-filesystem",
    "layer:runtime-storage",
    "layer:runtime",
    "layer:kubelet",
    "layer:etcd",
    "layer:apiserver",
    "layer:workload",
  ],
  remedy: remedies["repair-filesystem"] ?? [],
  references: ["https://www.kernel.org/doc/html/latest/filesystems/ext4/"],
  needs: ["kernel-log"],
  evaluate,
  cases: {
    fires: [
      {
        "dmesg.txt": [
          "[86500.100000] EXT4-fs (mmcblk0p2): error count since last fsck: 8",
          "[86500.100100] EXT4-fs (mmcblk0p2): initial error at time 1650000000: ext4_iget:4223: inode 36929",
          "[86500.100200] EXT4-fs (mmcblk0p2): last error at time 1650100000: ext4_lookup:1604: inode 36929",
        ].join("\n"),
      },
    ],
    quiet: [{ "dmesg.txt": "[    3.100000] EXT4-fs (mmcblk0p2): mounted filesystem with ordered data mode.\n" }],
  },
};

export default rule;
