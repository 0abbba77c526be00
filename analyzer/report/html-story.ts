/** The first screens: what the report is about, what happened, what to do, and what else was considered. */
import { chainEvidence, chainOrderNotes } from "./chain-order.ts";
import { custodySentence } from "./custody.ts";
import type { IncidentReport, ReportFinding, ReportRootCause } from "../model/report.ts";
import { changes } from "../model/words.ts";
import type { Anchors } from "./html-anchors.ts";
import { citeViews, narrativeView, remedyView, timeView } from "./html-parts.ts";
import { LASTING_WORDS, lastingFindings } from "./lasting.ts";
import { withNotes } from "./step-notes.ts";
import type { Span } from "./text.ts";
import { cutEnd, plural, proseSpans } from "./text.ts";
import { activeWords, conclusionWords, confidenceWords, leadWords, nodeWords, riskWords } from "./text-words.ts";

interface Fact {
  name: string;
  value: Span[];
  time: ReturnType<typeof timeView>;
  alert: boolean;
  /** Needs the whole width of a narrow screen. */
  wide: boolean;
  /** Seen without unfolding the details. */
  brief: boolean;
  /** Where more about it is told. */
  href: string | null;
}

function fact(name: string, value: string, more: Partial<Fact> = {}): Fact {
  return { name, value: proseSpans(value), time: null, alert: false, wide: false, brief: false, href: null, ...more };
}

function code(text: string): Span[] {
  return [{ code: true, text }];
}

function bundleFacts(report: IncidentReport): Fact[] {
  return report.bundles.flatMap((bundle, index) => {
    const suffix = report.bundles.length > 1 ? ` ${index + 1}` : "";
    return [
      fact(`Bundle${suffix}`, "", {
        value: [...code(cutEnd(bundle.name, 200)), { code: false, text: ` (${bundle.form})` }],
      }),
      bundle.collectedAt
        ? fact(`Collected${suffix}`, "", { time: timeView(bundle.collectedAt), brief: true })
        : fact(`Collected${suffix}`, "time not known", { brief: true }),
      ...(bundle.custody?.collectorVersion
        ? [fact(`Custody${suffix}`, custodySentence(bundle.custody), { wide: true })]
        : []),
      ...(bundle.complete
        ? []
        : [
            fact(`Complete${suffix}`, "no: parts are missing, see coverage", {
              alert: true,
              brief: true,
              href: "#coverage",
            }),
          ]),
      bundle.redacted
        ? fact(`Redaction${suffix}`, "secrets are masked", { brief: true })
        : fact(`Redaction${suffix}`, "secrets are NOT masked: read before publishing", { alert: true, brief: true }),
      fact(
        `sha256${suffix}`,
        bundle.sha256 ?? "not known",
        bundle.sha256 ? { value: code(bundle.sha256), wide: true } : {},
      ),
    ];
  });
}

/** Title line: the conclusion, the node and the bundle. */
export function headerView(report: IncidentReport) {
  const { node } = report;
  const known: [string, string | null][] = [
    ["Node", nodeWords(node) || null],
    ["System", [node.os, node.kernel && `kernel ${node.kernel}`].filter(Boolean).join(", ") || null],
    ["Runtime", [node.runtime, node.kubernetes && `Kubernetes ${node.kubernetes}`].filter(Boolean).join(", ") || null],
  ];
  const facts = [
    ...known.map(([name, value]) => fact(name, value ?? "not known", { brief: name === "Node" })),
    ...bundleFacts(report),
    fact("Analysed with", `coldcase ${report.tool.version}`),
  ];
  return {
    version: report.tool.version,
    badge: leadWords(report),
    headline: proseSpans(report.headline),
    facts: facts.filter(({ brief }) => brief),
    details: facts.filter(({ brief }) => !brief),
  };
}

/** What a later link is in the chain: what would be a cause by itself is an effect there. */
function partOf(finding: ReportFinding | undefined): string {
  return finding?.role === "cause" ? "effect" : (finding?.role ?? "");
}

function chainView(report: IncidentReport, cause: ReportRootCause, anchors: Anchors) {
  const byId = new Map(report.findings.map((finding) => [finding.id, finding]));
  return cause.chain.map((id, index) => {
    const finding = byId.get(id);
    const last = index === cause.chain.length - 1;
    return {
      href: `#${anchors.finding(id)}`,
      number: index + 1,
      position: index === 0 ? "first" : last ? "last" : "middle",
      part: index === 0 ? "cause" : partOf(finding),
      layer: finding?.layer ?? "",
      title: proseSpans(cutEnd(finding?.title ?? id, 160)),
      time: timeView(finding?.window ?? null),
    };
  });
}

/** The files whose lines prove the links of the chain and what follows from them, each with its first such line. */
function filesView(report: IncidentReport, cause: ReportRootCause, anchors: Anchors) {
  const files = new Map(
    chainEvidence(report, cause)
      .toReversed()
      .map((evidence) => [evidence.artifact, evidence]),
  );
  const cites = citeViews([...files.values()].toReversed(), anchors);
  return cites.length > 1 ? { title: plural(cites.length, "file"), cites } : null;
}

