import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ReportEvents } from "../../analyzer/model/events.ts";
import type { IncidentReport } from "../../analyzer/model/report.ts";
import { renderHtml } from "../../analyzer/report/html.ts";
import { packIsland, readIsland } from "../../analyzer/report/island.ts";
import { renderMarkdown } from "../../analyzer/report/markdown.ts";
import { checkEvents, checkReport, isUnreadable, readHtmlReport } from "../../analyzer/report/read.ts";
import { renderTerminal } from "../../analyzer/report/terminal.ts";
import { tinyEvents } from "./fixture-events.ts";
import { reports, seedReport } from "./fixture.ts";

const samples = readdirSync("samples").filter((name) => existsSync(`samples/${name}/report.json`));

function island(name: string, value: unknown): string {
  return `<script type="text/plain" id="${name}-data">${packIsland(JSON.stringify(value))}</script>`;
}

/** Every place in a value, as a path of keys. */
function placesIn(value: unknown, path: string[] = []): string[][] {
  if (value === null || typeof value !== "object") return [path];
  return [path, ...Object.entries(value).flatMap(([key, item]) => placesIn(item, [...path, key]))];
}

function replaced(value: unknown, [key, ...rest]: string[], by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value))
    return value.map((item, index) => (String(index) === key ? replaced(item, rest, by) : item));
  return { ...(value as object), [key]: replaced((value as Record<string, unknown>)[key], rest, by) };
}

describe("a report that was written", () => {
  it.each(Object.entries(reports))("%s is read back and rendered to the same bytes", (_name, report) => {
    const html = renderHtml(report(), tinyEvents());
    const stored = readHtmlReport(html);
    expect(stored.events).toEqual(tinyEvents());
    expect(renderHtml(stored.report, stored.events) === html).toBe(true);
  });

  it.each(samples)("samples/%s/report.json is a report", (name) => {
    expect(() => checkReport(JSON.parse(readFileSync(`samples/${name}/report.json`, "utf8")))).not.toThrow();
  });

  it("of an older version is completed, and everything in it stays", () => {
    const report = JSON.parse(JSON.stringify(seedReport())) as IncidentReport;
    const older = JSON.parse(JSON.stringify(report), (key, value: unknown) =>
      ["redaction", "custody", "triggers", "deciding", "counted", "countedFrom", "hypervisor", "stated"].includes(key)
        ? undefined
        : value,
    ) as IncidentReport;
    const stored = readHtmlReport(island("report", older)).report;
    expect(stored).toMatchObject(older);
    expect(stored.redaction).toEqual({ mode: "none", masked: [], late: 0 });
    const page = renderHtml(stored);
    const markdown = renderMarkdown(stored);
    renderTerminal(stored, { width: 80, color: false, files: [] });
    for (const { id } of older.findings) expect(page).toContain(`data-finding="${id}"`);
    expect(markdown).toContain(`\`${older.rootCauses[0]!.cause}\``);
    expect(page).toContain("Nothing is masked");
    expect(markdown).toContain("## What happened");
    expect(readHtmlReport(page).report).toEqual(stored);
  });

  it("of an older version may know less of its events", () => {
    const { unset, ...older } = tinyEvents();
    expect(unset).toBeDefined();
    expect(checkEvents(older)).toEqual({ ...older, unset: [] });
  });

  it("may have no events", () => {
    expect(readHtmlReport(renderHtml(seedReport())).events).toBeNull();
  });
});

describe("a report that somebody made up", () => {
  it("is refused, or rendered without an error, whatever stands for what came later", () => {
    const report = JSON.parse(JSON.stringify(seedReport())) as IncidentReport;
    const late = [
      ["redaction"],
      ["rootCauses", "0", "triggers"],
      ["rootCauses", "0", "deciding"],
      ["bundles", "0", "custody"],
    ];
    for (const path of late) {
      for (const by of [undefined, null, -1, "x", [], {}, [[]], [{}], { text: {} }, "constructor"]) {
        try {
          const read = checkReport(replaced(report, path, by));
          renderHtml(read);
          renderMarkdown(read);
        } catch (error) {
          if (!isUnreadable(error)) throw new Error(`${path.join(".")}: ${String(error)}`, { cause: error });
        }
      }
    }
  });

  it("is refused, or rendered without an error, whatever one of its values is", () => {
    const report = JSON.parse(JSON.stringify(seedReport())) as IncidentReport;
    const paths = placesIn(report).filter((_path, index) => index % 5 === 0);
    const junk: unknown[] = [
      null,
      -1,
      "x".repeat(50),
      "9999-99-99T00:00:00Z",
      [],
      {},
      [[]],
      { toString: 1 },
      "constructor",
    ];
    let refused = 0;
    paths.forEach((path, index) => {
      const broken = replaced(report, path, junk[index % junk.length]);
      try {
        renderHtml(checkReport(broken));
      } catch (error) {
        if (!isUnreadable(error)) throw new Error(`${path.join(".")}: ${String(error)}`, { cause: error });
        refused += 1;
      }
    });
    expect(refused).toBeGreaterThan(paths.length / 3);
  });

  it.each<[string, (events: ReportEvents) => unknown]>([
    ["a column is short", (events) => events.columns.level.pop()],
    ["an index is out of range", (events) => (events.columns.text[0] = events.texts.length)],
    ["an index is no whole number", (events) => (events.columns.origin[0] = 0.5)],
    ["shapes do not add up", (events) => events.shapes.push(1)],
    ["a place has no known clock", (events) => (events.places[0]!.clock = "sundial" as "utc")],
  ])("is refused when %s", (_what, spoil) => {
    const events = tinyEvents();
    spoil(events);
    expect(() => checkEvents(events)).toThrow(/events/);
  });

  it("is refused when its data is missing, cut, no JSON, or a bomb", () => {
    const bomb = packIsland(" ".repeat(130 * 1024 * 1024));
    for (const html of [
      "<p>nothing",
      `<script type="text/plain" id="report-data">AAAA`,
      `<script type="text/plain" id="report-data">AAAA</script>`,
      `<script type="text/plain" id="report-data">${packIsland("{")}</script>`,
      `<script type="text/plain" id="report-data">${bomb}</script>`,
      island("report", []),
      island("report", { ...seedReport(), schemaVersion: 2 }),
    ]) {
      let caught: unknown = null;
      try {
        readHtmlReport(html);
      } catch (error) {
        caught = error;
      }
      expect(isUnreadable(caught)).toBe(true);
    }
    expect(readIsland("<p>nothing", "events")).toBeNull();
  });
});

it("a value longer than a piece comes back, with a surrogate pair on every edge", () => {
  for (const before of [0, 1]) {
    const value = `${"a".repeat(before)}${"😀".repeat(1_100_000)}`;
    const page = `<script type="text/plain" id="events-data">${packIsland(JSON.stringify(value))}</script>`;
    expect(readIsland(page, "events") === value).toBe(true);
  }
});
