/** The report as the body of an issue: at most 60,000 characters, the least important findings cut first. */
import type { IncidentReport, ReportFinding, ReportRootCause } from "../model/report.ts";
import { changes, severities } from "../model/words.ts";
import { chainOrderNotes } from "./chain-order.ts";
import { LASTING_WORDS, lastingFindings } from "./lasting.ts";
import type { Part } from "./markdown-blocks.ts";
import { cite, cites, codeSpan, evidenceBlock, fence, list, remedySteps, sentence } from "./markdown-blocks.ts";
import { clock, coverage, footer, lookedFor } from "./markdown-tail.ts";
import { COUNT_WORDS, countWords, findingTally } from "./tallies.ts";
import { clipLine, cutEnd, plural, visibleData } from "./text.ts";
import { activeWords, confidenceWords, nodeWords, leadWords, severityWords } from "./text-words.ts";
import { formatTime } from "./times.ts";

const MOST_CHARACTERS = 60_000;
/** Kept free for the sentences that say what was cut. */
const RESERVE = 1500;
const MOST_FINDINGS_LINES = 4;
const MOST_LASTING = 4;

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

/** Part of the first cause's steps: their findings are told without any. */
function lasting(report: IncidentReport): Part[] {
  const steps = lastingFindings(report)
    .slice(0, MOST_LASTING)
    .map(({ title, remedy: own }) => `### ${sentence(cutEnd(title, 300))}\n\n${remedySteps(own, 8)}`);
  return steps.length === 0 ? [] : [{ rank: 2, text: [LASTING_WORDS, ...steps].join("\n\n"), cut: "section" }];
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
    `${window}${activeWords(finding.active)}, ${confidenceWords[finding.confidence]}${finding.count > 1 ? `, ${countWords(finding, MOST_FINDINGS_LINES)}` : ""}`,
    `${sentence(cutEnd(finding.summary, 1200))} ${sentence(cutEnd(finding.why, 600))}`,
    ...finding.evidence.slice(0, MOST_FINDINGS_LINES).map(evidenceBlock),
    more > 0 ? `… and ${plural(more, "more line")} of evidence in the HTML report.` : "",
    ...(against.length ? ["Speaks against it:", ...against] : []),
    finding.change
      ? `Since the earlier bundle: **${finding.change}**. ${sentence(cutEnd(finding.changeReason ?? "", 300))}`
      : "",
  ];
  const rank = 20 + severities.indexOf(finding.severity);
  return { rank, text: text.filter((part) => part.trim() !== "").join("\n\n"), cut: finding.severity };
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
    ...report.rootCauses
      .slice(0, 1)
      .flatMap((cause) => [story(report, cause, 0), ...remedy(cause, 0), ...lasting(report)]),
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
    ...(findings.length ? [`## Findings\n\n${findingTally(report)}. ${COUNT_WORDS}`] : []),
    ...shown(findings),
    ...notice(parts.filter((part) => !kept.has(part))),
    ...shown(tail),
  ];
  return `${sections.join("\n\n")}\n`;
}
