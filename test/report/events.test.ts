import { describe, expect, it } from "vitest";
import { analyze } from "../../analyzer/analyze.ts";
import type { ReportEvents } from "../../analyzer/model/events.ts";
import type { IncidentReport } from "../../analyzer/model/report.ts";
import { selectEvents } from "../../analyzer/report/event-selection.ts";
import { exportEvents } from "../../analyzer/report/events.ts";
import { checkEvents } from "../../analyzer/report/read.ts";
import { createStore } from "../../analyzer/store/open.ts";
import { memoryBundle } from "../helpers/memory-bundle.ts";

const START = Date.UTC(2024, 2, 1);
const iso = (second: number): string => new Date(START + second * 1000).toISOString().replace(/\.\d+Z/, "+0000");

/** A flood of errors, a quiet witness, and one line that proves something. */
function journal(lines: number): string {
  const texts = Array.from({ length: lines }, (_, index) => {
    if (index === lines - 500) return "kernel: EXT4-fs error (device sda1): ext4_lookup:1: inode #2: comm x: bad entry";
    if (index % 400 === 7) return `chronyd[9]: Selected source 10.0.0.${index % 250}`;
    return index % 2 ? `kubelet[8]: E0301 00:00:00.1 8 k.go:1] node ${index} not found` : `cron[7]: job ${index} done`;
  });
  return texts.map((text, index) => `${iso(index)} host ${text}\n`).join("");
}

async function exported(files: Record<string, string>, bytes: number) {
  const database = await createStore("");
  const options = { timezone: null, year: null, collectedAt: null, redact: "none" as const, rules: null, version: "0" };
  const report: IncidentReport = await analyze(memoryBundle(files), database, options, () => undefined);
  const events = await exportEvents(selectEvents(database, report), () => bytes);
  const again = await exportEvents(selectEvents(database, report), () => bytes);
  database.close();
  return { report, events, again };
}

function keptOf(events: ReportEvents, name: string): number {
  return events.origins.find((origin) => origin.name === name)?.kept ?? 0;
}

describe("the events of the HTML report", () => {
  it("are all there when they fit, in order of time, and texts of one shape lie side by side", async () => {
    const { events, again } = await exported({ "journal.txt": journal(2_000) }, 1_000_000);
    expect(() => checkEvents(events)).not.toThrow();
    expect(again).toEqual(events);
    expect(events).toMatchObject({ total: 2_000, thinning: null });
    expect(events.columns.time).toHaveLength(2_000);
    expect(events.columns.time.slice(1).every((step) => step >= 0)).toBe(true);
    expect(events.columns.time[0]).toBe(START * 1000);
    expect(events.shapes.length).toBeLessThan(12);
    expect(events.shapes.reduce((sum, count) => sum + count, 0)).toBe(events.texts.length);
  });

  it("are thinned to what fits, and say so: cited lines stay, and small sources are kept whole", async () => {
    const { report, events, again } = await exported({ "journal.txt": journal(20_000) }, 40_000);
    expect(again).toEqual(events);
    const kept = events.columns.time.length;
    expect(kept).toBeLessThan(19_000);
    expect(events.thinning).toMatch(/^[\d,]+ of 20,000 events are in this file: /);
    expect(events.origins.reduce((sum, origin) => sum + origin.kept, 0)).toBe(kept);
    expect(keptOf(events, "chronyd")).toBe(50);
    const lines = new Set<number>();
    let line = 0;
    for (const step of events.columns.line) lines.add((line += step));
    const cited = report.findings.flatMap(({ evidence }) => evidence.map((item) => item.line));
    expect(cited.length).toBeGreaterThan(0);
    expect(cited.filter((number) => !lines.has(number))).toEqual([]);
  });

  it("without a time stand after the one before them in their file", async () => {
    const { events } = await exported(
      { "journal.txt": `${journal(10)}`, "notes.log": "panic: no time at all\nsecond line of it\n" },
      100_000,
    );
    expect(events.total).toBe(events.columns.time.length);
    expect(events.places.filter(({ basis }) => basis === null).length).toBeLessThanOrEqual(1);
  });
});
