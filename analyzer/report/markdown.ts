/** The report as the body of an issue: at most 60,000 characters, the least important findings cut first. */
import type { IncidentReport, ReportFinding, ReportRootCause } from "../model/report.ts";
import type { Severity } from "../model/words.ts";
import { changes, severities } from "../model/words.ts";
import { chainOrderNotes } from "./chain-order.ts";
import { cite, cites, codeSpan, evidenceBlock, fence, remedySteps, sentence } from "./markdown-blocks.ts";
import { clipLine, cutEnd, plural, visibleData } from "./text.ts";
import {
  activeWords,
  confidenceWords,
  countWords,
  nodeWords,
  coverageWords,
  gapWords,
  leadWords,
  redactionWords,
  severityWords,
} from "./text-words.ts";
import { formatDuration, formatSpan, formatTime } from "./times.ts";

const MOST_CHARACTERS = 60_000;
/** Kept free for the sentences that say what was cut. */
const RESERVE = 1500;
const MOST_FINDINGS_LINES = 4;

/** A part that stands or falls as a whole; the lowest `rank` is kept longest. */
interface Part {
  rank: number;
  text: string;
  /** What the notice calls it when it had to go. */
  cut: Severity | "section" | "list";
}

function list(items: string[], limit: number): string {
  const shown = items.slice(0, limit).map((item) => `- ${item}`);
  return [...shown, ...(items.length > limit ? [`- … and ${items.length - limit} more`] : [])].join("\n");
}

function identity(report: IncidentReport): string {
  const { node } = report;
  const facts = [
    ["Node", nodeWords(node)],
    ["System", [node.os, node.kernel].filter((part) => part !== null).join(", kernel ")],
    ["Runtime", [node.runtime, node.kubernetes].filter((part) => part !== null).join(", Kubernetes ")],
  ].filter(([, value]) => value !== "");
  const bundles = report.bundles.slice(0, 8).map((bundle) => {
    const time = bundle.collectedAt
      ? `collected ${formatTime(bundle.collectedAt)} UTC`
      : "time of collection not known";
    const state = bundle.complete ? "" : ", **incomplete**";
    return `Bundle: ${codeSpan(cutEnd(bundle.name, 200))}, ${time}${state}, secrets ${bundle.redacted ? "masked" : "**not masked**"}`;
  });
  return list([...facts.map(([name, value]) => `${name}: ${sentence(cutEnd(value ?? "", 300))}`), ...bundles], 12);
}

function header(report: IncidentReport): Part {
  const { icon, word } = leadWords(report);
  const text = [
    `<!-- coldcase ${report.tool.version.replace(/[^\w.+-]/g, "")} -->\n# ${icon} ${word}: ${sentence(cutEnd(report.headline, 400))}`,
    identity(report),
    ...(report.rootCauses.length === 0 && !report.comparison
      ? [
          list(
            report.conclusionReasons.map((reason) => sentence(cutEnd(reason, 600))),
            10,
          ),
        ]
      : []),
  ];
  return { rank: 0, text: text.filter((part) => part !== "").join("\n\n"), cut: "section" };
}

function repair(report: IncidentReport): Part[] {
  const { comparison } = report;
  if (!comparison) return [];
  const told = comparison.sentences.map(({ text, evidence }) => {
    const where = cites(evidence, 4);
    return `${sentence(cutEnd(text, 700))}${where ? ` (${where})` : ""}`;
  });
  const counts = changes.flatMap((change) =>
    comparison.counts[change] ? `${comparison.counts[change]} ${change}` : [],
  );
  const text = [
    "## Since the earlier bundle",
    list(told, 10),
    `All findings: ${counts.join(", ")}. Everything below describes the newest bundle, unless a citation names an earlier one.`,
    comparison.notes.map((note) => sentence(cutEnd(note, 300))).join(" "),
  ];
  return [{ rank: 0, text: text.filter((part) => part !== "").join("\n\n"), cut: "section" }];
}

function chainLines(report: IncidentReport, cause: ReportRootCause): string[] {
  const byId = new Map(report.findings.map((finding) => [finding.id, finding]));
  return cause.chain.slice(0, 12).map((id, index) => {
    const finding = byId.get(id);
    const where = finding?.evidence[0] ? ` (${cite(finding.evidence[0])})` : "";
    return `${index + 1}. ${sentence(cutEnd(finding?.title ?? id, 200))}${where}`;
  });
}

