import { beforeAll, describe, expect, test } from "vitest";
import type { IncidentReport, ReportFinding } from "../../analyzer/model/report.ts";
import { reportOf } from "../helpers/analyze.ts";

const LAYER = "74217d05e7d37d111ce00a444c0a4237618a5474a8ca72393feeea664532d30b";

describe("samples/k1-apiserver-refused", () => {
  let report: IncidentReport;
  beforeAll(async () => {
    report = await reportOf("samples/k1-apiserver-refused/k1");
  });
  const finding = (rule: string): ReportFinding => {
    const found = report.findings.find((candidate) => candidate.rule === rule);
    if (!found) throw new Error(`no finding of ${rule}`);
    return found;
  };

  test("names the damage, and says that its trigger is unknown and what would tell", () => {
    const [root] = report.rootCauses;
    expect(root?.cause).toBe("filesystem-corruption");
    expect(root?.title).toMatch(/link and lower of layer 74217d05/);
    expect(root?.title).toContain("/var/lib/docker");
    expect(root?.trigger).toMatch(/unknown: the kernel's log and the ext4 superblock are not in the bundle/);
    expect(root?.deciding?.command).toContain("journalctl -k");
    expect(root?.deciding?.command).toContain("dumpe2fs -h");
  });

  test("tells the chain in sentences with citations, and refused is its end", () => {
    const [root] = report.rootCauses;
    const rules = root?.chain.map((id) => report.findings.find((candidate) => candidate.id === id)?.rule);
    expect(rules).toEqual([
      "filesystem-damage",
      "sandbox-status-failed",
      "pleg-ignores-pod",
      "control-plane-down",
      "apiserver-refused",
      "kubectl-refused",
    ]);
    const told = root?.narrative.map(({ text }) => text).join("\n") ?? "";
    for (const name of [
      "7d9ec743",
      "PLEG",
      "kube-apiserver-k1",
      "c0f77be12d1bf28aaecf7cc373a774b6",
      "192.168.1.11:6443",
    ]) {
      expect(told).toContain(name);
    }
    for (const { evidence } of root?.narrative ?? []) {
      expect(evidence.length).toBeGreaterThan(0);
      for (const { artifact, line } of evidence) expect(`${artifact}:${line}`).toMatch(/^\S+:\d+$/);
    }
    expect(report.rootCauses.map(({ cause }) => cause)).toEqual(["filesystem-corruption"]);
  });

  test("shows the second damage", () => {
    const second = finding("layer-path-missing");
    expect(second.summary).toContain("1d2dd8b0");
    expect(second.summary).toContain("6ef208ad4c36");
  });

  test("gives both readings of 255 as an interval, with the siblings against a restart", () => {
    const exited = finding("exit-255");
    expect(exited.window).toMatchObject({ from: "2017-11-01T06:38:00Z", basis: "relative-age" });
    expect(exited.window?.to).toMatch(/^2017-11-02T06:38:0/);
    expect(exited.summary).toMatch(/Either dockerd came back .* or the process itself ended with 255/);
    expect(exited.counterEvidence.map(({ text }) => text).join()).toContain("Up 9 days");
  });

  test("knows that the dead container's own log is missing", () => {
    const [gap] = report.gaps;
    expect(gap).toMatchObject({ kind: "not-collected" });
    expect(gap?.from?.from).toMatch(/^2017-10-23T04:13:09\.99/);
    expect(gap?.detail).toMatch(/attempt 0; container 6ef208ad4c36 is attempt 5/);
  });

  test("offers the times of the damaged directories as a correlation, not as a cause", () => {
    const times = report.findings.filter(({ rule }) => rule === "damage-times");
    const told = times.map(({ summary }) => summary).join("\n");
    expect(told).toMatch(/2017-10-23 04:17 UTC, if the node's zone is UTC \(assumed\), 4 minutes after the last line/);
    expect(told).toMatch(/overlay2 last changed at ~2017-11-01 06:48 UTC.*inside the interval/);
    expect(told).toContain("a correlation, not a cause");
    for (const { role, severity } of times) expect([role, severity]).toEqual(["marker", "info"]);
  });

  test("marks year and zone as inferred and assumed", () => {
    expect(report.clock.zone).toBeNull();
    expect(report.clock.zoneBasis).toContain("assumed UTC");
    expect(report.clock.yearBasis).toContain("inferred");
    expect(finding("pleg-ignores-pod").window).toMatchObject({ basis: "zone-assumed" });
    expect(finding("pleg-ignores-pod").window?.best).toMatch(/^2017-11-05T06:07:57/);
  });

  test("orders the remedy: stop, image, check, verify, re-create; a backup before each change to the disk", () => {
    const steps = report.rootCauses[0]?.remedy ?? [];
    const commands = steps.map(({ command }) => command ?? "");
    const at = (pattern: RegExp): number => commands.findIndex((command) => pattern.test(command));
    const order = [
      /systemctl stop/,
      /^sudo dd /,
      /e2fsck -f/,
      /fsck\.mode=force/,
      /forcefsck/,
      /dumpe2fs/,
      /docker rm/,
    ].map(at);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order).not.toContain(-1);
    expect(commands.join("\n")).toContain(LAYER);
    const firstRepair = at(/e2fsck/);
    expect(steps.findIndex(({ risk }) => risk === "backup")).toBeLessThan(firstRepair);
  });

  test("keeps what was not found apart from what was not collected", () => {
    const passed = report.checks.filter(({ verdict }) => verdict === "pass").map(({ rule }) => rule);
    const unknown = report.checks.filter(({ verdict }) => verdict === "unknown").map(({ rule }) => rule);
    expect(passed).toContain("layer-incomplete");
    expect(unknown).toContain("ext4-error");
    expect(report.notCollected.map(({ item }) => item)).toContain("the kernel's log");
  });
});

describe("hardly anything", () => {
  test.each([
    ["an empty listing", { "a.txt": "total 0\n" }],
    ["one line of talk", { "note.txt": "it does not work\n" }],
  ])("%s is insufficient evidence, never healthy", async (_, files) => {
    const report = await reportOf(files);
    expect(report.conclusion).toBe("insufficient-evidence");
    expect(report.rootCauses).toEqual([]);
  });
});
