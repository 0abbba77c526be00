/**
 * The report as one HTML file: no network, and a policy that allows nothing but its own stylesheet and script.
 * What comes from the bundle is made visible here and escaped by the templates.
 */
import { createHash } from "node:crypto";
import type { ReportEvents } from "../model/events.ts";
import type { IncidentReport } from "../model/report.ts";
import { anchorsOf } from "./html-anchors.ts";
import { eventsView, findingsView, linesView } from "./html-evidence.ts";
import { furtherView, headerView, lastingView, pageTitle, repairView, storyView, todoView } from "./html-story.ts";
import { checksView, clockView, containersView, coverageView, reproduceView } from "./html-tables.ts";
import type { Page } from "./html-templates.ts";
import { loadPage } from "./html-templates.ts";
import { timelineView } from "./html-timeline.ts";
import { packIsland, packValue } from "./island.ts";
import { compactJson } from "./json.ts";
import { visibleData } from "./text.ts";

const ownPage = await loadPage();

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text, "utf8").digest("base64")}'`;
}

function policyOf({ stylesheet, script }: Page): string {
  const own = `script-src ${hashOf(script)}; style-src ${hashOf(stylesheet)}`;
  return `default-src 'none'; ${own}; img-src data:; base-uri 'none'; form-action 'none'`;
}

const SECTIONS = [
  ["repaired", "Is it repaired?"],
  ["what-happened", "What happened"],
  ["what-to-do", "What to do"],
  ["further", "Further causes"],
  ["timeline", "Timeline"],
  ["findings", "Findings"],
  ["events", "Key events"],
  ["clock", "Clock"],
  ["containers", "Containers and pods"],
  ["checks", "What was looked for"],
  ["coverage", "Coverage and gaps"],
  ["lines", "Lines cited"],
  ["reproduce", "How to reproduce"],
] as const;

/** The report as one HTML file, with its events where there are some; the same input gives the same bytes. */
export function renderHtml(original: IncidentReport, events: ReportEvents | null = null): string {
  return renderPage(ownPage, original, events);
}

/** The same with other compiled templates. */
export function renderPage(page: Page, original: IncidentReport, events: ReportEvents | null): string {
  const report = visibleData(original);
  const anchors = anchorsOf(report);
  const further = furtherView(report, anchors);
  const lines = linesView(anchors);
  const parts: Record<string, unknown> = { further, repaired: report.comparison, lines };
  return page.render({
    policy: policyOf(page),
    script: page.trusted(page.script),
    explore: { thinning: events?.thinning ?? null },
    stylesheet: page.trusted(page.stylesheet),
    pageTitle: pageTitle(report),
    header: headerView(report),
    contents: SECTIONS.filter(([id]) => !(id in parts) || parts[id]).map(([id, title]) => ({ id, title })),
    repair: repairView(report, anchors),
    story: storyView(report, anchors),
    todo: { ...todoView(report), lasting: lastingView(report, anchors) },
    further,
    timeline: timelineView(report),
    findings: findingsView(report, anchors),
    keyEvents: eventsView(report, anchors),
    clock: clockView(report, anchors),
    containers: containersView(report, anchors),
    checks: checksView(report),
    coverage: coverageView(report, anchors),
    lines,
    reproduce: reproduceView(report),
    data: page.trusted(packIsland(compactJson(original))),
    events: events && page.trusted(packValue(events)),
  });
}
