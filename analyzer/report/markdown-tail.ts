/** The last sections of the Markdown: clock, what was looked for, gaps and coverage, and what the report was made from. */
import type { IncidentReport } from "../model/report.ts";
import type { Part } from "./markdown-blocks.ts";
import { codeSpan, list, sentence } from "./markdown-blocks.ts";
import { checkGroups, checkTally, coverageTally } from "./tallies.ts";
import { cutEnd, plural } from "./text.ts";
import { coverageWords, gapWords, redactionWords } from "./text-words.ts";
import { formatDuration, formatSpan, formatTime } from "./times.ts";

/** Zone, year and steps of the clock. */
export function clock(report: IncidentReport): Part {
  const { zone, zoneBasis, yearBasis, steps, notes } = report.clock;
  const items = [
    `Zone of the node: ${zone ? codeSpan(zone) : "not known"}. ${sentence(cutEnd(zoneBasis, 400))}`,
    ...(yearBasis ? [`Year: ${sentence(cutEnd(yearBasis, 400))}`] : []),
    ...steps.map(
      (step) =>
        `The clock jumped by ${formatDuration(step.deltaUs)} at ${formatTime(step.at)}: ${sentence(cutEnd(step.cause, 300))}`,
    ),
    ...notes.map((note) => sentence(cutEnd(note, 400))),
  ];
  return {
    rank: 10,
    text: `## Clock\n\nAll times are UTC; \`~\` marks inferred ones.\n\n${list(items, 14)}`,
    cut: "list",
  };
}

function ended(text: string): string {
  return /[.!?…]`?$/.test(text) || text === "" ? text : `${text}.`;
}

/** What passed, what could not be looked for, and what was never collected. */
export function lookedFor(report: IncidentReport): Part[] {
  const groups = checkGroups(report);
  const passed = groups.passed.map(({ title }) => sentence(cutEnd(title, 200)));
  const open = groups.open.map(
    ({ title, missing }) =>
      `${sentence(cutEnd(title, 200))}${missing ? `; needs ${sentence(cutEnd(missing, 200))}` : ""}`,
  );
  const never = report.notCollected.map(({ item, why, command }) => {
    const how = command ? ` Get it with ${codeSpan(cutEnd(command, 300))}` : "";
    return `${sentence(cutEnd(item, 200))}: ${ended(sentence(cutEnd(why, 300)))}${how}`;
  });
  const sections: [string, string[], number][] = [
    [`Looked for and not found: ${plural(passed.length, "check")}`, passed, 11],
    [`Could not be looked for: ${plural(open.length, "check")}`, open, 11],
    ["Never collected", never, 1],
  ];
  const tally: Part = { rank: 0, text: `## What was looked for\n\n${checkTally(report)}.`, cut: "section" };
  const lists = sections
    .filter(([, items]) => items.length > 0)
    .map(([title, items, rank]) => ({ rank, text: `### ${title}\n\n${list(items, 24)}`, cut: "list" as const }));
  return [tally, ...lists];
}

/** Damage, gaps, and what was not collected whole. */
export function coverage(report: IncidentReport): Part[] {
  const items = [
    ...report.damage.map(
      ({ path, message }) =>
        `Damaged: ${path ? `${codeSpan(cutEnd(path, 200))}: ` : ""}${sentence(cutEnd(message, 300))}`,
    ),
    ...report.gaps.map(
      (gap) =>
        `Gap in ${codeSpan(cutEnd(gap.artifact, 200))} (${gapWords[gap.kind]}), ${formatSpan(gap.from, gap.to)}: ${sentence(cutEnd(gap.detail, 300))}`,
    ),
    ...report.coverage
      .filter(({ status }) => status !== "ok")
      .map(
        ({ item, status, detail }) =>
          `${sentence(cutEnd(item, 200))}: ${coverageWords[status]}${detail ? `, ${sentence(cutEnd(detail, 200))}` : ""}`,
      ),
  ];
  const text = `## Gaps and coverage\n\n${sentence(coverageTally(report.counts))}`;
  return [{ rank: 12, text: items.length ? `${text}\n\n${list(items, 24)}` : text, cut: "list" }];
}

/** Versions, hashes and what is masked. */
export function footer(report: IncidentReport): Part {
  const hashes = report.bundles
    .slice(0, 4)
    .map(({ name, sha256 }) => `${codeSpan(cutEnd(name, 200))} sha256 ${sha256 ? codeSpan(sha256) : "not known"}`);
  const text = `---\n\ncoldcase ${sentence(report.tool.version)}, report schema ${report.schemaVersion} · ${hashes.join(" · ")}\n\n${sentence(redactionWords(report.redaction))}`;
  return { rank: -1, text, cut: "section" };
}
