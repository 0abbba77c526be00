/**
 * A filesystem that the kernel made read-only: its own lines, the error EROFS that programs got, and a system mount that
 * is `ro` at collection.
 */
import type { Evidence, FindingDraft, RemedyStep } from "../model/rule.ts";
import { diskEntities, diskOf, withoutJournal } from "./_devices.ts";
import { shellWord } from "./_fill.ts";
import { windowOf } from "./_time.ts";
import type { RuleView, StructuralRule } from "./types.ts";

const REAL = /^(?:ext[234]|xfs|btrfs|f2fs)$/;
const WRITTEN = /^\/(?:$|var|home|srv|data|mnt|opt|etc)/;

interface Lines {
  device: string | null;
  evidence: Evidence[];
  count: number;
  what: string[];
  /** The marker's findings that these lines are of. */
  subjects: string[];
}

function kernelLines(view: RuleView): Lines[] {
  const groups = new Map<string, Lines>();
  for (const match of view.matches("read-only-line")) {
    const device = match.captures["device"] ?? null;
    const key = device === null ? "" : withoutJournal(device);
    if (device !== null && diskOf(device) === null) continue;
    const group = groups.get(key) ?? { device: key || null, evidence: [], count: 0, what: [], subjects: [] };
    group.evidence.push(match.first());
    group.count += match.count;
    group.what.push(match.captures["what"] ?? "");
    group.subjects.push(device ?? "");
    groups.set(key, group);
  }
  // A line that lost its device belongs to the only device that is named elsewhere.
  const named = [...groups.values()].filter(({ device }) => device !== null);
  const nameless = groups.get("");
  if (nameless && named[0]) {
    named[0].evidence.push(...nameless.evidence);
    named[0].count += nameless.count;
    named[0].what.push(...nameless.what);
    named[0].subjects.push("");
    groups.delete("");
  }
  return [...groups.values()];
}

