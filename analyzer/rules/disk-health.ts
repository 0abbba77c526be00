/**
 * The verdict of a disk on itself. An NVMe disk that has written what its maker promises says “reliability degraded” by
 * that alone: it is worn on paper, and may go on for years. With bad blocks or without spare ones it fails.
 */
import type { Evidence, FindingDraft, RemedyStep } from "../model/rule.ts";
import { windowOf } from "./_time.ts";
import type { RuleView, StructuralRule } from "./types.ts";

const VERDICT = /result: FAILED/i;
const RELIABILITY = /reliability has been degraded|Critical Warning/i;

function valueOf(lines: Evidence[], name: string): number | null {
  const line = lines.find(({ text }) => text.startsWith(`${name}:`));
  const digits = line === undefined ? undefined : /:\s+([\d,]+)/.exec(line.text)?.[1];
  return digits === undefined ? null : Number(digits.replaceAll(",", ""));
}

/** Nothing but the amount that was written speaks against the disk. */
function isOnlyUsedUp(lines: Evidence[]): boolean {
  const used = valueOf(lines, "Percentage Used");
  const spare = valueOf(lines, "Available Spare");
  const least = valueOf(lines, "Available Spare Threshold") ?? 10;
  const hasSpare = spare === null || spare > least;
  return used !== null && used >= 100 && hasSpare && (valueOf(lines, "Media and Data Integrity Errors") ?? 0) === 0;
}

const REPLACE: RemedyStep[] = [
  {
    text: "Read the disk's record. Pending or uncorrectable sectors, media errors, or no spare blocks mean that it is at its end.",
    command: "sudo smartctl -a /dev/<disk>",
    risk: "safe",
  },
  {
    text: "Copy it while it can still be read (ddrescue goes on past bad sectors).",
    command: "sudo ddrescue /dev/<disk> /media/usb/disk.img /media/usb/disk.map",
    risk: "backup",
  },
  { text: "Replace the disk and write the copy to the new one.", risk: "change" },
];

function usedUp(lines: Evidence[], told: Evidence[]): Partial<FindingDraft> {
  const used = valueOf(lines, "Percentage Used");
  return {
    title: `An NVMe disk has used up its rated endurance (${used} %)`,
    summary: `An NVMe disk has written as much as its maker promises (Percentage Used ${used} %), and warns of that alone: it counts no media errors and has spare blocks. It goes on working; plan to replace it.`,
    severity: "minor",
    cause: "unknown",
    role: "effect",
    evidence: [...told.slice(0, 3), ...lines.filter(({ text }) => /^(?:Percentage|Available)/.test(text)).slice(0, 3)],
  };
}

function draftFor(artifact: string, lines: Evidence[], worn: boolean): FindingDraft[] {
  const told = lines.filter(({ text }) => VERDICT.test(text) || RELIABILITY.test(text));
  const [first] = told;
  if (!first) return [];
  const onlyUsedUp = worn && told.some(({ text }) => RELIABILITY.test(text));
  const what = [...new Set(told.map(({ text }) => text.replace(/^- /, "").replace(/\s{2,}/g, " ")))]
    .slice(0, 3)
    .join("; ");
  return [
    {
      subject: artifact,
      title: `A disk predicts its own failure: ${what}`,
      summary: `A disk says of itself that it is failing: ${what}.`,
      confidence: "certain",
      window: windowOf(told.map(({ at }) => at)),
      active: null,
      count: told.length,
      counted: "line",
      evidence: told.slice(0, 6),
      entities: [],
      ...(onlyUsedUp ? usedUp(lines, told) : {}),
    },
  ];
}

function evaluate(view: RuleView): FindingDraft[] {
  const artifacts = new Map<string, Evidence[]>();
  const all = view.lines("disk-health-line");
  for (const line of all) artifacts.set(line.artifact, [...(artifacts.get(line.artifact) ?? []), line]);
  const worn = [...artifacts.values()].some(isOnlyUsedUp);
  // smartd repeats in its log what smartctl says better elsewhere.
  const isRepeated = (lines: Evidence[]): boolean =>
    worn && lines.every(({ text }) => /Critical Warning \(/i.test(text));
  return [...artifacts].flatMap(([artifact, lines]) =>
    isRepeated(lines) ? [] : draftFor(artifact, lines, isOnlyUsedUp(lines)),
  );
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "disk-health",
  title: "A disk predicts its own failure",
  passTitle: "No disk said of itself that it fails",
  why: "A disk watches itself (SMART). When it says FAILED, it is at its end, unless it is an NVMe disk that only tells that it has written what its maker promises.",
  layer: "block-device",
  role: "cause",
  cause: "storage-io-error",
  severity: "major",
  confidence: "certain",
  explains: ["storage-io-error"],
  remedy: REPLACE,
  references: ["https://www.smartmontools.org/wiki/FAQ"],
  needs: ["logs"],
  evaluate,
  cases: {
    fires: [
      {
        "smart.txt":
          "SMART overall-health self-assessment test result: FAILED!\nDrive failure expected in less than 24 hours.\n",
      },
      {
        "smart.txt": [
          "SMART overall-health self-assessment test result: FAILED!",
          "- NVM subsystem reliability has been degraded",
          "",
          "SMART/Health Information (NVMe Log 0x02)",
          "Critical Warning:                   0x04",
          "Available Spare:                    97%",
          "Available Spare Threshold:          10%",
          "Percentage Used:                    112%",
          "Media and Data Integrity Errors:    0",
        ].join("\n"),
      },
    ],
    quiet: [
      {
        "smart.txt":
          "SMART overall-health self-assessment test result: PASSED\nPercentage Used:                    112%\n",
      },
    ],
  },
};

export default rule;
