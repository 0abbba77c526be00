import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { IncidentReport } from "../analyzer/model/report.ts";
import { renderJson } from "../analyzer/report/json.ts";
import { reportOf } from "./helpers/analyze.ts";
import { sampleBundles } from "./helpers/samples.ts";

interface Truth {
  healthy: boolean;
  causes: string[];
  accept_if_top: number;
  must_mention: string[];
  must_not_root: string[];
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? Object.values(value).map(textOf).join("\n") : String(value);
}

describe.each(sampleBundles())("samples/$name", ({ name, bundle }) => {
  const folder = join("samples", name);
  const golden = join(folder, "report.json");

  test("gives the report that is kept beside it (after a wanted change: npm run golden)", async () => {
    const report = renderJson(await reportOf(bundle));
    if (process.env["UPDATE_GOLDEN"]) writeFileSync(golden, report);
    // An object diff of two reports is easier to read than one of two long texts.
    expect(JSON.parse(report)).toEqual(JSON.parse(readFileSync(golden, "utf8")));
    expect(report).toBe(readFileSync(golden, "utf8"));
  });

  test("gives the same bytes twice", async () => {
    expect(renderJson(await reportOf(bundle))).toBe(renderJson(await reportOf(bundle)));
  });

  test("says the truth", async () => {
    const truth = JSON.parse(readFileSync(join(folder, "truth.json"), "utf8")) as Truth;
    const report: IncidentReport = await reportOf(bundle);
    const causes = report.rootCauses.map(({ cause }) => cause as string);
    if (truth.healthy) {
      expect(report.conclusion).toBe("healthy");
      expect(causes).toEqual([]);
      expect(report.findings.filter(({ severity }) => severity !== "info")).toEqual([]);
    } else {
      // A report without a root cause says that the cause is unknown.
      const answers = causes.length > 0 ? causes : ["unknown"];
      expect(answers.slice(0, truth.accept_if_top).some((cause) => truth.causes.includes(cause))).toBe(true);
    }
    expect(truth.must_not_root).not.toContain(causes[0]);
    const told = textOf([report.rootCauses, report.findings]);
    for (const pattern of truth.must_mention) expect(told).toMatch(new RegExp(pattern, "i"));
  });
});
