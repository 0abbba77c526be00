/** The lower half of the page: clock, containers, checks, coverage, and how to make the report again. */
import type { IncidentReport, ReportBundle, ReportContainer, ReportPlace } from "../model/report.ts";
import type { Anchors } from "./html-anchors.ts";
import { citeView, citeViews, timeView } from "./html-parts.ts";
import { checkGroups, checkTally, coverageTally } from "./tallies.ts";
import { cutEnd, groupDigits, plural, proseSpans, shortIds } from "./text.ts";
import { coverageWords, gapWords, redactionWords } from "./text-words.ts";
import { formatDuration, isoOf, timeMs } from "./times.ts";

const MOST_ROWS = 300;
/** Of a date that can be written. */
const LATEST_MS = 8.64e15;
const MOST_WARNINGS = 50;
const MOST_LAYERS = 40;
/** Of a link in a row: the whole path stands above its line. */
const LONGEST_LABEL = 44;

/** What a table leaves out, and where that is; null when nothing is. */
function leftOut(total: number, what: string, most = MOST_ROWS): string | null {
  return total > most
    ? `The first ${most} of ${groupDigits(total)} ${what} are shown. All are in the JSON that this file carries: coldcase analyze <this file> --json -`
    : null;
}

/** Zone, year, boots and steps of the clock, with what was assumed. */
export function clockView({ clock }: IncidentReport, anchors: Anchors) {
  const cites = (places: ReportPlace[] = []) => citeViews(places, anchors, LONGEST_LABEL);
  return {
    zone: proseSpans(`${clock.zone ?? "not known"} (${clock.zoneBasis})`),
    year: proseSpans(clock.yearBasis ?? "written in every source"),
    boots: clock.boots.slice(0, MOST_ROWS).map((boot) => ({
      id: proseSpans(shortIds(boot.id)),
      first: timeView(boot.first),
      last: timeView(boot.last),
      offset: boot.offsetUs === 0 ? "none" : correction(boot),
      basis: proseSpans(boot.basis),
      cites: cites(boot.cites),
    })),
    steps: clock.steps.slice(0, MOST_ROWS).map((step) => ({
      at: timeView(step.at),
      delta: formatDuration(step.deltaUs, "short"),
      boot: proseSpans(step.bootId ?? "not known"),
      cause: proseSpans(step.cause),
      cite: step.cite ? citeView(step.cite, anchors, LONGEST_LABEL) : null,
    })),
    moreBoots: leftOut(clock.boots.length, "boots"),
    moreSteps: leftOut(clock.steps.length, "steps"),
    notes: clock.notes.map(proseSpans),
    read: cites(clock.cites?.read),
    unset: cites(clock.cites?.unset),
  };
}

/** How far the first time was corrected, and what the node's own clock had said. */
function correction({ first, offsetUs }: IncidentReport["clock"]["boots"][number]): string {
  const size = formatDuration(offsetUs, "short");
  const said = first === null ? Number.NaN : timeMs(first.best ?? first.from) - offsetUs / 1000;
  if (!(Math.abs(said) < LATEST_MS)) return size;
  return `${size}: its clock said ${isoOf(said).slice(0, 19).replace("T", " ")} UTC at the first entry`;
}

/** Where the parts of a row are told, each place at the first of them. */
function rowCites({ cites = {} }: ReportContainer, anchors: Anchors) {
  const seen = new Set<string>();
  return Object.fromEntries(
    Object.entries(cites).flatMap(([part, place]) => {
      const cite = citeView(place, anchors, LONGEST_LABEL);
      return seen.has(cite.label) || !seen.add(cite.label) ? [] : [[part, cite]];
    }),
  );
}

/** One row for each container, with what is known of its life. */
export function containersView({ containers }: IncidentReport, anchors: Anchors) {
  const rows = containers.slice(0, MOST_ROWS).map((container) => ({
    id: container.id.slice(0, 12),
    name: shortIds(cutEnd(container.name, 300)),
    pod: container.pod === null ? null : shortIds(cutEnd(container.pod, 300)),
    image: container.image === null ? null : shortIds(cutEnd(container.image, 300)),
    state: cutEnd(container.state, 200),
    damaged: container.damaged,
    started: timeView(container.started),
    finished: timeView(container.finished),
    note: container.finishedNote === null ? null : proseSpans(container.finishedNote),
    lastSign: timeView(container.lastSign),
    layers: container.layers.slice(0, MOST_LAYERS).map((layer) => cutEnd(shortIds(layer), 80)),
    moreLayers: Math.max(0, container.layers.length - MOST_LAYERS),
    cites: rowCites(container, anchors),
  }));
  return { rows, more: leftOut(containers.length, "containers") };
}

