/**
 * The summary in the terminal: what broke, why, how sure, and what to type next, in at most 40 lines. All text is made
 * visible first, so that nothing from a bundle can move the cursor.
 */
import type { IncidentReport, ReportFinding, ReportRootCause } from "../model/report.ts";
import type { RemedyStep } from "../model/rule.ts";
import { lastingFindings } from "./lasting.ts";
import { withNotes } from "./step-notes.ts";
import { checkTally, findingTally } from "./tallies.ts";
import { plural, shortIds, visibleData } from "./text.ts";
import type { Row, Style } from "./terminal-rows.ts";
import { command } from "./terminal-rows.ts";
import { confidenceWords, leadWords, riskWords } from "./text-words.ts";
import { displayWidth, fit, fitStart, wrap } from "./text-width.ts";
import { formatTime } from "./times.ts";

export interface TerminalOptions {
  width: number;
  color: boolean;
  /** Names of the files written, in the order to show them. */
  files: string[];
}

const MOST_LINES = 40;
const LABEL = 13;
const SGR: Record<Style, string> = {
  plain: "",
  bold: "1",
  dim: "2",
  accent: "36",
  critical: "1;31",
  major: "1;33",
  minor: "33",
  info: "34",
  good: "1;32",
};

function paint(row: Row, color: boolean): string {
  const runs = row.map(([text, style = "plain"]) =>
    color && SGR[style] ? `\u001b[${SGR[style]}m${text}\u001b[0m` : text,
  );
  return runs.join("").trimEnd();
}

function labelled(label: string, lines: string[], style: Style = "plain"): Row[] {
  return lines.map((line, index) => [
    [(index === 0 ? label : "").padEnd(LABEL), "dim"],
    [line, style],
  ]);
}

function prose(text: string): string {
  return shortIds(text).replaceAll("`", "").replaceAll("\t", " ");
}

function identity(report: IncidentReport, width: number): Row[] {
  const bundle = report.bundles.at(-1);
  const name = report.bundles.map((one) => one.name).join(" → ");
  const collected = bundle?.collectedAt ? `collected ${formatTime(bundle.collectedAt)} UTC` : null;
  const redaction = bundle ? (bundle.redacted ? "secrets masked" : "secrets NOT masked") : null;
  const parts = [report.node.host, name, collected, redaction].filter((part) => part !== null && part !== undefined);
  const distinct = parts.filter((part, index) => parts.indexOf(part) === index);
  const text = `coldcase ${report.tool.version} · ${distinct.join(" · ")}`;
  return wrap(text, width, 3).map((line) => [[line, "dim"]]);
}

function headline(report: IncidentReport, width: number): Row[] {
  const { icon, word, tone } = leadWords(report);
  const badge = `${icon} ${word.toUpperCase()}`;
  const room = width - badge.length - 2;
  const lines = room < 40 ? ["", ...wrap(prose(report.headline), width, 3)] : wrap(prose(report.headline), room, 2);
  const indent = room < 40 ? "" : " ".repeat(badge.length + 2);
  return lines.map((line, index) =>
    index === 0
      ? [
          [badge, tone],
          ["  ", "plain"],
          [line, "bold"],
        ]
      : [[indent], [line, "bold"]],
  );
}

function sinceThen(report: IncidentReport, width: number): Row[] {
  const sentences = report.comparison?.sentences.slice(0, 3) ?? [];
  const rows = sentences.flatMap(({ text }): Row[] => {
    const lines = wrap(prose(text), width - 4, 2);
    return lines.map((line, index) => [[index === 0 ? "  - " : "    ", "dim"], [line]]);
  });
  return rows.length === 0 ? [] : [[["Since the earlier bundle", "bold"]], ...rows];
}

function citation(finding: ReportFinding | undefined): string {
  const first = finding?.evidence[0];
  return first ? `${first.artifact}:${first.line}` : "";
}

