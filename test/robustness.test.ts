import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { IncidentReport } from "../analyzer/model/report.ts";
import { confidences } from "../analyzer/model/words.ts";
import { reportOf } from "./helpers/analyze.ts";

function filesUnder(folder: string, under = ""): Record<string, string> {
  return Object.assign(
    {},
    ...readdirSync(join(folder, under))
      .sort()
      .map((name) => {
        const path = join(under, name);
        if (statSync(join(folder, path)).isDirectory()) return filesUnder(folder, path);
        return { [path]: readFileSync(join(folder, path), "utf8") };
      }),
  ) as Record<string, string>;
}

const samples = readdirSync("samples").flatMap((name) => {
  const folder = join("samples", name);
  if (!existsSync(join(folder, "truth.json"))) return [];
  const truth = JSON.parse(readFileSync(join(folder, "truth.json"), "utf8")) as { healthy: boolean; causes: string[] };
  const host = readdirSync(folder).find((entry) => statSync(join(folder, entry)).isDirectory());
  // A sample that is kept as an archive has no files to take away one by one.
  if (host === undefined) return [];
  return truth.healthy ? [] : [{ name, causes: truth.causes, files: filesUnder(join(folder, host)) }];
});
const sure = (report: IncidentReport): number => confidences.indexOf(report.rootCauses[0]?.confidence ?? "unknown");
const causesOf = (report: IncidentReport): string[] => report.rootCauses.map(({ cause }) => cause);
/** Records of the collector about its own steps say nothing of the node. */
const evidence = (files: Record<string, string>): string[] =>
  Object.keys(files).filter((path) => !path.startsWith("manifest/"));

describe.each(samples)("the verdict on samples/$name", ({ causes: truth, files }) => {
  test.each(evidence(files))("without %s stays, or is less sure", async (missing) => {
    const whole = await reportOf(files);
    const rest = Object.fromEntries(Object.entries(files).filter(([path]) => path !== missing));
    const report = await reportOf(rest);
    const causes = causesOf(report);
    if (causes.length > 0) expect(truth).toContain(causes[0]);
    expect(sure(report)).toBeGreaterThanOrEqual(sure(whole));
  });

  test("does not depend on names: every file under a name that says nothing", async () => {
    const shuffled = Object.entries(files)
      .filter(([path]) => !path.startsWith("manifest/") && !path.endsWith(".err"))
      .map(([path, text], index) =>
        path === "manifest.json" ? [path, text] : [`saved-${(index * 7) % 10}-${index}.txt`, text],
      );
    const report = await reportOf(Object.fromEntries(shuffled) as Record<string, string>);
    const whole = await reportOf(files);
    expect(truth).toContain(causesOf(report)[0]);
    expect(report.rootCauses[0]?.title.slice(0, 20)).toBe(whole.rootCauses[0]?.title.slice(0, 20));
  });

  test.each(["Europe/Madrid", "America/New_York", "Asia/Tokyo"])("holds when the zone is %s", async (timezone) => {
    expect(truth).toContain(causesOf(await reportOf(files, { timezone }))[0]);
  });

  test("holds when every log is there twice", async () => {
    const again = evidence(files).map((path) => [`copy/${path}`, files[path] ?? ""] as const);
    expect(truth).toContain(causesOf(await reportOf({ ...files, ...Object.fromEntries(again) }))[0]);
  });

  test("holds among the lines of a healthy node", async () => {
    const noise = filesUnder("samples/healthy/pi4/journal");
    const report = await reportOf({ ...files, "noise/journal.txt": noise["tail.txt"] ?? "" });
    expect(truth).toContain(causesOf(report)[0]);
  });
});
