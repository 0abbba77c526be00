/**
 * A RAID array that has lost more disks than its level bears (/proc/mdstat, mdadm --detail), or that met a bad sector which
 * no disk is left to make up for. An array that only runs with fewer disks is told, and is no root cause.
 */
import type { Evidence, FindingDraft } from "../model/rule.ts";
import { windowOf } from "./_time.ts";
import type { RuleView, StructuralRule } from "./types.ts";

interface ArrayState {
  name: string;
  failed: boolean;
  faulty: string[];
  what: string;
  evidence: Evidence[];
}

/** How many of an array's disks may be missing. */
function bears(level: string, disks: number): number {
  if (level === "raid1") return disks - 1;
  if (level === "raid10") return Math.floor(disks / 2);
  if (level === "raid6") return 2;
  return level === "raid4" || level === "raid5" ? 1 : 0;
}

const HEAD = /^(md\w+) : (?:in)?active (?:\((?:auto-)?read-only\) )?(raid\d+|linear)/;
const DISKS = /\[(\d+)\/\d+\] \[([U_E]+)\]/;

function ofMdstat(head: Evidence, row: Evidence | undefined): ArrayState[] {
  const [, name = "", level = ""] = HEAD.exec(head.text) ?? [];
  const [, total, map = ""] = DISKS.exec(row?.text ?? "") ?? [];
  if (name === "" || row === undefined || total === undefined || row.artifact !== head.artifact) return [];
  const missing = [...map].filter((disk) => disk !== "U").length;
  const faulty = [...head.text.matchAll(/(\w+)\[\d+\]\([FE]\)/g)].map((match) => match[1] ?? "");
  const failed = missing > bears(level, Number(total));
  if (!failed && faulty.length === 0) return [];
  return [
    { name, failed, faulty, what: `${level}, ${missing} of ${total} disks missing or failed`, evidence: [head, row] },
  ];
}

/** `mdadm --detail`: the array's name stands above its state, the disks below. */
function ofDetail(lines: Evidence[], at: number): ArrayState[] {
  const state = lines[at] as Evidence;
  const own = lines.filter(({ artifact }) => artifact === state.artifact);
  const above = own.filter(({ text, line }) => text.startsWith("/dev/md") && line < state.line).at(-1);
  const disks = own.filter(({ text, line }) => /\bfaulty\b/.test(text) && line > state.line);
  const faulty = disks.map(({ text }) => /\/dev\/(\S+)$/.exec(text)?.[1] ?? "").filter(Boolean);
  const failed = /\bFAILED\b/.test(state.text);
  if (!failed && faulty.length === 0) return [];
  const name = above?.text.slice("/dev/".length, -1) ?? "";
  const what = state.text.trim().replace(" :", ":");
  return [{ name, failed, faulty, what, evidence: [state, ...disks] }];
}

function ofKernel(line: Evidence): ArrayState[] {
  const [, name = "", disk = ""] =
    /md\/raid\d*:(md\w+): read error not correctable \(sector \d+ on (\w+)\)/.exec(line.text) ?? [];
  return name === ""
    ? []
    : [{ name, failed: true, faulty: [disk], what: "read error not correctable", evidence: [line] }];
}

function states(view: RuleView): ArrayState[] {
  const lines = view.lines("raid-line");
  return lines.flatMap((line, at) => {
    if (HEAD.test(line.text)) return ofMdstat(line, lines[at + 1]);
    return /^\s+State : /.test(line.text) ? ofDetail(lines, at) : ofKernel(line);
  });
}

