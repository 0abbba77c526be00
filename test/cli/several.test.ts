import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { IncidentReport } from "../../analyzer/model/report.ts";
import { coldcase, scratch } from "../helpers/cli.ts";

const seed = "samples/k1-apiserver-refused/k1";
const other = "samples/healthy/pi4";
const folder = scratch();

describe("several bundles on the command line", () => {
  const [before, after] = [join(folder, "before"), join(folder, "after")];
  beforeAll(() => {
    cpSync(seed, before, { recursive: true });
    // The same node a day later: only the list of containers was collected again.
    mkdirSync(after);
    cpSync(join(seed, "docker", "docker-ps.txt"), join(after, "docker-ps.txt"));
  });

  test("make one report, named after the last of them, with one database", () => {
    const run = coldcase([before, after, "--out", join(folder, "out")]);
    expect([run.exit, run.stderr]).toEqual([0, ""]);
    expect(run.stdout).toContain("IS IT REPAIRED?");
    expect(readdirSync(join(folder, "out")).sort()).toEqual(["after.html", "after.md", "after.sqlite"]);
    const events = coldcase(["query", join(folder, "out", "after.sqlite"), "SELECT count(*) AS n FROM fact", "--json"]);
    expect(JSON.parse(events.stdout)).toEqual([{ n: expect.any(Number) }]);
  });

  test("what was not collected again is no longer observable, not fixed", () => {
    const run = coldcase([before, after, "--json", "-"]);
    const report = JSON.parse(run.stdout) as IncidentReport;
    const damage = report.findings.find(({ rule }) => rule === "filesystem-damage");
    expect(damage?.change).toBe("no longer observable");
    expect(damage?.evidence[0]?.artifact).toMatch(/^before:/);
    expect(report.conclusion).not.toBe("healthy");
  });

  test("loose files given together stay one bundle", () => {
    const files = [join(before, "docker", "docker-ps.txt"), join(before, "journal", "journal.txt")];
    const report = JSON.parse(coldcase([...files, "--json", "-"]).stdout) as IncidentReport;
    expect(report.bundles).toHaveLength(1);
    expect(report.comparison).toBeUndefined();
    const two = JSON.parse(coldcase([before, ...files, "--json", "-"]).stdout) as IncidentReport;
    expect(two.bundles.map(({ form }) => form).sort()).toEqual(["directory", "files"]);
  });

  test("bundles of two nodes are refused with a hint, and nothing is written", () => {
    const out = join(folder, "none");
    const run = coldcase([seed, other, "--out", out]);
    expect(run.exit).toBe(2);
    expect(run.stderr).toMatch(/not of one node: they are of k1 and of pi4\nhint: analyse them one at a time/);
    expect(readdirSync(out)).toEqual([]);
  });

  test("one time of collection cannot be that of both", () => {
    const run = coldcase([before, after, "--collected-at", "2026-01-01T00:00:00Z"]);
    expect([run.exit, run.stderr]).toEqual([2, expect.stringContaining("--collected-at")]);
  });

  test("--fail-on does not count what is fixed", () => {
    const df = (used: string): string =>
      `Filesystem     1K-blocks     Used Available Use% Mounted on\n/dev/root       30400000 ${used} /\n`;
    const days = { full: df("30400000         0 100%"), freed: df("15000000  15400000  50%") };
    for (const [name, text] of Object.entries(days)) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, "df.txt"), text);
    }
    const run = (...names: string[]): number | null =>
      coldcase([...names.map((name) => join(folder, name)), "--fail-on", "critical", "--json", join(folder, "r.json")])
        .exit;
    expect([run("full"), run("full", "freed"), run("freed", "full")]).toEqual([1, 0, 1]);
  });
});
