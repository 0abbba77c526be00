import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import type { IncidentReport } from "../../analyzer/model/report.ts";
import { renderHtml } from "../../analyzer/report/html.ts";
import { renderMarkdown } from "../../analyzer/report/markdown.ts";
import { renderTerminal } from "../../analyzer/report/terminal.ts";
import { reportOf, reportOnSeveral } from "../helpers/analyze.ts";

const captures = fileURLToPath(new URL("../../../shared/captures", import.meta.url));
const there = existsSync(captures);
if (!there) console.log("captures not available: outputs saved by hand from a damaged node were not read");

describe.skipIf(!there)("before and after, whichever is named first", () => {
  const [earlier, later] = [`${captures}/pi-overlay2-broken`, `${captures}/pi-overlay2-after-fsck`];
  let report: IncidentReport;
  beforeAll(async () => {
    report = await reportOnSeveral([later, earlier]);
  });
  const of = (id: string): string[] =>
    report.findings.filter(({ rule }) => rule === id).map(({ change }) => change ?? "none");

  test("the bundles are of one node, in the order of its boots", () => {
    expect(report.bundles.map(({ name }) => name)).toEqual(["pi-overlay2-broken", "pi-overlay2-after-fsck"]);
    expect(report.comparison?.notes.join(" ")).toMatch(/share \d+ containers and 2 boots.*Ordered by their boots/);
  });

  test("the filesystem is repaired, the image's layer is new damage that it left behind", () => {
    expect(report.comparison?.answer).toBe("broken-otherwise");
    expect(report.headline).toMatch(/What was wrong before is repaired, but the node is still broken.*Layer 0f6625d8/);
    const told = report.comparison?.sentences.map(({ text }) => text) ?? [];
    expect(told[0]).toMatch(/^Repaired: The filesystem at \/ .*clean, no errors counted/);
    expect(told[1]).toMatch(/^New: Layer 0f6625d8.* is incomplete: its link file is missing/);
    expect(told[2]).toMatch(/what the old one left behind/);
    for (const { evidence } of report.comparison?.sentences ?? []) expect(evidence.length).toBeGreaterThan(0);
  });

  test("every finding has its change", () => {
    expect(of("filesystem-damage")).toEqual(["fixed"]);
    expect(of("layer-incomplete")).toEqual(["new"]);
    expect(of("create-container-error")).toEqual(["new"]);
    expect(of("control-plane-down")).toEqual(["still there"]);
    expect(of("apiserver-refused")).toEqual(["still there"]);
    expect(of("exit-255")).toEqual(["no longer observable"]);
    expect(report.findings.filter(({ change, changeReason }) => !change || !changeReason)).toEqual([]);
  });

  test("every renderer leads with the answer", () => {
    const answer = "Is it repaired? No";
    expect(renderTerminal(report, { width: 100, color: false, files: [] })).toContain(answer.toUpperCase());
    expect(renderMarkdown(report).split("\n")[1]).toContain(answer);
    expect(renderHtml(report).indexOf(answer)).toBeLessThan(renderHtml(report).indexOf("What happened"));
  });

  test("what the newer bundle does not hold is not repaired", async () => {
    const only = [`${later}/date.txt`, `${later}/mounts.txt`, `${later}/systemd/status-docker.txt`];
    const blind = await reportOnSeveral([earlier, only]);
    expect(blind.comparison?.answer).not.toBe("repaired");
    const damage = blind.findings.find(({ rule }) => rule === "filesystem-damage");
    expect(damage?.change).toBe("no longer observable");
  });
});

describe.skipIf(!there)("outputs saved by hand from a damaged node", () => {
  let broken: IncidentReport;
  let after: IncidentReport;
  beforeAll(async () => {
    broken = await reportOf(`${captures}/pi-overlay2-broken`);
    after = await reportOf(`${captures}/pi-overlay2-after-fsck`);
  });

  test("broken: layers, container, first error and the chain to the port", () => {
    const [root] = broken.rootCauses;
    expect(root?.cause).toBe("filesystem-corruption");
    const told = JSON.stringify(root?.narrative) + root?.title;
    for (const name of ["1b3460e5", "0f6625d8", "dfe37cc676a8", "2026-03-02T11:46:11Z", "192.168.1.51:6443"]) {
      expect(told).toContain(name);
    }
    expect(root?.trigger).toContain("not shut down cleanly");
    expect(broken.findings.find(({ rule }) => rule === "exit-255")?.summary).toMatch(/not when they died/);
  });

  test("broken: a future date of the superblock is no wrong clock, and the power cut is a gap", () => {
    expect(broken.rootCauses.map(({ cause }) => cause)).not.toContain("clock-wrong");
    const off = broken.gaps.find(({ kind }) => kind === "power-off");
    expect(off?.from?.from).toMatch(/^2026-03-02T05:45:0/);
    expect(off?.to?.from).toMatch(/^2026-03-02T11:45:3/);
  });

  test("broken: boots in true order though both begin after they end, and their steps", () => {
    const [first, second, ...others] = broken.clock.boots;
    expect(others).toEqual([]);
    expect(first).toMatchObject({ id: "d7219834951d4c9cb28881c2760ab6bd" });
    expect(second).toMatchObject({ id: "e68720e89cd64da1a90a1eeaa3d5c419" });
    expect(first?.first).toMatchObject({ from: "2026-03-02T05:41:16.332Z", basis: "clock-corrected" });
    expect(first?.last?.from).toMatch(/^2026-03-02T05:45:05/);
    expect(second?.first?.from).toMatch(/^2026-03-02T11:45:31/);
    // The stand-in for NTP says itself by how many seconds it moved the clock, and when.
    expect(broken.clock.steps.map(({ deltaUs }) => Math.round(deltaUs / 1e6))).toEqual([-4889264, -4867411]);
    expect(broken.clock.steps.map(({ at }) => at?.to.slice(0, 19))).toEqual([
      "2026-03-02T05:41:48",
      "2026-03-02T11:46:05",
    ]);
    expect(broken.clock.steps.map(({ cause }) => cause)).toEqual(
      Array(2).fill(expect.stringContaining("lab-clock-step")),
    );
    expect(broken.clock.notes.join()).toContain("boots overlap or run backwards");
  });

  test("broken: the binary journals are read, all entries of each", () => {
    const journals = broken.coverage.filter(({ detail }) => detail.startsWith("binary journal"));
    expect(journals.map(({ detail }) => /(\d+) entries/.exec(detail)?.[1])).toEqual(["3013", "1341", "784", "711"]);
    expect(journals.every(({ status }) => status === "ok")).toBe(true);
  });

  test("after fsck: the filesystem is repaired, the image's layer is still broken", () => {
    const [root] = after.rootCauses;
    expect(root?.cause).toBe("image-layer-corruption");
    expect(root?.title).toContain("0f6625d8");
    expect(root?.active).toBe(true);
    const [before] = root?.narrative ?? [];
    expect(before?.text).toMatch(/damaged.*By the end of the evidence this was over: .*clean/s);
    expect(root?.remedy.map(({ command }) => command).join()).not.toContain("e2fsck");
    const past = after.rootCauses.find(({ cause }) => cause === "filesystem-corruption");
    expect(past?.active).toBe(false);
  });
});
