/** What a wrong clock had said stands beside the corrected time of a line, in the page without script and in Markdown. */
import { expect, test } from "vitest";
import { renderHtml } from "../../analyzer/report/html.ts";
import { renderMarkdown } from "../../analyzer/report/markdown.ts";
import { reportOf } from "../helpers/analyze.ts";

const BOOT = "0123456789abcdef0123456789abcdef";
const TRUE_START = Date.UTC(2026, 2, 2, 10, 15) * 1000;
const SAVED_START = Date.UTC(2026, 0, 5, 7) * 1000;

function entry(second: number, start: number, identifier: string, text: string): string {
  return JSON.stringify({
    __REALTIME_TIMESTAMP: String(start + second * 1_000_000),
    __MONOTONIC_TIMESTAMP: String(second * 1_000_000),
    _BOOT_ID: BOOT,
    SYSLOG_IDENTIFIER: identifier,
    _TRANSPORT: identifier === "kernel" ? "kernel" : "journal",
    MESSAGE: text,
  });
}

const JOURNAL = [
  entry(
    2,
    SAVED_START,
    "kernel",
    "EXT4-fs error (device mmcblk0p2): ext4_lookup:1590: inode #1234: comm kubelet: deleted inode referenced: 5678",
  ),
  entry(20, SAVED_START, "kubelet", "started"),
  entry(30, TRUE_START, "systemd-timesyncd", "Initial clock synchronization to Mon 2026-03-02 10:15:30.000000 UTC."),
  entry(
    60,
    TRUE_START,
    "kernel",
    "EXT4-fs error (device mmcblk0p2): ext4_lookup:1590: inode #1234: comm kubelet: deleted inode referenced: 5679",
  ),
];

test("only lines that a wrong clock wrote say so", async () => {
  const report = await reportOf({ "journal.json": `${JOURNAL.join("\n")}\n`, "uname.txt": "Linux n7 6.1.0 aarch64\n" });
  const lines = report.findings
    .flatMap(({ evidence }) => evidence)
    .filter(({ artifact }) => artifact === "journal.json");
  const before = lines.filter(({ line }) => line === 1).map(({ at }) => at?.stated);
  expect(before.length).toBeGreaterThan(0);
  expect(new Set(before)).toEqual(new Set(["2026-01-05T07:00:02Z"]));
  expect(lines.filter(({ line }) => line > 2).flatMap(({ at }) => at?.stated ?? [])).toEqual([]);
  const page = renderHtml(report, null);
  const events = page.slice(
    page.indexOf('<section id="events"'),
    page.indexOf("</section>", page.indexOf('<section id="events"')),
  );
  expect(events).toMatch(/~2026-03-02 10:15:01\.97\d<\/time> <span class="stated">/);
  expect(events).toContain('<span class="stated">stated 2026-01-05 07:00:02</span>');
  const figures = page.match(/<figure class="evidence">[\s\S]*?<\/figcaption>/g) ?? [];
  expect(figures.join("\n")).toContain("stated 2026-01-05 07:00:02");
  expect(renderMarkdown(report)).toContain("UTC (stated 2026-01-05 07:00:02)");
});
