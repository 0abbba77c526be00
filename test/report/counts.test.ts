import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { IncidentReport } from "../../analyzer/model/report.ts";
import { loadRules } from "../../analyzer/rules/registry.ts";
import { renderHtml } from "../../analyzer/report/html.ts";
import { renderMarkdown } from "../../analyzer/report/markdown.ts";
import { checkTally, countWords, coverageTally, findingTally } from "../../analyzer/report/tallies.ts";
import { renderTerminal } from "../../analyzer/report/terminal.ts";
import { sampleBundles } from "../helpers/samples.ts";
import { reports } from "./fixture.ts";

const samples = sampleBundles().map(({ name }): [string, IncidentReport] => [
  name,
  JSON.parse(readFileSync(join("samples", name, "report.json"), "utf8")) as IncidentReport,
]);
const all: [string, IncidentReport][] = [...samples, ["seed", reports.seedReport()]];

function textOf(html: string): string {
  const plain = html.replace(/<script[^]*?<\/script>|<style[^]*?<\/style>|<[^>]+>/g, "");
  const names: Record<string, string> = {
    amp: "&",
    lt: "<",
    gt: ">",
    quot: '"',
    "#x27": "'",
    "#x60": "`",
    "#x3D": "=",
  };
  return plain
    .replace(/&(amp|lt|gt|quot|#x27|#x60|#x3D);/g, (_, name: string) => names[name] ?? "")
    .replace(/\s+/g, " ");
}

function section(text: string, title: RegExp): string {
  const start = text.search(title);
  return start < 0 ? "" : text.slice(start).replace(/^.*\n/, "").split(/^#/m)[0]!;
}

/** How many items a list of the Markdown stands for, those left out included. */
function itemsOf(text: string): number {
  const left = /^- … and (\d+) more$/m.exec(text)?.[1];
  return (text.match(/^- (?!… and)/gm) ?? []).length + Number(left ?? 0);
}

describe.each(all)("the counts of %s", (_, report) => {
  const html = renderHtml(report);
  const page = textOf(html);
  const markdown = renderMarkdown(report);
  const terminal = renderTerminal(report, { width: 120, color: false, files: [] });
  const counted = { of: (verdict: string) => report.checks.filter((check) => check.verdict === verdict).length };
  const open = counted.of("unknown") + counted.of("error");

  it("of findings and checks are the same in all outputs", () => {
    const [findings, checks] = [findingTally(report), checkTally(report)];
    for (const output of [page, markdown]) expect(output).toContain(checks);
    if (report.findings.length) for (const output of [page, markdown]) expect(output).toContain(findings);
    const rows = terminal.replace(/\n {13}/g, " ");
    expect(rows).toContain(`Findings     ${report.findings.length ? findings.replace(/ findings?:/, ":") : "none"}`);
    expect(rows).toContain(`Checks       ${checks.replace(/ checks?:/, ":")}`);
  });

  it("are those of what is listed", () => {
    const sections = html.slice(html.indexOf('id="checks"'), html.indexOf('id="coverage"'));
    expect(sections.match(/class="icon good"/g)?.length ?? 0).toBe(counted.of("pass"));
    expect(sections.match(/class="icon" aria-hidden="true">\?/g)?.length ?? 0).toBe(open);
    expect(itemsOf(section(markdown, /^### Looked for and not found/m))).toBe(counted.of("pass"));
    expect(itemsOf(section(markdown, /^### Could not be looked for/m))).toBe(open);
    expect(itemsOf(section(markdown, /^### Never collected/m))).toBe(report.notCollected.length);
    expect(html.match(/<section class="finding /g)?.length ?? 0).toBe(report.findings.length);
    const said = `${counted.of("pass")} checks`;
    if (counted.of("pass") > 1) for (const output of [page, markdown]) expect(output).toContain(said);
  });

  it("of each finding say what they count", () => {
    for (const finding of report.findings.filter(({ count }) => count > 1)) {
      const words = countWords({ ...finding, evidence: [] });
      for (const output of [page, markdown]) expect(output).toContain(words);
    }
  });

  it("of events add up, and are called the same", () => {
    for (const output of [page, markdown.replaceAll("`", "")]) expect(output).toContain(`${report.counts.facts} fact`);
    const [, list = ""] = /Events by source: (.*)\.$/.exec(coverageTally(report.counts)) ?? [];
    const parts = [...list.matchAll(/ ([\d,]+)(?:, |$)/g)].map(([, count = ""]) => Number(count.replaceAll(",", "")));
    if (list) expect(parts.reduce((sum, count) => sum + count, 0)).toBe(report.counts.events);
  });
});

it("no two rules have the same words for that nothing was found", async () => {
  const titles = (await loadRules()).map(({ passTitle }) => passTitle);
  expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
});

it("says in how many findings is told what the checks found", () => {
  const [one] = reports.seedReport().findings;
  const check = { rule: "a", title: "A", verdict: "fail" as const };
  const checks = [check, { ...check, rule: "b" }, { ...check, rule: "c" }];
  expect(checkTally({ checks, findings: [one!] })).toBe("3 checks: 0 passed, 3 found something (told in 1 finding)");
  expect(checkTally({ checks: [{ ...check, verdict: "pass" }], findings: [] })).toBe("1 check: 1 passed");
});

it("says how many of the lines are quoted", () => {
  const place = { artifact: "a", text: "", at: null };
  const evidence = [1, 2, 2, 3].map((line) => ({ ...place, line }));
  expect(countWords({ count: 301, counted: "line", evidence })).toBe("301 lines, 3 of them quoted");
  expect(countWords({ count: 301, counted: "line", evidence }, 2)).toBe("301 lines, 2 of them quoted");
  expect(countWords({ count: 3, counted: "line", evidence })).toBe("3 lines");
  expect(countWords({ count: 9, countedFrom: "7 lines, 2 readings" })).toBe("9 signs (7 lines, 2 readings)");
});
