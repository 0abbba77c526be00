/** The repair of a damaged filesystem with its own program: e2fsck is for ext4 alone. */
import type { SharedStep } from "./_remedies.ts";
import { remedies } from "./_remedies.ts";
import type { RuleView } from "./types.ts";

interface Program {
  /** What takes the place of e2fsck. */
  command: string;
  text: string;
  /** What shows afterwards that it is clean. */
  proof: string;
}

const PROGRAMS: Record<string, Program> = {
  xfs: {
    command: "sudo xfs_repair -n /dev/<card partition>; sudo xfs_repair /dev/<card partition>",
    text: "Mount it there once, so that its log is replayed, and unmount it. Then see what a repair would do, and repair. What xfs_repair cannot place it moves to lost+found or removes; -L throws the last changes away and is the last resort.",
    proof: "sudo xfs_repair -n {device}",
  },
  btrfs: {
    command: "sudo btrfs check --readonly /dev/<card partition>",
    text: "Check the filesystem while it is not mounted, on that other machine, without changing anything. Rather copy what can be read and make it anew than use --repair, which may make it worse.",
    proof: "sudo btrfs scrub start -Bdr {dockerRoot}",
  },
  f2fs: {
    command: "sudo fsck.f2fs -f /dev/<card partition>",
    text: "Check and repair the filesystem while it is not mounted, on that other machine.",
    proof: "sudo dmesg | grep F2FS-fs",
  },
};

/** The kind of the filesystem at a mount point: by the table of mounts, else by what the kernel's lines of damage are about. */
export function kindOf(view: RuleView, target: string): string {
  const mounted = view.facts("mount").find(({ value }) => value.target === target)?.value.type;
  if (mounted !== undefined && !/^overlay|^rootfs/.test(mounted)) return mounted;
  if (view.facts("ext4").length > 0 || view.findings("ext4-error").length > 0) return "ext4";
  const damage = ["btrfs-corruption", "xfs-corruption"].flatMap((rule) =>
    view.matches(rule).map((match) => match.first()),
  );
  const named = damage.map(({ text }) => /\b(BTRFS|F2FS|XFS)\b/i.exec(text)?.[1]).find(Boolean);
  return (named ?? "ext4").toLowerCase();
}

/** The steps of a repair, for one kind of filesystem. */
export function repairSteps(kind: string): SharedStep[] {
  const steps = remedies["repair-filesystem"] ?? [];
  const program = PROGRAMS[kind];
  if (program === undefined) return steps;
  return steps.flatMap((step): SharedStep[] => {
    const { command = "" } = step;
    if (/^fsck\.mode|forcefsck/.test(command)) return [];
    if (command.includes("e2fsck")) return [{ ...step, text: program.text, command: program.command }];
    const proven = command.replace(/^sudo dumpe2fs [^;]*;/, `${program.proof};`);
    return [{ ...step, text: step.text.replace("e2fsck may", "the repair may"), command: proven }];
  });
}
