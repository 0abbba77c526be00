import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import type { IncidentReport } from "../../analyzer/model/report.ts";
import { reportOf } from "../helpers/analyze.ts";

const captures = fileURLToPath(new URL("../../../shared/captures", import.meta.url));
const there = existsSync(captures);
if (!there) console.log("captures not available: outputs saved by hand from a damaged node were not read");

describe.skipIf(!there)("outputs saved by hand from a damaged node", () => {
  let broken: IncidentReport;
  let after: IncidentReport;
  beforeAll(async () => {
    broken = await reportOf(`${captures}/pi-overlay2-broken`);
    after = await reportOf(`${captures}/pi-overlay2-after-fsck`);
  }, 120_000);

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
    expect(off?.to?.from).toMatch(/^2026-03-02T11:46:0/);
  });

  test("broken: what is not read yet is said", () => {
    const unread = broken.coverage.filter(({ detail }) => detail.includes("binary journal file"));
    expect(unread).toHaveLength(4);
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
