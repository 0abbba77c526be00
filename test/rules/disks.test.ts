/** What lines about disks amount to: by which name a disk is told, and which of them is no trouble of the node. */
import { expect, test } from "vitest";
import { reportOf } from "../helpers/analyze.ts";

const STICK = [
  "[  500.100000] sd 6:0:0:0: [sdb] Attached SCSI removable disk",
  "[  900.100000] usb 3-1: USB disconnect, device number 7",
  "[  900.200000] I/O error, dev sdb, sector 2048 op 0x0:(READ) flags 0x80700 phys_seg 1 prio class 0",
];

test("a stick that was pulled out is no failing disk", async () => {
  const report = await reportOf({ "dmesg.txt": STICK.join("\n") });
  expect(report.rootCauses).toEqual([]);
  expect(report.findings.map(({ rule, severity }) => [rule, severity])).toEqual([["storage-io-error", "info"]]);
});

test("a stick whose filesystem lost its journal is a failing disk", async () => {
  const lost = "[  900.300000] EXT4-fs (sdb2): Remounting filesystem read-only";
  const [root] = (await reportOf({ "dmesg.txt": [...STICK, lost].join("\n") })).rootCauses;
  expect(root?.cause).toBe("storage-io-error");
});

test("a disk has one name, whether the kernel gives its name, its address or its controller", async () => {
  const { findings } = await reportOf({
    "dmesg.txt": [
      "[  10.100000] sd 0:2:1:0: [sdb] tag#6 FAILED Result: hostbyte=DID_BAD_TARGET driverbyte=DRIVER_OK cmd_age=0s",
      "[  10.200000] sd 0:2:1:0: rejecting I/O to offline device",
      "[  11.100000] nvme nvme0: I/O 23 QID 2 timeout, reset controller",
      "[  11.200000] I/O error, dev nvme0n1, sector 99123 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 2",
      "[  12.100000] sd 3:0:0:0: rejecting I/O to offline device",
      "[  13.100000] Buffer I/O error on dev dm-18, logical block 7, lost async page write",
    ].join("\n"),
  });
  const told = findings.map(({ title }) => /disk (\S+)/.exec(title)?.[1]).sort();
  expect(told).toEqual(["3:0:0:0", "dm-18", "nvme0n1", "sdb"]);
  const unnamed = findings.find(({ title }) => title.includes("3:0:0:0"));
  const commands = unnamed?.remedy.map(({ command }) => command ?? "") ?? [];
  expect(commands.filter((command) => command.includes("3:0:0:0"))).toEqual([]);
});

test("the check after a remount is that of the filesystem at hand", async () => {
  const lines: Record<string, string> = {
    e2fsck: "EXT4-fs (sda2): Remounting filesystem read-only",
    xfs_repair: "XFS (sda2): Log I/O Error Detected. Shutting down filesystem",
    "btrfs check": "BTRFS info (device sda2: state E): forced readonly",
  };
  for (const [program, line] of Object.entries(lines)) {
    const { findings } = await reportOf({ "dmesg.txt": `[  900.300000] ${line}\n` });
    const steps = findings.find(({ rule }) => rule === "read-only-filesystem")?.remedy ?? [];
    expect(steps.at(-1)?.command, line).toContain(`sudo ${program}`);
  }
});

test("a damaged filesystem is repaired with its own program, and the kernel's words about it are its evidence", async () => {
  const report = await reportOf({
    "dmesg.txt": "[  340.221400] F2FS-fs (mmcblk0p3): inconsistent node block, nid:1234, node_footer[nid:0,ino:0]",
    "ls.txt": "ls: cannot access '/var/lib/docker/overlay2/77aa/diff': Structure needs cleaning\n",
  });
  const [root] = report.rootCauses;
  expect(root?.cause).toBe("filesystem-corruption");
  const commands = root?.remedy.map(({ command }) => command ?? "").join("\n");
  expect(commands).toContain("fsck.f2fs");
  expect(commands).not.toMatch(/e2fsck|dumpe2fs|fsck\.mode/);
  const finding = report.findings.find(({ rule }) => rule === "filesystem-damage");
  expect(finding?.evidence.map(({ text }) => text).join()).toContain("F2FS-fs");
});
