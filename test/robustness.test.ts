import { readdirSync, readFileSync, statSync } from "node:fs";
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

const files = filesUnder("samples/k1-apiserver-refused/k1");
const truth = ["filesystem-corruption"];
const sure = (report: IncidentReport): number => confidences.indexOf(report.rootCauses[0]?.confidence ?? "unknown");

describe("the verdict on samples/k1-apiserver-refused", () => {
  test.each(Object.keys(files))("without %s stays, or is less sure", async (missing) => {
    const whole = await reportOf(files);
    const rest = Object.fromEntries(Object.entries(files).filter(([path]) => path !== missing));
    const report = await reportOf(rest);
    const causes = report.rootCauses.map(({ cause }) => cause as string);
    if (causes.length > 0) expect(truth).toContain(causes[0]);
    expect(sure(report)).toBeGreaterThanOrEqual(sure(whole));
  });

  test("does not depend on names: every file under a name that says nothing", async () => {
    const shuffled = Object.entries(files).map(([path, text], index) =>
      path === "manifest.json" ? [path, text] : [`saved-${(index * 7) % 10}-${index}.txt`, text],
    );
    const report = await reportOf(Object.fromEntries(shuffled) as Record<string, string>);
    expect(report.rootCauses.map(({ cause }) => cause)).toEqual(truth);
    expect(report.rootCauses[0]?.title).toContain("74217d05");
  });

  test.each(["Europe/Madrid", "America/New_York", "Asia/Tokyo"])("holds when the zone is %s", async (timezone) => {
    const report = await reportOf(files, { timezone });
    expect(report.rootCauses.map(({ cause }) => cause)).toEqual(truth);
  });

  test("holds when every log is there twice", async () => {
    const twice = {
      ...files,
      ...Object.fromEntries(Object.entries(files).map(([path, text]) => [`copy/${path}`, text])),
    };
    const report = await reportOf(twice);
    expect(report.rootCauses.map(({ cause }) => cause)).toEqual(truth);
  });

  test("holds among the lines of a healthy node", async () => {
    const noise = filesUnder("samples/healthy/pi4/journal");
    const report = await reportOf({ ...files, "noise/journal.txt": noise["tail.txt"] ?? "" });
    expect(report.rootCauses.map(({ cause }) => cause)).toEqual(truth);
  });
});
