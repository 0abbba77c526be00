/** What to do about a weak supply is said for the node at hand. */
import { expect, test } from "vitest";
import { reportOf } from "../helpers/analyze.ts";

const DIPS = [12, 22, 32].map((second) => `[   ${second}.101112] hwmon hwmon1: Undervoltage detected!`).join("\n");

async function stepsOf(files: Record<string, string>): Promise<string> {
  const { findings } = await reportOf(files);
  const steps = findings.find(({ rule }) => rule === "under-voltage")?.remedy ?? [];
  return steps.map(({ text, command }) => `${text} $ ${command ?? ""}`).join("\n");
}

test("the supply is named for the board that the kernel names, and for all when it names none", async () => {
  const board = "[    0.000000] Machine model: Raspberry Pi 3 Model B Rev 1.2\n";
  const known = await stepsOf({ "dmesg.txt": board + DIPS });
  expect(known).toContain("5.1 V and 2.5 A for this board");
  expect(known).not.toContain("Pi 4");
  expect(await stepsOf({ "dmesg.txt": DIPS })).toContain("3 A for a Pi 4, 5 A for a Pi 5");
});

test("the copy holds what the node has: Kubernetes' files where a kubelet ran, volumes where none did", async () => {
  expect(await stepsOf({ "dmesg.txt": DIPS })).toContain("etc home var/lib/docker/volumes");
  const kubelet = "2025-11-01T06:40:00+0000 n7 kubelet[310]: I1101 06:40:00.100000     310 kubelet.go:100] started\n";
  expect(await stepsOf({ "dmesg.txt": DIPS, "kubelet.log": kubelet })).toContain("etc var/lib/kubelet var/lib/etcd");
});