function trigger({ trigger: text, triggers, deciding }: ReportRootCause): string[] {
  const where = cites(
    triggers.flatMap(({ evidence }) => evidence),
    4,
  );
  const said = text === "" ? [] : [`What set it off: ${sentence(cutEnd(text, 1000))}${where ? ` (${where})` : ""}`];
  if (!deciding) return said;
  const command = fence([clipLine(deciding.command, 2000)], "sh");
  return [...said, `The one command that would tell more. ${sentence(cutEnd(deciding.text, 600))}\n\n${command}`];
}

function story(report: IncidentReport, cause: ReportRootCause, index: number): Part {
  const told = cause.narrative.slice(0, 12).map(({ text, evidence }) => {
    const where = cites(evidence, 4);
    return `${sentence(cutEnd(text, 500))}${where ? ` (${where})` : ""}`;
  });
  const reasons = list(
    cause.reasons.map((reason) => sentence(cutEnd(reason, 300))),
    6,
  );
  const alternatives = cause.alternatives.map(
    ({ title, whyNot }) => `${sentence(cutEnd(title, 150))}: ${sentence(cutEnd(whyNot, 300))}`,
  );
  const text = [
    index === 0 ? "## What happened" : `## Also: ${sentence(cutEnd(cause.title, 300))}`,
    index === 0 && report.headline.startsWith(cause.title)
      ? `Root cause: ${codeSpan(cause.cause)} (${activeWords(cause.active)})`
      : `**${sentence(cutEnd(cause.title, 300))}** (${codeSpan(cause.cause)}; ${activeWords(cause.active)})`,
    told.join(" "),
    ...trigger(cause),
    `Confidence: **${confidenceWords[cause.confidence]}**`,
    reasons,
    cause.chain.length ? `The chain, cause first:\n\n${chainLines(report, cause).join("\n")}` : "",
    chainOrderNotes(report, cause).map(sentence).join(" "),
    alternatives.length ? `Considered and set aside:\n\n${list(alternatives, 5)}` : "",
  ];
  return { rank: index === 0 ? 0 : 2 + index, text: text.filter((part) => part !== "").join("\n\n"), cut: "section" };
}

function remedy(cause: ReportRootCause, index: number): Part[] {
  if (cause.remedy.length === 0) return [];
  const title = index === 0 ? "## What to do" : `### What to do about it`;
  return [{ rank: index === 0 ? 1 : 2 + index, text: `${title}\n\n${remedySteps(cause.remedy, 12)}`, cut: "section" }];
}

function collectNext(report: IncidentReport): Part[] {
  if (report.rootCauses.length > 0 || report.conclusion === "healthy" || report.notCollected.length === 0) return [];
  const text = "## What to do\n\nCollect what is missing (see *Never collected* below) and run coldcase again.";
  return [{ rank: 1, text, cut: "section" }];
}

function findingPart(finding: ReportFinding): Part {
  const { icon, word } = severityWords[finding.severity];
  const window = finding.window ? `${formatTime(finding.window)} UTC, ` : "";
  const more = finding.evidence.length - MOST_FINDINGS_LINES;
  const against = finding.counterEvidence.slice(0, 2).map(evidenceBlock);
  const text = [
    `### ${icon} ${word}: ${sentence(cutEnd(finding.title, 300))}`,
    `${window}${activeWords(finding.active)}, ${confidenceWords[finding.confidence]}${finding.count > 1 ? `, ${countWords(finding)}` : ""}`,
    `${sentence(cutEnd(finding.summary, 1200))} ${sentence(cutEnd(finding.why, 600))}`,
    ...finding.evidence.slice(0, MOST_FINDINGS_LINES).map(evidenceBlock),
    more > 0 ? `… and ${plural(more, "more line")} in the HTML report.` : "",
    ...(against.length ? ["Speaks against it:", ...against] : []),
    finding.change
      ? `Since the earlier bundle: **${finding.change}**. ${sentence(cutEnd(finding.changeReason ?? "", 300))}`
      : "",
  ];
  const rank = 20 + severities.indexOf(finding.severity);
  return { rank, text: text.filter((part) => part.trim() !== "").join("\n\n"), cut: finding.severity };
}