function draftFor(name: string, own: ArrayState[]): FindingDraft {
  const failed = own.some((state) => state.failed);
  const array = name === "" ? "A RAID array" : `The RAID array ${name}`;
  const faulty = [...new Set(own.flatMap((state) => state.faulty))];
  const what = [...new Set(own.map((state) => state.what))].slice(0, 3).join("; ");
  const disks = faulty.length > 0 ? ` Failed disks: ${faulty.slice(0, 8).join(", ")}.` : "";
  const evidence = own.flatMap((state) => state.evidence);
  return {
    subject: name,
    title: failed ? `${array} has failed: ${what}` : `${array} runs without a disk that failed: ${what}`,
    summary: `${array} ${failed ? "has lost more than its level bears" : "has lost a disk, and goes on without it"}: ${what}.${disks}`,
    confidence: "certain",
    ...(failed ? {} : { severity: "major", role: "effect", cause: "unknown" }),
    window: windowOf(evidence.map(({ at }) => at)),
    active: null,
    count: evidence.length,
    counted: "line",
    evidence: evidence.slice(0, 8),
    entities: [],
  };
}

function evaluate(view: RuleView): FindingDraft[] {
  const arrays = new Map<string, ArrayState[]>();
  for (const state of states(view)) arrays.set(state.name, [...(arrays.get(state.name) ?? []), state]);
  return [...arrays].map(([name, own]) => draftFor(name, own));
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "raid-failed",
  title: "A RAID array has failed",
  passTitle: "No RAID array lost more disks than it bears",
  why: "A RAID array goes on without one disk, or two, by its level. When more are missing, or the last copy of a sector cannot be read, what lies on it is no longer to be had whole.",
  layer: "block-device",
  role: "cause",
  cause: "storage-io-error",
  severity: "critical",
  confidence: "certain",
  explains: [
    "cause:read-only-filesystem",
    "cause:filesystem-corruption",
    "path-io-error",
    "ext4-io-error",
    "hung-task",
    "layer:runtime-storage",
    "layer:runtime",
    "layer:kubelet",
    "layer:etcd",
    "layer:apiserver",
    "layer:workload",
  ],
  remedy: [
    {
      text: "See what each disk knows of the array; the counters of events tell which were dropped last. Write nothing to it.",
      command:
        "cat /proc/mdstat; sudo mdadm --detail /dev/md*; sudo mdadm --examine /dev/sd* | grep -E '^/dev|Events|State|Update'",
      risk: "safe",
    },
    {
      text: "Copy every disk of the array whole before anything is tried with it.",
      command: "sudo ddrescue /dev/<disk> /media/usb/disk.img /media/usb/disk.map",
      risk: "backup",
    },
    {
      text: "If disks were only dropped for a moment (cable, controller, power) and their events are near to each other, put the array together again from them. Never create it anew over its disks.",
      command: "sudo mdadm --stop /dev/<array>; sudo mdadm --assemble --force /dev/<array> /dev/<disks>",
      risk: "change",
    },
  ],
  references: ["https://raid.wiki.kernel.org/index.php/RAID_Recovery"],
  needs: ["logs"],
  evaluate,
  cases: {
    fires: [
      {
        "mdstat.txt": [
          "md4 : active raid5 sdf1[3] sde1[5](F) sdd1[1] sdc1[4](F)",
          "      2441919680 blocks level 5, 64k chunk, algorithm 2 [4/2] [_U_U]",
        ].join("\n"),
      },
      {
        "mdadm.txt":
          "/dev/md4:\n          State : clean, FAILED \n   2     8       64        -      faulty   /dev/sde\n",
      },
      { "dmesg.txt": "[ 900.100000] md/raid:md4: read error not correctable (sector 88142336 on sdb1).\n" },
      {
        "mdstat.txt": ["md4 : active raid1 sdf1[1] sde1[0](F)", "      976630464 blocks super 1.2 [2/1] [_U]"].join(
          "\n",
        ),
      },
    ],
    quiet: [
      {
        "mdstat.txt": [
          "md2 : active raid1 sda5[2] sdb5[1]",
          "      1948779648 blocks super 1.2 [2/2] [UU]",
          "md4 : active raid6 sdf1[3] sdd1[1] sdc1[2]",
          "      976630464 blocks super 1.2 [4/3] [_UUU]",
          "      [=>...................]  recovery =  8.1% (79104/976630464) finish=80.1min speed=1000K/sec",
        ].join("\n"),
      },
      { "mdadm.txt": "/dev/md4:\n          State : clean, degraded \n" },
    ],
  },
};

export default rule;