function readOnlyMounts(view: RuleView): { device: string; target: string; type: string; evidence: Evidence }[] {
  return view.facts("mount").flatMap((fact) => {
    const { source, target, type, options } = fact.value;
    if (!REAL.test(type) || !options.includes("ro") || !WRITTEN.test(target)) return [];
    // A root that was always meant to be read-only has no errors=remount-ro that fired, and no lines of the kernel.
    const device = source.replace(/^\/dev\//, "");
    if (diskOf(device) === null) return [];
    return [
      { device, target, type, evidence: view.evidence(fact, `${source} ${target} ${type} ${options.join(",")}`) },
    ];
  });
}

function toldReadOnly(view: RuleView): Evidence[] {
  const lines = view.matches("told-read-only").map((match) => match.first());
  const facts = view
    .facts("path-error")
    .filter(({ value }) => value.errno === "EROFS" && !/^\/(?:sys|proc|dev|boot)\//.test(value.path))
    .map((fact) => view.evidence(fact, `${fact.value.path}: ${fact.value.message}`));
  return [...facts, ...lines];
}

function draft(
  view: RuleView,
  lines: Lines,
  told: Evidence[],
  mounts: ReturnType<typeof readOnlyMounts>,
): FindingDraft {
  const { device } = lines;
  const own = mounts.filter((mount) => device === null || mount.device === device);
  const what = [...new Set(lines.what)].filter(Boolean);
  const place = device === null ? "A filesystem" : `The filesystem on ${device}`;
  const programs = told.length > 0 ? " Programs that write to it are told “read-only file system” (EROFS)." : "";
  const evidence = [...lines.evidence.slice(0, 5), ...own.map((mount) => mount.evidence), ...told.slice(0, 3)];
  const disk = device === null ? null : diskOf(device);
  return {
    subject: device ?? "",
    title: `${place} was made read-only: nothing that is written is kept`,
    summary: `${place} was made read-only by the kernel (${what.join(", ")}).${programs}`,
    confidence: "certain",
    window: windowOf(evidence.map(({ at }) => at)),
    active: own.length > 0 ? true : null,
    count: lines.count + told.length,
    evidence,
    entities: disk === null ? [] : diskEntities(view, disk),
    weighs: [
      ...lines.subjects.map((subject) => ({ rule: "read-only-line", subject })),
      ...(told.length > 0 ? [{ rule: "told-read-only", subject: "" }] : []),
    ],
    ...(device === null ? {} : { remedy: remedyFor(device, kindOf(lines, own)) }),
  };
}

/** The kind of filesystem, by the kernel's lines or by the table of mounts. */
function kindOf(lines: Lines, mounts: ReturnType<typeof readOnlyMounts>): string {
  const named = lines.evidence.map(({ text }) => /\b(EXT[234]|XFS|BTRFS|F2FS|FAT)(?:-fs)?\b/.exec(text)?.[1]);
  return (named.find(Boolean) ?? mounts[0]?.type ?? "").toLowerCase();
}

/** The check of a filesystem that is not mounted, with its own program: another's would damage it. */
function checkOf(kind: string, device: string): string {
  const name = shellWord(`/dev/${device}`);
  if (kind === "xfs") return `sudo xfs_repair -n ${name}`;
  if (kind === "btrfs") return `sudo btrfs check --readonly ${name}`;
  return kind.startsWith("ext") ? `sudo e2fsck -f ${name}` : `sudo fsck ${name}`;
}

function remedyFor(device: string, kind: string): RemedyStep[] {
  return [
    {
      text: "Read the kernel's log first: it says why the writes stopped. It is lost at the reboot.",
      command: "sudo dmesg -T > /dev/shm/dmesg.txt; vcgencmd get_throttled; tail -50 /dev/shm/dmesg.txt",
      risk: "safe",
    },
    {
      text: "Copy what matters to another machine; reading still works.",
      command: "sudo tar -C / --one-file-system -cf - etc var/lib | ssh <other machine> 'cat > node.tar'",
      risk: "backup",
    },
    {
      text: `Do not remount it read-write by force. Check it while it is not mounted${/^(?:xfs|btrfs)$/.test(kind) ? "" : " (or at boot, with fsck.mode=force fsck.repair=yes on the kernel command line)"}.`,
      command: checkOf(kind, device),
      risk: "change",
    },
  ];
}

function evaluate(view: RuleView): FindingDraft[] {
  const told = toldReadOnly(view);
  const mounts = readOnlyMounts(view);
  const lines = kernelLines(view);
  if (lines.length > 0) return lines.map((group) => draft(view, group, told, mounts));
  if (told.length === 0) return [];
  const [mount] = mounts;
  // Without the kernel's word, one program that could not write may have had its own read-only mount.
  if (!mount && told.length < 3) return [];
  const device = mount?.device ?? null;
  return [draft(view, { device, evidence: [], count: 0, what: ["errors of programs"], subjects: [] }, told, mounts)];
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "read-only-filesystem",
  title: "A filesystem was made read-only",
  passTitle: "No filesystem was made read-only",
  why: "A read-only filesystem is a consequence: the kernel protects the data after an error of the disk or of the filesystem. From then on logs end, containers cannot be created, and databases stop.",
  layer: "filesystem",
  role: "effect",
  cause: "read-only-filesystem",
  severity: "critical",
  confidence: "certain",
  explains: [
    "layer:runtime-storage",
    "layer:runtime",
    "layer:kubelet",
    "layer:etcd",
    "layer:apiserver",
    "layer:workload",
    "layer:client",
  ],
  remedy: [],
  references: ["https://man7.org/linux/man-pages/man5/ext4.5.html"],
  needs: ["kernel-log"],
  evaluate,
  cases: {
    fires: [
      {
        "dmesg.txt": [
          "[   41.310000] Aborting journal on device mmcblk0p2-8.",
          "[   42.870000] EXT4-fs (mmcblk0p2): Remounting filesystem read-only",
        ].join("\n"),
      },
      {
        "mounts.txt": [
          "/dev/mmcblk0p2 / ext4 ro,noatime,errors=remount-ro 0 0",
          "proc /proc proc rw,nosuid,nodev,noexec,relatime 0 0",
          "tmpfs /run tmpfs rw,nosuid,nodev,size=800000k,mode=755 0 0",
        ].join("\n"),
        "touch.txt": "touch: cannot touch '/var/lib/x': Read-only file system\n",
      },
    ],
    quiet: [
      {
        "dmesg.txt": [
          "[    3.210000] EXT4-fs (mmcblk0p2): mounted filesystem with ordered data mode. Quota mode: none.",
          "[    5.440000] EXT4-fs (mmcblk0p2): re-mounted. Quota mode: none.",
        ].join("\n"),
      },
    ],
  },
};

export default rule;
