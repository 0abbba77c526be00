import { describe, expect, it } from "vitest";
import { CONTROL } from "./characters.ts";
import { codeSpan, fence, sentence } from "../../analyzer/report/markdown-blocks.ts";
import { renderMarkdown } from "../../analyzer/report/markdown.ts";
import { bigReport, healthyReport, hostileReport, reports, seedReport } from "./fixture.ts";

/** The text outside of fences, read as CommonMark reads it; throws when a fence stays open. */
function outsideFences(markdown: string): string {
  let open = 0;
  const outside = markdown.split("\n").filter((line) => {
    const run = /^ {0,3}(`{3,})/.exec(line)?.[1]?.length ?? 0;
    if (open === 0) {
      open = /^ {0,3}`{3,}[^`]*$/.test(line) ? run : 0;
      return open === 0;
    }
    if (run >= open && /^ {0,3}`+ *$/.test(line)) open = 0;
    return false;
  });
  if (open > 0) throw new Error("a fence stays open");
  return outside.join("\n");
}

/** Without code spans: a run of backticks that no backslash escapes, up to the next run of the same length. */
function outsideCode(markdown: string): string {
  return outsideFences(markdown).replace(/(?<!(?:^|[^\\])(?:\\\\)*\\)(?<!`)(`+)(?!`)(.*?[^`])\1(?!`)/gm, "");
}

describe.each(Object.entries(reports))("markdown of %s", (_name, report) => {
  const markdown = renderMarkdown(report());

  it("is short enough for an issue", () => {
    expect(markdown.length).toBeLessThanOrEqual(60_000);
  });

  it("leaves nothing outside of code that could mention, link, or be HTML", () => {
    const text = outsideCode(markdown).replace(/^<!-- coldcase 0\.1\.0 -->\n/, "");
    expect(text).not.toMatch(/(?<!\\)<[a-z!/]/i);
    expect(text).not.toMatch(/@[A-Za-z0-9]/);
    expect(text).not.toMatch(/(?<![\\&])#\d/);
    expect(text).not.toMatch(/https?:\/\//);
    expect(text).not.toMatch(/\bGH-\d/);
    expect(text).not.toMatch(/(?<!\\)\]\(/);
    expect(text).not.toMatch(CONTROL);
  });

  it("renders the same bytes again", () => {
    expect(renderMarkdown(report())).toBe(markdown);
  });
});

describe("markdown", () => {
  it("tells the story in order", () => {
    const headings = renderMarkdown(seedReport())
      .split("\n")
      .filter((line) => line.startsWith("## "));
    expect(headings).toEqual([
      "## What happened",
      "## What to do",
      "## Findings",
      "## Clock",
      "## What was looked for",
      "## Gaps and coverage",
    ]);
  });

  it("cuts the least severe findings first and says so", () => {
    const markdown = renderMarkdown(bigReport());
    const count = (word: string): number =>
      markdown.split("\n").filter((line) => line.startsWith(`### ${word}`)).length;
    expect(count("◆ critical")).toBe(15);
    expect(count("○ info")).toBe(0);
    expect(markdown).toMatch(/Left out to stay below 60000 characters: findings \(.*\d+ minor, 15 info\)/);
  });

  it("keeps story, remedy and footer of a hostile report", () => {
    const markdown = renderMarkdown(hostileReport());
    for (const part of ["## What happened", "## What to do", "\n---\n\ncoldcase 0.1.0"])
      expect(markdown).toContain(part);
  });

  it("says plainly that a node is healthy", () => {
    expect(renderMarkdown(healthyReport())).toMatch(/^<!-- coldcase 0\.1\.0 -->\n# ✓ Healthy: Nothing wrong/);
  });

  it("makes fences and spans longer than what they hold", () => {
    expect(fence(["a ```` b", "~~~~~~"], "text").split("\n")[0]).toBe("```````text");
    expect(codeSpan("a `` b")).toBe("```a `` b```");
    expect(codeSpan("`")).toBe("`` ` ``");
  });

  it("puts technical words into code and breaks the rest", () => {
    expect(sentence("see /etc/x, @me and #12 or https://x.example *now*")).toBe(
      "see `/etc/x`, `@me` and `#12` or `https://x.example` `*now*`",
    );
  });
});
