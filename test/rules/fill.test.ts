import { expect, test } from "vitest";
import { loadRules } from "../../analyzer/rules/registry.ts";
import { reportOf } from "../helpers/analyze.ts";

test("a message that a pattern cuts within quotes is quoted with a closing one", async () => {
  const line = `docker: Error response from daemon: file integrity checksum failed for "etc/services".`;
  const { findings } = await reportOf({ "docker.txt": `$ docker save app:1\n${line}\n` });
  const finding = findings.find(({ rule }) => rule === "image-content-damaged");
  expect(finding?.title).toContain('checksum failed for "etc/services"');
});

const LAYER = "77aa".repeat(16);
const DAMAGED = `Error response from daemon: open /var/lib/docker/overlay2/${LAYER}/lower: structure needs cleaning\n`;

async function repairOf(image: string, files: Record<string, string> = {}): Promise<string[]> {
  const row = `"Id":"${"aa".repeat(32)}","Name":"/web","Config":{"Image":"${image}"},"State":{"Status":"exited","ExitCode":255}`;
  const driver = `"GraphDriver":{"Name":"overlay2","Data":{"UpperDir":"/var/lib/docker/overlay2/${LAYER}/diff"}}`;
  const { findings } = await reportOf({ "inspect.json": `[{${row},${driver}}]`, "rm.txt": DAMAGED, ...files });
  return findings.find(({ rule }) => rule === "filesystem-damage")?.remedy.map(({ command }) => command ?? "") ?? [];
}

test("an image is removed only when it can be pulled and its container could be removed", async () => {
  expect((await repairOf("web:1.2")).join("\n")).toContain(
    "sudo docker pull web:1.2 && sudo docker rm -f aaaaaaaaaaaa && sudo docker rmi -f web:1.2;",
  );
});

test("an image without its tag is left alone, since its name would mean another one", async () => {
  const commands = (await repairOf("registry:5000/web")).join("\n");
  expect(commands).toContain("sudo docker rm -f aaaaaaaaaaaa; sudo systemctl start kubelet");
  expect(commands).not.toMatch(/rmi|pull/);
});

test("the way of an older init is not offered where systemd runs", async () => {
  expect((await repairOf("web:1.2")).join("\n")).toContain("forcefsck");
  const log = "2025-11-01T06:40:00+0000 n7 systemd[1]: Started kubelet: The Kubernetes Node Agent.\n";
  expect((await repairOf("web:1.2", { "journal.txt": log })).join("\n")).not.toContain("forcefsck");
});

test("what a finding says most often comes first, with its lines", async () => {
  const line = (second: number, inode: number): string =>
    `[  ${second}.100000] EXT4-fs error (device sda1): ext4_lookup:1862: inode #12: comm ls: deleted inode referenced: ${inode}`;
  const lines = [line(100, 31), ...Array.from({ length: 6 }, (_, index) => line(200 + index, 77)), line(300, 31)];
  const { findings } = await reportOf({ "dmesg.txt": lines.join("\n") });
  const { summary = "" } = findings.find(({ rule }) => rule === "ext4-error") ?? {};
  expect(summary).toContain("8 times: deleted inode referenced: 77 (6 lines), deleted inode referenced: 31 (2 lines).");
});

async function removalOf(lines: string): Promise<string> {
  const { findings } = await reportOf({ "containerd.txt": lines });
  const steps = findings.find(({ rule }) => rule === "socket-path-blocked")?.remedy ?? [];
  return steps.map(({ command }) => command ?? "").find((command) => command.includes("rmdir")) ?? "";
}

test("the path that all lines of a rule name is filled into its remedy, as one word of the shell", async () => {
  const blocked = (path: string): string => `containerd: failed to create unix socket on ${path}: is a directory\n`;
  const own = blocked("/run/containerd/containerd.sock");
  expect(await removalOf(own + own)).toContain("sudo rmdir /run/containerd/containerd.sock;");
  expect(await removalOf(blocked("/run/$(reboot)/a.sock"))).toContain("sudo rmdir '/run/$(reboot)/a.sock';");
  expect(await removalOf(own + blocked("/run/other.sock"))).toContain("sudo rmdir <path>;");
});

test("a copy does not hide that it failed", async () => {
  const commands = (await loadRules()).flatMap(({ remedy }) => remedy.map(({ command }) => command ?? ""));
  const copies = commands.filter((command) => /\btar\b/.test(command));
  expect(copies.length).toBeGreaterThan(5);
  expect(copies.filter((command) => /\btar\b[^;|]*2>\/dev\/null/.test(command))).toEqual([]);
});
