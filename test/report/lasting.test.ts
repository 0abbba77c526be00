/** What stays damaged when the cause is gone leads to its own steps, in every form of the report. */
import { describe, expect, it } from "vitest";
import type { IncidentReport } from "../../analyzer/model/report.ts";
import { renderHtml } from "../../analyzer/report/html.ts";
import { renderMarkdown } from "../../analyzer/report/markdown.ts";
import { displayWidth } from "../../analyzer/report/text-width.ts";
import { renderTerminal } from "../../analyzer/report/terminal.ts";
import { seedReport } from "./fixture.ts";

/** The seed, of which the second link has its own cause and remedy. */
function damaged(cause: "etcd-corruption" | "unknown", text: string): IncidentReport {
  const seed = seedReport();
  const id = seed.rootCauses[0]?.chain[1];
  const remedy = [{ text, command: "etcdctl snapshot restore", risk: "change" as const }];
  const title = "etcd's database is damaged";
  const findings = seed.findings.map((finding) => (finding.id === id ? { ...finding, title, cause, remedy } : finding));
  return { ...seed, findings };
}

const WORDS = "What stays damaged after that has steps of its own:";
const own = seedReport().rootCauses[0]?.remedy[0]?.text ?? "";
const terminal = (report: IncidentReport, width = 100): string =>
  renderTerminal(report, { width, color: false, files: ["k1.html", "k1.md", "k1.sqlite"] });

describe("what stays damaged when the cause is gone", () => {
  it("is linked to its steps in HTML", () => {
    const todo = /<section id="what-to-do"[^]*?<\/section>/.exec(
      renderHtml(damaged("etcd-corruption", "Mend it.")),
    )?.[0];
    expect(todo).toMatch(/has steps of its own:<\/p>\s*<ul>\s*<li><a href="#f-/);
  });

  it("stands with its steps in Markdown, after those of the cause", () => {
    const markdown = renderMarkdown(damaged("etcd-corruption", "Mend it."));
    const todo = markdown.slice(markdown.indexOf("## What to do"), markdown.indexOf("## Findings"));
    expect(todo).toContain(
      `${WORDS}\n\n### etcd's database is damaged\n\n**1.** Mend it. *(▲ changes the node)*\n\n\`\`\`sh\netcdctl snapshot restore\n\`\`\``,
    );
    expect(todo.indexOf(WORDS)).toBeGreaterThan(todo.lastIndexOf("e2fsck"));
  });

  it("is named in the terminal, within 40 lines", () => {
    const text = terminal(damaged("etcd-corruption", "Mend it."));
    expect(text).toContain("     What stays damaged has steps of its own in the report: etcd's database is damaged\n");
    for (const width of [40, 60, 80, 100]) {
      const lines = terminal(damaged("etcd-corruption", "Mend it."), width).trimEnd().split("\n");
      expect(lines.length).toBeLessThanOrEqual(40);
      expect(lines.filter((line) => displayWidth(line) > width)).toEqual([]);
    }
  });

  it.each([
    ["a mere effect", damaged("unknown", "Mend it.")],
    ["damage that the cause's own steps mend", damaged("etcd-corruption", own)],
  ])("is not %s", (_what, report) => {
    for (const text of [renderHtml(report), renderMarkdown(report), terminal(report)]) {
      expect(text).not.toContain("stays damaged");
    }
  });
});
