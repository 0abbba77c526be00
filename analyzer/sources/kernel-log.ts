/**
 * The kernel's ring buffer as dmesg prints it.
 *
 *     [    8.117270] EXT4-fs (mmcblk0p2): mounted filesystem with ordered data mode        dmesg: seconds since boot
 *     <5>[    0.000000] Linux version 6.1.0-56-amd64 (debian-kernel@lists.debian.org) …    dmesg -r: with the priority
 *     kern  :info  : [    0.000000] BIOS-provided physical RAM map:                        dmesg -x
 *     [Mon Mar  2 11:45:14 2026] Command line: console=ttyS0,115200                        dmesg -T, in the node's language
 *     2026-03-02T11:45:14,000000+00:00 Linux version 6.1.0-56-amd64                        dmesg --time-format iso
 *     6,339,5140900,-;NET: Registered PF_INET6 protocol family                             /dev/kmsg
 *
 * Defined in kernel/printk/printk.c (print_prefix, devkmsg_read) and util-linux sys-utils/dmesg.c. The wall times of
 * `-T` and `iso` are computed by dmesg from the clock of the moment it runs.
 */
import type { Level, Line, LineReader, ParseContext, SourceParser } from "../model/source.ts";
import type { TimeReading } from "../model/time.ts";
import { parseNamedCtime } from "./_months.ts";
import { fractionOf, parseCtime, parseIso } from "./_time.ts";
import { SECOND } from "../model/time.ts";

const ID = "kernel-log";
const PREFIX = /^(?:<(\d{1,3})>|[a-z]+\d? *:([a-z]+) *: )?/;
const SECONDS = /^\[ *(\d{1,12})(?:\.(\d{1,9}))?(?: <[ .\d]*>)?\] ?/;
const WALL = /^\[(\p{L}{1,4}\.? +(?:\p{L}{3,5}\.?|\d{1,2}[月월]) +\d[^\]]{9,30})\] ?/u;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d,\d{6}[+-]\d\d:?\d\d ?/;
const KMSG = /^(\d{1,5}),\d+,(\d{1,15}),[^;]*;/;
/** `[    T0]`, `[   C1]`: the task or CPU that printed, with CONFIG_PRINTK_CALLER. */
const CALLER = /^\[ *[TC]\d+\] ?/;
/** Processes write to the ring buffer under their own name, as systemd does before journald runs. */
const PROCESS = /^([\w.@()/-]+)\[\d+\]: |^(systemd(?:-[\w-]+)?): /;
const LEVELS: Record<string, Level> = { emerg: 0, alert: 1, crit: 2, err: 3, warn: 4, notice: 5, info: 6, debug: 7 };

interface KernelLine {
  time: TimeReading;
  level: Level | null;
  text: string;
}

function seconds(whole: string, fraction: string | undefined): TimeReading {
  const precision = 10 ** Math.max(0, 6 - (fraction?.length ?? 0));
  return { stated: Number(whole) * SECOND + fractionOf(fraction), clock: "monotonic", precision };
}

/** Reads the time at the start of the text; null when there is none in dmesg's forms. */
function readTime(text: string): { time: TimeReading; length: number } | null {
  const monotonic = SECONDS.exec(text);
  if (monotonic) return { time: seconds(monotonic[1] ?? "0", monotonic[2]), length: monotonic[0].length };
  const wall = WALL.exec(text);
  const ctime = wall && (parseCtime(wall[1] ?? "")?.time ?? parseNamedCtime(wall[1] ?? ""));
  if (wall && ctime) return { time: ctime, length: wall[0].length };
  const iso = ISO.exec(text);
  const parsed = iso && parseIso(iso[0]);
  // Second 0 is cut to whole seconds, however many digits follow.
  return iso && parsed ? { time: { ...parsed.time, precision: SECOND }, length: iso[0].length } : null;
}

function readLine(line: string): KernelLine | null {
  const kmsg = KMSG.exec(line);
  if (kmsg) {
    const time: TimeReading = { stated: Number(kmsg[2]), clock: "monotonic", precision: 1 };
    return { time, level: (Number(kmsg[1]) & 7) as Level, text: line.slice(kmsg[0].length) };
  }
  const prefix = PREFIX.exec(line);
  const start = prefix?.[0].length ?? 0;
  const read = readTime(start === 0 ? line : line.slice(start));
  if (!read) return null;
  const level = prefix?.[1] === undefined ? LEVELS[prefix?.[2] ?? ""] : ((Number(prefix[1]) & 7) as Level);
  const text = line.slice(start + read.length).replace(CALLER, "");
  return { time: read.time, level: level ?? null, text: text.trimStart() };
}

class KernelReader implements LineReader {
  readonly #context: ParseContext;

  constructor(context: ParseContext) {
    this.#context = context;
  }

