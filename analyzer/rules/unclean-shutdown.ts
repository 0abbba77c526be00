/**
 * The node was not shut down in order. What a start finds may be older than that: a dirty bit of a FAT stays until it is
 * taken away, and the journal of a user is opened long after a boot. So a line counts only when the log does not show that
 * the boot before was shut down.
 */
import type { Evidence, FindingDraft } from "../model/rule.ts";
import { HOUR, MINUTE, SECOND } from "../model/time.ts";
import { kills } from "./_oom.ts";
import { isLongOver, startsWithLog, stillActive, windowOf } from "./_time.ts";
import type { MatchedLine, RuleView, StructuralRule } from "./types.ts";

const MAX_EVIDENCE = 8;
/** Between the first and the last of what one start of a node says. */
const ONE_START = 2 * MINUTE;
/** The same where the lines have no time that is known. */
const SOME_LINES = 50;
/** Copies of one line, in the kernel's log and in the journal, may differ by that. */
const SLACK = 2 * SECOND;

const byTime = (a: MatchedLine, b: MatchedLine): number => (a.at?.best ?? Infinity) - (b.at?.best ?? Infinity) || 0;

/** The same words at the same time, in another file. */
function isCopy(a: MatchedLine, b: MatchedLine): boolean {
  if (a.text !== b.text || a.artifact === b.artifact || !a.at || !b.at) return false;
  return a.at.lo <= b.at.hi + SLACK && b.at.lo <= a.at.hi + SLACK;
}

/** Each line once. */
function withoutCopies(lines: MatchedLine[]): MatchedLine[] {
  const kept: MatchedLine[] = [];
  for (const line of lines) if (!kept.some((other) => isCopy(line, other))) kept.push(line);
  return kept;
}

/** Filesystems that the same starts found clean, unless the kernel had to replay a journal there. */
function foundClean(view: RuleView, lines: MatchedLine[]): MatchedLine[] {
  if (lines.some(({ text }) => /recovery required|orphan cleanup/i.test(text))) return [];
  const near = view.lines("filesystem-clean").filter(({ at }) => {
    return at !== null && lines.some((line) => line.at && Math.abs(line.at.best - at.best) < ONE_START);
  });
  return withoutCopies(near);
}

function isSomethingDown(view: RuleView): boolean {
  return view.facts("container").some(({ value }) => value.state !== "running" && value.exitCode !== 0);
}

/** The kernel's own last words, when it stopped shortly before. */
function panicBefore(view: RuleView, first: MatchedLine): boolean {
  return ["kernel-oops", "hardware-error"].some((rule) =>
    view.matches(rule).some((match) => {
      const { at, text } = match.last();
      if (!at || !first.at || !text.includes("Kernel panic")) return false;
      return at.best <= first.at.best && first.at.best - at.best < HOUR;
    }),
  );
}

/** A stick carries its dirty bit from wherever it was pulled out before. */
function isOfStick(view: RuleView, text: string): boolean {
  const device = /FAT-fs \((sd[a-z]{1,3})\d{0,3}\)/.exec(text)?.[1];
  if (device === undefined) return false;
  return view.matches("scsi-disk").some(({ captures }) => captures["removable"] && captures["device"] === device);
}

/** Lines that say that the journal's own daemon was ended: what it finds unclean after them is its own file. */
function journalKilled(view: RuleView): Evidence[] {
  const killed = kills(view).filter(({ process }) => /journal/.test(process));
  const failed = view.matches("unit-failed").filter(({ captures }) => captures["unit"] === "systemd-journald.service");
  return [...killed.map(({ evidence }) => evidence), ...failed.map((match) => match.first())];
}

function isOfJournal(line: MatchedLine, killed: Evidence[]): boolean {
  if (!line.text.includes("renaming and replacing")) return false;
  return killed.some((kill) => {
    if (line.at && kill.at) return kill.at.best <= line.at.best && line.at.best - kill.at.best < ONE_START;
    const below = line.line - kill.line;
    return line.artifact === kill.artifact && below > 0 && below <= SOME_LINES;
  });
}

