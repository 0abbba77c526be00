/** Times that wreck charts: 1970, a far future, the hour that a clock change repeats, lines without a year. */
import { describe, expect, test } from "vitest";
import type { IncidentReport } from "../../analyzer/model/report.ts";
import { renderHtml } from "../../analyzer/report/html.ts";
import { reportOf } from "../helpers/analyze.ts";

const at = (report: IncidentReport, text: string) => report.timeline.find((entry) => entry.text.includes(text))?.at;

describe("1970 and a far future beside a right time", () => {
  const error = (inode: number): string =>
    `k1 kernel: EXT4-fs error (device mmcblk0p2): ext4_lookup:1590: inode #${inode}: comm kubelet: deleted inode referenced: 5678`;
  const lines = [
    `Thu 1970-01-01 00:00:33 UTC ${error(11)}`,
    `Thu 2026-01-01 10:00:00 UTC ${error(22)}`,
    `Fri 2250-01-05 00:00:33 UTC ${error(33)}`,
    `Thu 2026-01-01 10:05:00 UTC ${error(44)}`,
  ];
  const report = reportOf({ "journal.txt": `${lines.join("\n")}\n` }, { collectedAt: Date.UTC(2026, 0, 2) * 1000 });

  test("lie between the lines around them, in order only", async () => {
    const [first, future] = [at(await report, "#11"), at(await report, "#33")];
    expect(first).toMatchObject({ basis: "order-only", to: "2026-01-01T10:00:00Z", stated: "1970-01-01T00:00:33Z" });
    expect(future).toMatchObject({ basis: "order-only", from: "2026-01-01T10:00:00Z", to: "2026-01-01T10:05:00Z" });
    expect(future?.stated).toBe("2250-01-05T00:00:33Z");
    expect(at(await report, "#44")).toMatchObject({ from: "2026-01-01T10:05:00Z", basis: "exact" });
  });

  test("do not stretch the drawn axis, and the page says what their lines say", async () => {
    const page = renderHtml(await report);
    const drawn = page.slice(
      page.indexOf('<section id="timeline"'),
      page.indexOf("</section>", page.indexOf('<section id="timeline"')),
    );
    expect(drawn).toContain("<svg");
    expect(drawn).not.toMatch(/1970|2250/);
    expect(page).toContain("stated 1970-01-01 00:00:33");
    expect(page).toContain("stated 2250-01-05 00:00:33");
  });
});

describe("clock changes", () => {
  const date = { "date.txt": "Sun Oct 29 06:08:00 UTC 2023\n" };
  const hour = (own: string): string => `Oct 29 0${own}:10:00 k1 app[3]: a\nOct 29 0${own}:50:00 k1 app[3]: z\n`;
  const madrid = { timezone: "Europe/Madrid" };

  test("a repeated hour that is written once has two readings, and the report says so", async () => {
    const report = await reportOf({ ...date, "journal.txt": hour("2") }, madrid);
    const first = at(report, "first line");
    expect(first).toMatchObject({ from: "2023-10-29T00:10:00Z", to: "2023-10-29T01:10:01Z", basis: "zone-assumed" });
    expect(report.clock.notes.join(" ")).toContain("the hour that a clock change repeats");
    expect(renderHtml(report)).toContain("the hour that a clock change repeats");
  });

  test("written twice, the first is summer and the second winter", async () => {
    const report = await reportOf({ ...date, "journal.txt": hour("2") + hour("2") }, madrid);
    expect(at(report, "first line")).toMatchObject({ from: "2023-10-29T00:10:00Z", basis: "year-inferred" });
    expect(at(report, "last line")).toMatchObject({ from: "2023-10-29T01:50:00Z", basis: "year-inferred" });
  });

  test("without a year or any full date nothing is drawn, and the order stays", async () => {
    const report = await reportOf({ "journal.txt": hour("2") }, madrid);
    expect(report.timeline.filter((entry) => entry.at !== null)).toEqual([]);
    expect(report.clock.yearBasis).toContain("only the order within each file is known");
    expect(renderHtml(report)).toContain("No event could be placed in time.");
  });
});