function sentenceCase(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

/** What to type next, as a row of the story. */
function firstStep([step]: readonly object[]) {
  return step === undefined ? [] : [{ name: "First", step: true, ...step }];
}

function decidingView({ deciding }: ReportRootCause) {
  const [step] = withNotes(deciding ? [deciding] : []);
  return step ? { text: proseSpans(step.text), command: step.command } : null;
}

/** The story in at most three sentences: what people saw, why, and the first step that changes nothing for the worse. */
function shortView(report: IncidentReport, cause: ReportRootCause) {
  const [first, last] = [cause.narrative[0], cause.narrative.at(-1)];
  const seen = report.findings.find(({ id }) => id === cause.chain.at(-1));
  const isSymptom = cause.chain.length > 1 && seen !== undefined && seen.role !== "cause";
  return [
    ...(isSymptom && last ? [{ name: "Seen", text: proseSpans(last.text) }] : []),
    { name: "Because", text: proseSpans(first?.text ?? cause.summary) },
    ...firstStep(remedyView(cause.remedy, proseSpans)),
  ];
}

function causeView(report: IncidentReport, cause: ReportRootCause, anchors: Anchors) {
  const repeated = cause.narrative.some(({ text }) => text === cause.summary);
  const titles = new Map(report.findings.map(({ id, title }) => [id, title]));
  return {
    title: report.headline.startsWith(cause.title) ? [] : proseSpans(cause.title),
    code: cause.cause,
    short: shortView(report, cause),
    summary: repeated ? [] : proseSpans(cause.summary),
    confidence: confidenceWords[cause.confidence],
    active: sentenceCase(activeWords(cause.active)),
    reasons: cause.reasons.map(proseSpans),
    chain: chainView(report, cause, anchors),
    chainNotes: chainOrderNotes(report, cause).map(proseSpans),
    files: filesView(report, cause, anchors),
    narrative: narrativeView(cause, anchors, proseSpans),
    trigger: proseSpans(cause.trigger),
    triggerCites: citeViews(
      cause.triggers.flatMap(({ evidence }) => evidence),
      anchors,
    ),
    deciding: decidingView(cause),
    remedy: remedyView(cause.remedy, proseSpans),
    consequences: cause.consequences.map((id) => ({
      href: `#${anchors.finding(id)}`,
      title: proseSpans(titles.get(id) ?? id),
    })),
  };
}

const ANSWERS: Record<IncidentReport["conclusion"], string> = {
  healthy: "Nothing is wrong, as far as this bundle can tell.",
  "cause-found": "",
  "trouble-cause-unknown": "Something is wrong, and this bundle does not tell why.",
  "insufficient-evidence": "This bundle holds too little to tell whether anything is wrong.",
};

/** "Is it repaired?": the sentences of a report on several bundles, and the numbers. Null for one bundle. */
export function repairView(report: IncidentReport, anchors: Anchors) {
  const { comparison } = report;
  if (!comparison) return null;
  const { tone, word } = leadWords(report);
  return {
    tone,
    word,
    sentences: comparison.sentences.map(({ text, evidence }) => ({
      text: proseSpans(text),
      cites: citeViews(evidence, anchors),
    })),
    counts: changes.map((change) => ({ change, count: comparison.counts[change] })),
    notes: comparison.notes.map(proseSpans),
  };
}

/** What happened: the first root cause, or plainly that there is none and why. */
export function storyView(report: IncidentReport, anchors: Anchors) {
  const cause = report.rootCauses[0];
  const told = report.comparison?.sentences.map(({ text }) => text) ?? [];
  const reasons = cause ? [] : report.conclusionReasons.filter((reason) => !told.includes(reason));
  return {
    tone: conclusionWords[report.conclusion].tone,
    answer: ANSWERS[report.conclusion],
    reasons: (reasons.length === 0 && !cause ? ["No reason was recorded."] : reasons).map(proseSpans),
    cause: cause ? causeView(report, cause, anchors) : null,
    first: cause || report.conclusion === "healthy" ? [] : firstStep(todoView(report).steps),
  };
}

/** What to do: the remedy of the first root cause, or what to collect. */
export function todoView(report: IncidentReport) {
  const cause = report.rootCauses[0];
  if (cause?.remedy.length) return { lead: "In this order:", steps: remedyView(cause.remedy, proseSpans) };
  if (report.conclusion === "healthy") return { lead: "Nothing needs to be done.", steps: [] };
  const wanted = report.notCollected.map(({ item, why, command }) => ({ text: `Collect ${item}: ${why}.`, command }));
  const steps = withNotes(wanted).map(({ text, command }) => ({
    text: proseSpans(text),
    command,
    risk: command === null ? null : { ...riskWords.safe, tone: "safe" },
  }));
  const lead = steps.length ? "Collect what is missing, then analyse again." : "No remedy is known for what was found.";
  return { lead, steps };
}

/** Where the steps are that mend what stays damaged. Null when nothing does. */
export function lastingView(report: IncidentReport, anchors: Anchors) {
  const links = lastingFindings(report).map(({ id, title }) => ({
    href: `#${anchors.finding(id)}`,
    title: proseSpans(title),
  }));
  return links.length > 0 ? { lead: LASTING_WORDS, links } : null;
}

/** The other root causes, and what was considered and set aside. Null when there is neither. */
export function furtherView(report: IncidentReport, anchors: Anchors) {
  const causes = report.rootCauses.slice(1).map((cause) => causeView(report, cause, anchors));
  const alternatives = report.rootCauses
    .flatMap(({ alternatives: list }) => list)
    .map(({ cause, title, whyNot }) => ({ code: cause, title: proseSpans(title), whyNot: proseSpans(whyNot) }));
  return causes.length || alternatives.length ? { causes, alternatives } : null;
}

/** The title of the browser's tab. */
export function pageTitle(report: IncidentReport): string {
  const name = report.node.host ?? report.bundles[0]?.name ?? "coldcase";
  return cutEnd(`${name}: ${leadWords(report).word.toLowerCase()} – ${report.headline}`, 160);
}
