import { describe, expect, it } from "vitest";
import { chainEvidence, chainOrderNotes } from "../../analyzer/report/chain-order.ts";
import { renderHtml } from "../../analyzer/report/html.ts";
import { renderMarkdown } from "../../analyzer/report/markdown.ts";
import { countWords } from "../../analyzer/report/tallies.ts";
import { nodeWords } from "../../analyzer/report/text-words.ts";
import type { IncidentReport, ReportTime } from "../../analyzer/model/report.ts";
import { seedReport } from "./fixture.ts";

/** The seed's report with its first link at noon, and the second at `second`. */
function dated(second: ReportTime): IncidentReport {
  const report = seedReport();
  const [cause, effect] = report.rootCauses[0]?.chain ?? [];
  const noon = "2017-11-05T12:00:00Z";
  const findings = report.findings.map((finding) => {
    if (finding.id === cause) return { ...finding, window: { from: noon, to: noon, basis: "exact" as const } };
    return { ...finding, window: finding.id === effect ? second : null };
  });
  return { ...report, findings };
}

const aged: ReportTime = { from: "2017-11-01T06:00:00Z", to: "2017-11-02T06:00:00Z", basis: "relative-age" };
const later: ReportTime = { from: "2017-11-05T13:00:00Z", to: "2017-11-05T13:00:00Z", basis: "exact" };

describe("times of a chain that run against its order", () => {
  it("are explained in the page and in the Markdown, with the basis of an interval", () => {
    const report = dated(aged);
    const notes = chainOrderNotes(report, report.rootCauses[0]!);
    expect(notes[0]).toMatch(/^Link 2 is dated before link 1/);
    expect(notes[1]).toMatch(/^The time of link 2 comes from an age .* ~2017-11-01 06:00 – 11-02 06:00 UTC/);
    expect(renderHtml(report)).toContain("Link 2 is dated before link 1");
    expect(renderMarkdown(report)).toContain("Link 2 is dated before link 1");
  });

  it("are not spoken of when they run with it, or when nothing is dated", () => {
    const report = dated(later);
    expect(chainOrderNotes(report, report.rootCauses[0]!)).toEqual([]);
    const undated = { ...report, findings: report.findings.map((finding) => ({ ...finding, window: null })) };
    expect(chainOrderNotes(undated, undated.rootCauses[0]!)).toEqual([]);
  });
});

it("the files that a chain cites are listed, as many as are said", () => {
  const report = seedReport();
  const files = new Set(chainEvidence(report, report.rootCauses[0]!).map(({ artifact }) => artifact));
  const [, count, list = ""] =
    /The (\d+) files that the chain cites<\/summary><p>(.*?)<\/p>/s.exec(renderHtml(report)) ?? [];
  expect(Number(count)).toBe(files.size);
  for (const file of files) expect(list).toContain(`${file}:`);
});

it("what is counted and what a node is are said in words", () => {
  expect(countWords({ count: 301, counted: "line" })).toBe("301 lines");
  expect(countWords({ count: 1 })).toBe("1 sign");
  const node = { ...seedReport().node, host: "n1", model: null };
  expect(nodeWords({ ...node, hypervisor: "QEMU" })).toBe("n1, virtual machine (QEMU)");
  expect(nodeWords({ ...node, host: null, model: "Board" })).toBe("Board");
});

it("only the first link of a chain is called its cause", () => {
  const seed = seedReport();
  const second = seed.rootCauses[0]?.chain[1];
  const findings = seed.findings.map((own) => (own.id === second ? { ...own, role: "cause" as const } : own));
  const chain = /<ol class="chain[^]*?<\/ol>/.exec(renderHtml({ ...seed, findings }))?.[0] ?? "";
  const heads = [...chain.matchAll(/<span class="link-head">(?:<span[^>]*>\d+<\/span>)?\s*([a-z]+)/g)].map(
    ([, word]) => word,
  );
  expect(heads.slice(0, 2)).toEqual(["cause", "effect"]);
  expect(heads.filter((word) => word === "cause")).toHaveLength(1);
});