/** Checks that could not be made, by what they lack. */
function openGroups(checks: IncidentReport["checks"]) {
  const groups = new Map<string, string[]>();
  for (const { title, verdict, missing } of checks) {
    const why =
      verdict === "error"
        ? `The check failed: ${missing ?? "no reason was given"}`
        : `Without ${missing ?? "what it needs"}`;
    groups.set(why, [...(groups.get(why) ?? []), title]);
  }
  return [...groups].map(([why, titles]) => ({ why: proseSpans(why), titles: titles.map(proseSpans) }));
}

/** Two lists that must not be confused: looked for and not found, and never collected. */
export function checksView(report: IncidentReport) {
  const { notCollected } = report;
  const { passed, open, notApplicable: skipped } = checkGroups(report);
  return {
    summary: `${checkTally(report)}.`,
    passed: passed.map(({ title }) => proseSpans(title)),
    passedCount: plural(passed.length, "check"),
    open: openGroups(open),
    openCount: plural(open.length, "check"),
    notApplicable: skipped.length
      ? `${plural(skipped.length, "check does", "checks do")} not apply to this node: ${cutEnd(skipped.map(({ rule }) => rule).join(", "), 2000)}.`
      : null,
    notCollected: notCollected.map(({ item, why, command }) => ({
      item: proseSpans(`${item.charAt(0).toUpperCase()}${item.slice(1)}:`),
      why: proseSpans(why),
      command,
    })),
  };
}

function isTroubled({ status }: IncidentReport["coverage"][number]): boolean {
  return status !== "ok" && status !== "empty" && status !== "redacted";
}

/** What was collected, where lines are missing, and what is damaged. */
export function coverageView(report: IncidentReport, anchors: Anchors) {
  const { counts, warnings } = report;
  const left = counts.warnings - Math.min(warnings.length, MOST_WARNINGS);
  return {
    counts: coverageTally(counts),
    redaction: redactionWords(report.redaction),
    masked: report.redaction.masked.filter(({ places }) => places > 0),
    damage: report.damage.map(({ path, message }) => ({
      path: path === null ? null : cutEnd(path, 300),
      message: proseSpans(message),
    })),
    gaps: report.gaps.slice(0, MOST_ROWS).map((gap) => ({
      artifact: cutEnd(shortIds(gap.artifact), 300),
      from: timeView(gap.from),
      to: timeView(gap.to),
      kind: gapWords[gap.kind],
      detail: proseSpans(gap.detail),
      cites: citeViews(gap.cites ?? [], anchors, LONGEST_LABEL),
    })),
    moreGaps: leftOut(report.gaps.length, "gaps"),
    moreItems: leftOut(report.coverage.length, "items"),
    items: report.coverage
      .toSorted((a, b) => Number(isTroubled(b)) - Number(isTroubled(a)))
      .slice(0, MOST_ROWS)
      .map((entry) => ({
        item: proseSpans(entry.item),
        status: coverageWords[entry.status],
        troubled: isTroubled(entry),
        detail: proseSpans(entry.detail),
      })),
    warnings: warnings.slice(0, MOST_WARNINGS).map(({ artifact, line, message }) => ({
      cite: citeView({ artifact, line }, anchors),
      message: proseSpans(message),
    })),
    moreWarnings: left > 0 ? `${plural(left, "more warning")} in the JSON.` : null,
  };
}

function argument({ name, form }: ReportBundle): string {
  if (form === "stdin") return "-";
  const file = /^(?:tar|zip)/.test(form) ? `${name}.${form}` : name;
  return /^[\w./+:@-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`;
}

/** The command that makes this report again, and what it depends on. */
export function reproduceView(report: IncidentReport) {
  return {
    command: `npx coldcase@${report.tool.version} ${report.bundles.map(argument).join(" ")}`,
    facts: [
      { name: "Version", value: `${report.tool.name} ${report.tool.version}` },
      { name: "Report schema", value: String(report.schemaVersion) },
      ...report.bundles.map(({ name, sha256 }) => ({
        name: `sha256 of ${cutEnd(name, 80)}`,
        value: sha256 ?? "not known",
      })),
    ],
  };
}
