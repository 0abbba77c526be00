import { describe, expect, it } from "vitest";
import { CONTROL } from "./characters.ts";
import { compactJson, renderJson } from "../../analyzer/report/json.ts";
import { hostileReport, reports, seedReport } from "./fixture.ts";

describe("json", () => {
  it.each(Object.entries(reports))("%s reads back as the same report", (_name, report) => {
    expect(JSON.parse(renderJson(report()))).toEqual(JSON.parse(JSON.stringify(report())));
    expect(JSON.parse(compactJson(report()))).toEqual(JSON.parse(JSON.stringify(report())));
  });

  it("is indented by two and ends with a line end", () => {
    const text = renderJson(seedReport());
    expect(text.startsWith('{\n  "schemaVersion": 1,')).toBe(true);
    expect(text.endsWith("}\n")).toBe(true);
  });

  it("does not depend on the order in which sources were counted", () => {
    const [report, other] = [seedReport(), seedReport()];
    other.counts.bySource = Object.fromEntries(Object.entries(other.counts.bySource).toReversed());
    expect(renderJson(other)).toBe(renderJson(report));
  });

  it("escapes what a terminal could act upon", () => {
    expect(renderJson(hostileReport())).not.toMatch(CONTROL);
  });
});