  line(line: Line): void {
    const read = readLine(line.text);
    if (read === null) {
      if (line.text.trim() === "") return;
      const draft = { line, stated: null, clock: "none" as const, precision: 0, level: 6 as const };
      return this.#context.sink.event({ ...draft, origin: "kernel", text: line.text });
    }
    const process = PROCESS.exec(read.text);
    this.#context.sink.event({
      line,
      ...read.time,
      level: read.level ?? 6,
      levelAssumed: read.level === null,
      origin: process?.[1] ?? process?.[2] ?? "kernel",
      text: process ? read.text.slice(process[0].length) : read.text,
    });
  }

  end(): void {}
}

/** `host process:` after the seconds is journalctl -o short-monotonic, not dmesg. */
const JOURNAL = /^\[ *\d+\.\d+\] [^\s:]+ (?:kernel|[^\s:]+\[\d+\]): /;

function sniff(head: string[]): number {
  const lines = head.filter((line) => line.trim() !== "");
  const read = lines.filter((line) => readLine(line) !== null && !JOURNAL.test(line)).length;
  if (read === 0) return 0;
  const share = read / lines.length;
  return share < 0.3 ? 0.4 * share : 0.6 + 0.39 * share;
}

const parser: SourceParser = {
  id: ID,
  title: "Kernel log (dmesg)",
  retellsJournal: true,
  kinds: ["kernel-log", "dmesg"],
  command: /^(?:\S*\/)?dmesg\b/,
  path: /(?:^|\/)(?:dmesg(?:\.\d+)?|dev\/kmsg)$/,
  sniff,
  open: (context) => new KernelReader(context),
  samples: [
    {
      name: "seconds since boot",
      command: "dmesg",
      lines: [
        "[    0.000000] Linux version 6.1.0-56-amd64 (debian-kernel@lists.debian.org) #1 SMP PREEMPT_DYNAMIC",
        "[    8.117270] EXT4-fs error (device mmcblk0p2): ext4_lookup:1855: inode #262568: comm dockerd: deleted inode referenced: 262569",
        "[    9.313371][    T1] systemd[1]: Detected architecture arm64.",
      ],
      events: 3,
      facts: 0,
      firstStated: "1970-01-01T00:00:00.000000",
    },
    {
      name: "with priority",
      lines: [
        "<5>[    0.000000] Linux version 6.1.0-56-amd64 (debian-kernel@lists.debian.org)",
        "<2>[  152.510000] EXT4-fs error (device mmcblk0p2): ext4_find_entry:1534: inode #2: comm systemd: reading directory lblock 0",
        "kern  :err   : [  153.990000] Aborting journal on device mmcblk0p2-8.",
      ],
      events: 3,
      facts: 0,
      firstStated: "1970-01-01T00:00:00.000000",
    },
    {
      name: "wall time",
      command: "dmesg -T",
      lines: [
        "[Sat May  9 10:34:42 2026] Out of memory: Killed process 1587999 (livenessprobe) total-vm:1246184kB, anon-rss:8000kB",
        "[Sat May  9 10:34:49 2026] Out of memory: Killed process 963 (containerd) total-vm:1561184kB, anon-rss:51596kB",
      ],
      events: 2,
      facts: 0,
      firstStated: "2026-05-09T10:34:42",
    },
    ...[
      "[Mo Mär  2 11:45:14 2026]",
      "[lun. mars  2 11:45:14 2026]",
      "[lun mar  2 11:45:14 2026]",
      "[seg mar  2 11:45:14 2026]",
      "[一 3月  2 11:45:14 2026]",
    ].map((stamp) => ({
      name: `wall time: ${stamp}`,
      command: "dmesg -T",
      lines: [`${stamp} EXT4-fs (mmcblk0p2): mounted filesystem with ordered data mode`],
      events: 1,
      facts: 0,
      firstStated: "2026-03-02T11:45:14",
    })),
    {
      name: "ISO",
      lines: [
        "2026-03-02T11:45:14,000000+00:00 BIOS-provided physical RAM map:",
        "2026-03-02T11:46:11,186143+00:00 EXT4-fs (mmcblk0p2): error count since last fsck: 4",
      ],
      events: 2,
      facts: 0,
      firstStated: "2026-03-02T11:45:14.000000",
    },
    {
      name: "/dev/kmsg",
      lines: ["6,339,5140900,-;NET: Registered PF_INET6 protocol family", " SUBSYSTEM=net"],
      events: 2,
      facts: 0,
      firstStated: "1970-01-01T00:00:05.140900",
    },
    {
      name: "malformed lines between good ones",
      lines: [
        "[  16.58]  hwmon hwmon1: Undervoltage detected!",
        "[  x.58]  no such time",
        "",
        "[ 152.51]  I/O error, dev mmcblk0, sector 13648134 op 0x1:(WRITE)",
      ],
      events: 3,
      facts: 0,
      firstStated: "1970-01-01T00:00:16.580000",
    },
  ],
};

export default parser;