function evaluate(view: RuleView): FindingDraft[] {
  const killed = journalKilled(view);
  const all = view
    .lines("unclean-line")
    .filter((line) => !isOfStick(view, line.text) && !isOfJournal(line, killed))
    .toSorted(byTime);
  const older = all.filter(({ afterShutdown }) => afterShutdown);
  const lines = withoutCopies(all.filter((line) => !older.some((other) => other === line || isCopy(other, line))));
  const [first, last] = [lines[0], lines.at(-1)];
  if (first === undefined || last === undefined) return [];
  const clean = foundClean(view, lines);
  const panic = panicBefore(view, first);
  const active = stillActive(first, last, lines.length, view);
  return [
    {
      subject: "",
      title: rule.title,
      summary:
        `At a start of the node, ${lines.length === 1 ? "a line says" : `${lines.length} lines say`} that it had not been shut down cleanly before: the power was cut, or the machine froze or was reset.` +
        (clean.length > 0
          ? " A check at the same start found a filesystem clean, with no journal to replay: that one was not being written to, or was put in order first."
          : "") +
        (panic ? " The kernel had stopped shortly before: it was no power cut." : ""),
      ...(panic ? { severity: "info" as const } : {}),
      confidence: rule.confidence,
      window: windowOf(lines.map(({ at }) => at)),
      // What has happened does not go on, and is not over while something is down since then.
      active: active === true || (isSomethingDown(view) && !isLongOver(last, view)) ? null : active,
      openStart: startsWithLog(first, view.firstEventOf(first.artifact)),
      count: lines.length,
      counted: "line",
      evidence: [...lines.slice(0, MAX_EVIDENCE - 1), ...lines.slice(MAX_EVIDENCE - 1).slice(-1)],
      counterEvidence: clean.slice(0, 2),
      entities: [],
    },
  ];
}

const BEFORE = [
  "Feb 03 04:16:58 pi systemd[1]: Reached target shutdown.target - System Shutdown.",
  "Feb 03 04:16:59 pi systemd-journald[120]: Journal stopped",
];
const START = [
  "-- Boot 7b1e5a0c2d3f4e5a6b7c8d9e0f1a2b3c --",
  "Feb 03 04:17:07 pi kernel: Linux version 5.15.84-v8+ (dom@buildbot) (aarch64-linux-gnu-gcc-8) #1613 SMP PREEMPT",
];
const DIRTY = [
  "Feb 03 04:17:12 pi systemd-fsck[294]: Dirty bit is set. Fs was not properly unmounted and some data may be corrupt.",
];

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "unclean-shutdown",
  title: "The node was not shut down cleanly",
  passTitle: "No sign of an unclean shutdown",
  why: "What was on its way to the disk when the power went is lost, and a write that was cut in the middle may damage more than the file it was for. By itself it is only a hint: most unclean shutdowns do no harm.",
  layer: "power",
  role: "cause",
  cause: "power-loss",
  severity: "minor",
  confidence: "possible",
  explains: [],
  remedy: [],
  references: [],
  needs: ["kernel-log"],
  evaluate,
  cases: {
    fires: [
      { "journal.txt": [...START, ...DIRTY].join("\n") },
      {
        "journal.txt": [
          "Feb 03 04:16:58 pi systemd[1]: Started cron.service - Regular background program processing daemon.",
          ...START,
          ...DIRTY,
        ].join("\n"),
      },
    ],
    quiet: [
      { "journal.txt": [...BEFORE, ...START, ...DIRTY].join("\n") },
      {
        "journal.txt": [
          ...START,
          "Feb 03 09:17:12 pi kernel: Out of memory: Killed process 432 ((journald)) total-vm:46184kB, anon-rss:250kB, file-rss:0kB, shmem-rss:0kB",
          "Feb 03 09:17:13 pi systemd-journald[438]: File /var/log/journal/0123/system.journal corrupted or uncleanly shut down, renaming and replacing.",
        ].join("\n"),
      },
      {
        "journal.txt": [
          ...START,
          "Feb 03 09:17:12 pi kernel: sd 6:0:0:0: [sdb] Attached SCSI removable disk",
          "Feb 03 09:17:13 pi kernel: FAT-fs (sdb1): Volume was not properly unmounted. Some data may be corrupt. Please run fsck.",
        ].join("\n"),
      },
      // A syslog names no boots: the kernel's first words tell where one begins.
      { syslog: [...BEFORE, "Feb  3 04:17:01 pi cron[9]: bye", ...START.slice(1), ...DIRTY].join("\n") },
    ],
  },
};

export default rule;