/** Nine rows at most: of a longer chain, the links nearest to the cause and the last two. */
function shownLinks(count: number): (number | null)[] {
  const all = Array.from({ length: count }, (_, index) => index);
  return count <= 8 ? all : [...all.slice(0, 5), null, count - 2, count - 1];
}

function chain(report: IncidentReport, cause: ReportRootCause, width: number): Row[] {
  const byId = new Map(report.findings.map((finding) => [finding.id, finding]));
  const citations = cause.chain.map((id) => citation(byId.get(id)));
  const widest = Math.max(0, ...citations.map(displayWidth));
  const column = width < 70 ? 0 : Math.min(widest, Math.floor(width * 0.36));
  const rows = shownLinks(cause.chain.length).map((index): Row => {
    if (index === null) return [[`      … ${cause.chain.length - 7} more links …`, "dim"]];
    const finding = byId.get(cause.chain[index] ?? "");
    const room = width - 5 - (column ? column + 2 : 0);
    const title = fit(prose(finding?.title ?? cause.chain[index] ?? ""), room);
    const number = `${String(index + 1).padStart(3)}  `;
    if (!column) return [[number, "dim"], [title]];
    const gap = " ".repeat(Math.max(0, room - displayWidth(title)) + 2);
    return [[number, "dim"], [title], [gap], [fitStart(citations[index] ?? "", column), "accent"]];
  });
  return rows.length === 0 ? [] : [[["Chain, cause first", "bold"]], ...rows];
}

function stepRows(step: RemedyStep, index: number, width: number, most: number): Row[] {
  const room = width - 5;
  const risk = step.risk === "safe" ? "" : `(${riskWords[step.risk].word})`;
  const style: Style = step.risk === "change" ? "major" : "dim";
  const lines = wrap(prose(step.text), room, most);
  const text = lines.map((line, row): Row => [
    [row === 0 ? `${String(index + 1).padStart(3)}  ` : "     ", "dim"],
    [line],
  ]);
  const isBeside = displayWidth(lines.at(-1) ?? "") + 1 + risk.length <= room;
  if (risk && isBeside) text.at(-1)?.push([` ${risk}`, style]);
  const below: Row[] = risk && !isBeside ? [[["     "], [risk, style]]] : [];
  return [...text, ...below, ...command(step.command, width)];
}

function remedy(report: IncidentReport, cause: ReportRootCause, width: number, stepLines: number): Row[] {
  const steps = withNotes(cause.remedy.slice(0, 3)).flatMap((step, index) => stepRows(step, index, width, stepLines));
  const rest = cause.remedy.length - 3;
  const more: Row[] = rest > 0 ? [[[`     … ${plural(rest, "more step")} in the report`, "dim"]]] : [];
  const rows = [...steps, ...more, ...lastingRows(report, width)];
  return steps.length === 0 ? [] : [[["Do next, in this order", "bold"]], ...rows];
}

/** What stays damaged by name; its steps are in the report. */
function lastingRows(report: IncidentReport, width: number): Row[] {
  const titles = lastingFindings(report).map(({ title }) => prose(title));
  if (titles.length === 0) return [];
  return wrap(`What stays damaged has steps of its own in the report: ${titles.join("; ")}`, width - 5, 2).map(
    (line) => [["     "], [line]],
  );
}

function decidingRows({ deciding }: ReportRootCause, width: number): Row[] {
  if (!deciding) return [];
  const rows = labelled("Would tell", wrap(prose(deciding.text), width - LABEL, 2));
  return [...rows, ...command(deciding.command, width)];
}