function clock(report: IncidentReport): Part {
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

function lookedFor(report: IncidentReport): Part[] {
  const passed = report.checks
    .filter(({ verdict }) => verdict === "pass")
    .map(({ title }) => sentence(cutEnd(title, 200)));
  const open = report.checks
    .filter(({ verdict }) => verdict === "unknown" || verdict === "error")
    .map(
      ({ title, missing }) =>
        `${sentence(cutEnd(title, 200))}${missing ? `; needs ${sentence(cutEnd(missing, 200))}` : ""}`,
    );
  const never = report.notCollected.map(({ item, why, command }) => {
    const how = command ? ` Get it with ${codeSpan(cutEnd(command, 300))}.` : "";
    return `${sentence(cutEnd(item, 200))}: ${sentence(cutEnd(why, 300))}${how}`;
  });
  const sections: [string, string[], number][] = [
    ["Looked for and not found", passed, 11],
    ["Could not be looked for", open, 11],
    ["Never collected", never, 1],
  ];
  return sections
    .filter(([, items]) => items.length > 0)
    .map(([title, items, rank]) => ({ rank, text: `## ${title}\n\n${list(items, 24)}`, cut: "list" as const }));
}

function coverage(report: IncidentReport): Part[] {
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
  return items.length ? [{ rank: 12, text: `## Gaps and coverage\n\n${list(items, 24)}`, cut: "list" }] : [];
}

function footer(report: IncidentReport): Part {
  const hashes = report.bundles
    .slice(0, 4)
    .map(({ name, sha256 }) => `${codeSpan(cutEnd(name, 200))} sha256 ${sha256 ? codeSpan(sha256) : "not known"}`);
  const text = `---\n\ncoldcase ${sentence(report.tool.version)}, report schema ${report.schemaVersion} · ${hashes.join(" · ")}\n\n${sentence(redactionWords(report.redaction))}`;
  return { rank: -1, text, cut: "section" };
}

function notice(cut: Part[]): string[] {
  if (cut.length === 0) return [];
  const counts = severities.flatMap((severity) => {
    const count = cut.filter((part) => part.cut === severity).length;
    return count ? [`${count} ${severity}`] : [];
  });
  const others = cut.filter(({ cut: kind }) => kind === "section" || kind === "list").length;
  const what = [
    ...(counts.length ? [`findings (${counts.join(", ")})`] : []),
    ...(others ? [plural(others, "other section")] : []),
  ];
  return [
    `> Left out to stay below ${MOST_CHARACTERS} characters: ${what.join(" and ")}. The HTML and JSON reports have them.`,
  ];
}

function keep(parts: Part[]): Part[] {
  const byRank = parts
    .map((part, order) => ({ part, order }))
    .toSorted((a, b) => a.part.rank - b.part.rank || a.order - b.order);
  const kept = new Set<Part>();
  let room = MOST_CHARACTERS - RESERVE;
  for (const { part } of byRank) {
    if (part.text.length + 2 > room) continue;
    kept.add(part);
    room -= part.text.length + 2;
  }
  return parts.filter((part) => kept.has(part));
}

/** The report as Markdown for an issue: text from the bundle stands only in code, and the whole fits GitHub's limit. */
export function renderMarkdown(original: IncidentReport): string {
  const report = visibleData(original);
  const bySeverity = severities.flatMap((severity) =>
    report.findings.filter((finding) => finding.severity === severity),
  );
  const head = [
    header(report),
    ...repair(report),
    ...report.rootCauses.slice(0, 1).flatMap((cause) => [story(report, cause, 0), ...remedy(cause, 0)]),
  ];
  const others = report.rootCauses
    .slice(1, 8)
    .flatMap((cause, index) => [story(report, cause, index + 1), ...remedy(cause, index + 1)]);
  const findings = bySeverity.map(findingPart);
  const tail = [clock(report), ...lookedFor(report), ...coverage(report), footer(report)];
  const parts = [...head, ...collectNext(report), ...others, ...findings, ...tail];
  const kept = new Set(keep(parts));
  const shown = (group: Part[]): string[] => group.filter((part) => kept.has(part)).map(({ text }) => text);
  const sections = [
    ...shown([...head, ...collectNext(report), ...others]),
    ...(findings.length ? ["## Findings"] : []),
    ...shown(findings),
    ...notice(parts.filter((part) => !kept.has(part))),
    ...shown(tail),
  ];
  return `${sections.join("\n\n")}\n`;
}
