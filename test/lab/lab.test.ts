/**
 * Real end to end: dockerd on a loop-mounted ext4 whose metadata is damaged with debugfs, collect.sh, and the analyzer;
 * then e2fsck, and the same again.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { IncidentReport, ReportFinding } from "../../analyzer/model/report.ts";
import type { Members } from "../collector/lab.ts";
import { has, isRoot } from "../collector/shells.ts";
import { coldcase } from "../helpers/cli.ts";
import { LabNode } from "./node.ts";
import { apiserver, buildImages, layersOf, proxy, runPod, web } from "./pods.ts";

const needed = ["dockerd", "docker", "containerd", "runc", "debugfs", "e2fsck", "losetup", "unshare", "busybox"];
const possible = isRoot && has(...needed);
if (!possible) console.log(`the lab was not run: it needs root and ${needed.join(", ")}`);

interface Lab {
  device: string;
  damaged: { own: string; image: string };
  containers: { apiserver: string; web: string };
  before: { bundle: string; members: Members; report: IncidentReport };
  fsck: string;
  after: { bundle: string; members: Members; report: IncidentReport };
}

/** Runs three pods, breaks two of them for good while the node is off, and collects before and after the repair. */
async function breakAndRepair(node: LabNode): Promise<Lab> {
  await node.boot();
  buildImages(node);
  const pods = [apiserver, web, proxy].map((pod) => runPod(node, pod));
  const [first, second] = pods.map(({ container }) => container) as [string, string];
  const own = layersOf(node, first).upper;
  const image = layersOf(node, second).lower[1]!;
  await node.cut();
  for (const file of ["link", "lower"]) node.debugfs(`sif /lib/docker/overlay2/${own}/${file} links_count 0`);
  node.debugfs(`sif /lib/docker/overlay2/${image} links_count 0`);

  const containers = { apiserver: first, web: second };
  const damaged = { own, image };
  const before = await startAndCollect(node, pods, "before");
  await node.cut();
  const repair = spawnSync("e2fsck", ["-fy", node.image], { encoding: "utf8" });
  const after = await startAndCollect(node, pods, "after");
  return { device: node.device.replace("/dev/", ""), damaged, containers, before, fsck: repair.stdout, after };
}

/** Boots, starts the pods as the kubelet would, and analyses what collect.sh takes from the node. */
async function startAndCollect(node: LabNode, pods: ReturnType<typeof runPod>[], name: string): Promise<Lab["before"]> {
  await node.boot();
  for (const { sandbox, container } of pods) await node.run(`docker start ${sandbox}; docker start ${container}`);
  const { run, members } = await node.collect();
  expect(run.stderr).toContain("nothing else was written");
  const bundle = join(node.directory, `${name}.tar.gz`);
  writeFileSync(bundle, run.stdout);
  return { bundle, members, report: analysed(bundle) };
}

function analysed(...bundles: string[]): IncidentReport {
  const result = coldcase([...bundles, "--json", "-", "--progress", "none"]);
  expect(result.exit, result.stderr).toBe(0);
  return JSON.parse(result.stdout) as IncidentReport;
}