function causeRows(report: IncidentReport, cause: ReportRootCause, width: number, stepLines: number): Row[][] {
  const room = width - LABEL;
  const sure = `${confidenceWords[cause.confidence]}${cause.reasons[0] ? `: ${cause.reasons[0]}` : ""}`;
  const told = report.headline.startsWith(cause.title);
  const [over, others] = [true, false].map((isOver) =>
    report.rootCauses
      .slice(1)
      .filter(({ active }) => (active === false) === isOver)
      .filter(({ finding }) => !cause.triggers.some((trigger) => trigger.finding === finding))
      .map(({ title, confidence }) => `${title} (${confidenceWords[confidence]})`),
  );
  return [
    [
      ...labelled("Root cause", wrap(prose(`${told ? "" : `${cause.title}, `}${cause.cause}`), room, 2), "bold"),
      ...labelled("Confidence", wrap(prose(sure), room, 2)),
      ...labelled("Trigger", wrap(prose(cause.trigger), room, 3)),
      ...decidingRows(cause, width),
      ...labelled("Also found", wrap(prose((others ?? []).join("; ")), room, 2)),
      ...labelled("Over by now", wrap(prose((over ?? []).join("; ")), room, 2)),
    ],
    chain(report, cause, width),
    remedy(report, cause, width, stepLines),
  ];
}

function reasonRows(report: IncidentReport, width: number): Row[][] {
  const reasons = report.conclusionReasons.slice(0, 5).flatMap((reason): Row[] => {
    const lines = wrap(prose(reason), width - 4, 2);
    return lines.map((line, index) => [[index === 0 ? "  - " : "    ", "dim"], [line]]);
  });
  const missing = report.notCollected
    .slice(0, 4)
    .flatMap((item): Row[] => [
      [["  - ", "dim"], [fit(prose(item.item), width - 4)]],
      ...command(item.command, width, 1),
    ]);
  return [
    reasons.length ? [[["Why", "bold"]], ...reasons] : [],
    missing.length ? [[["Collect next", "bold"]], ...missing] : [],
  ];
}

/** `12 findings: 5 critical` as `12: 5 critical`: the label has the word. */
function tallyRow(tally: string): string {
  return tally.replace(/ (?:findings?|checks?):/, ":").replace(/^No findings$/, "none");
}

function countRows(report: IncidentReport, files: string[], width: number): Row[] {
  const room = width - LABEL;
  const missing = report.notCollected.map(({ item }) => item).join(", ");
  const showMissing = report.conclusion === "cause-found" && missing !== "";
  return [
    ...labelled("Findings", wrap(tallyRow(findingTally(report)), room, 3)),
    ...labelled("Checks", wrap(tallyRow(checkTally(report)), room, 3)),
    ...(showMissing ? labelled("Missing", wrap(prose(missing), room, 1)) : []),
    ...(report.damage.length ? labelled("Damage", wrap(prose(report.damage[0]?.message ?? ""), room, 2), "major") : []),
    ...(files.length ? labelled("Written", wrap(files.join(", "), room, 2), "bold") : []),
  ];
}

function spaced(blocks: Row[][]): Row[] {
  return blocks.filter((block) => block.length > 0).flatMap((block, index) => (index === 0 ? block : [[], ...block]));
}

function dense(blocks: Row[][]): Row[] {
  const rows = blocks.flat();
  const tail = blocks.at(-1) ?? [];
  return rows.length <= MOST_LINES ? rows : [...rows.slice(0, MOST_LINES - tail.length), ...tail];
}

/** The summary for a terminal: at most 40 lines, none wider than `width`, escape codes only when `color` is set. */
export function renderTerminal(original: IncidentReport, options: TerminalOptions): string {
  const report = visibleData(original);
  const files = visibleData(options.files);
  const width = Math.min(Math.max(options.width, 40), 120);
  const cause = report.rootCauses[0];
  const blocks = (stepLines: number): Row[][] => [
    identity(report, width),
    headline(report, width),
    sinceThen(report, width),
    ...(cause ? causeRows(report, cause, width, stepLines) : reasonRows(report, width)),
    countRows(report, files, width),
  ];
  const layouts = [...[5, 4, 3, 2, 1].map((lines) => spaced(blocks(lines))), dense(blocks(1))];
  const rows = layouts.find((layout) => layout.length <= MOST_LINES) ?? dense(blocks(1));
  return `${rows.map((row) => paint(row, options.color)).join("\n")}\n`;
}