describe.skipIf(!possible)("a node whose ext4 was damaged under dockerd", () => {
  let node: LabNode;
  let lab: Lab;
  beforeAll(async () => {
    node = new LabNode();
    lab = await breakAndRepair(node);
  }, 300_000);
  afterAll(async () => node?.close());

  const overlay = (layer: string): string => `/var/lib/docker/overlay2/${layer}`;
  const finding = (report: IncidentReport, rule: string): ReportFinding[] =>
    report.findings.filter((candidate) => candidate.rule === rule);
  /** What the chain of the first root cause tells, and the lines that it cites. */
  const story = (report: IncidentReport): { text: string; cited: { artifact: string; text: string }[] } => {
    const narrative = report.rootCauses[0]?.narrative ?? [];
    return {
      text: narrative.map(({ text }) => text).join("\n"),
      cited: narrative.flatMap(({ evidence }) => evidence),
    };
  };

  test("the collector saw what really happened, and only this node", () => {
    const { members } = lab.before;
    expect(members.text("docker/ps.txt")).toContain(`k8s_web_${web.name}_${web.namespace}_${web.uid}_0`);
    expect(members.text("docker/logs.txt")).toMatch(/overlay2\/\w+\/lower: structure needs cleaning/);
    expect(members.manifest()).toMatchObject({ host: "lab-k1", complete: true });
    const processes = members.text("system/processes.txt").trim().split("\n").slice(1);
    expect(processes.length).toBeLessThan(30);
    expect(lab.fsck).toMatch(/Entry 'link' in .* has deleted\/unused inode/);
  });

  test("the first report names the damaged paths, the containers and the pods", () => {
    const { report } = lab.before;
    const { own, image } = lab.damaged;
    expect(report.conclusion).toBe("cause-found");
    expect(report.rootCauses[0]).toMatchObject({ cause: "filesystem-corruption", active: true });
    const [damage] = finding(report, "filesystem-damage");
    const paths = damage!.entities.filter((id) => id.startsWith("path:")).map((id) => id.slice("path:".length));
    expect(paths).toEqual(
      expect.arrayContaining([`${overlay(own)}/link`, `${overlay(own)}/lower`, overlay(image)]) as string[],
    );
    expect(damage!.title).toContain(`link and lower of layer ${own.slice(0, 12)}`);
    expect(damage!.title).toContain(`the whole directory of layer ${image.slice(0, 12)}`);
    const { text } = story(report);
    for (const [pod, container] of [
      [apiserver, lab.containers.apiserver],
      [web, lab.containers.web],
    ] as const) {
      expect(text).toContain(
        `container ${pod.container} (${container.slice(0, 12)}) of pod ${pod.namespace}/${pod.name}`,
      );
    }
    expect(text).not.toContain(proxy.name);
  });

  test("the first report cites the kernel's lines and the superblock's first error time", () => {
    const { report, members } = lab.before;
    const { cited, text } = story(report);
    const kernel = cited.filter(({ artifact }) => artifact === "kernel/dmesg.txt");
    expect(kernel.map((line) => line.text).join("\n")).toContain(`EXT4-fs error (device ${lab.device}): ext4_lookup`);
    const [, seconds] = new RegExp(`/${lab.device}/first_error_time <==\n(\\d+)`).exec(members.text("ext4/sysfs.txt"))!;
    const time = new Date(Number(seconds) * 1000).toISOString().replace(".000Z", "Z");
    expect(cited.some((line) => line.artifact.startsWith("ext4/"))).toBe(true);
    expect(text).toContain(`first ext4 error ${time} in ext4_lookup`);
    expect(Math.abs(Number(seconds) * 1000 - Date.parse(report.bundles[0]!.collectedAt!.from!))).toBeLessThan(120_000);
  });

  test("after e2fsck the report says that the damage is gone and what is still broken", () => {
    const { report } = lab.after;
    const [damage] = finding(report, "filesystem-damage");
    expect(damage).toMatchObject({ active: false });
    expect(damage!.title).toContain("was damaged");
    expect(story(report).text).toMatch(/By the end of the evidence this was over: .*clean/);
    const [root] = report.rootCauses;
    expect(root).toMatchObject({ cause: "image-layer-corruption", active: true });
    expect(root!.remedy.map(({ command }) => command).join("\n")).not.toContain("e2fsck");
    const broken = finding(report, "layer-incomplete").map(({ title, active }) => ({ title, active }));
    expect(broken).toEqual(
      expect.arrayContaining([
        { title: `Layer ${lab.damaged.own.slice(0, 12)}… is incomplete: its link file is missing`, active: true },
        { title: `Layer ${lab.damaged.image.slice(0, 12)}… is incomplete: its directory is gone`, active: true },
      ]) as object[],
    );
    expect(broken).toHaveLength(2);
    const told = JSON.stringify(report.rootCauses);
    expect(told).toContain(`${web.namespace}/${web.name}`);
    expect(told).toContain(`${apiserver.namespace}/${apiserver.name}`);
  });

  test("both bundles together: the filesystem is repaired, the layers are newly broken", () => {
    const report = analysed(lab.before.bundle, lab.after.bundle);
    expect(report.bundles.map(({ name, complete }) => ({ name, complete }))).toEqual([
      { name: "before", complete: true },
      { name: "after", complete: true },
    ]);
    expect(finding(report, "filesystem-damage").map(({ change }) => change)).toEqual(["fixed"]);
    expect(finding(report, "layer-incomplete").map(({ change }) => change)).toEqual(["new", "new"]);
    expect(finding(report, "control-plane-down").map(({ change }) => change)).toEqual(["still there"]);
    expect(report.rootCauses[0]).toMatchObject({ cause: "image-layer-corruption", active: true });
  });

  test("verify finds both bundles whole", () => {
    for (const { bundle } of [lab.before, lab.after]) {
      const { exit, stdout } = coldcase(["verify", bundle]);
      expect(exit, stdout).toBe(0);
      expect(stdout).toMatch(/^collected by collect\.sh [\d.]+ on lab-k1 at /m);
    }
  });

  test("switched off, the node leaves nothing behind", async () => {
    await node.close();
    expect(spawnSync("losetup", ["-j", node.image], { encoding: "utf8" }).stdout).toBe("");
    expect(readFileSync("/proc/mounts", "utf8")).not.toContain(node.device);
    expect(existsSync(node.directory)).toBe(false);
  });
});
