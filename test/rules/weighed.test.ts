/** Lines that a check has weighed are told by its finding, and by no other beside it. */
import { expect, test } from "vitest";
import { reportOf } from "../helpers/analyze.ts";

test("the kernel's lines of a failing disk and a read-only filesystem are told once, each device by its name", async () => {
  const { findings } = await reportOf({
    "dmesg.txt": [
      "[   40.101112] mmc0: Timeout waiting for hardware interrupt.",
      "[   40.201112] I/O error, dev mmcblk0, sector 734054 op 0x1:(WRITE) flags 0x800 phys_seg 8 prio class 2",
      "[   41.310000] Aborting journal on device mmcblk0p2-8.",
      "[   41.410000] EXT4-fs error (device mmcblk0p2): ext4_journal_check_start:83: comm dockerd: Detected aborted journal",
      "[   42.870000] EXT4-fs (mmcblk0p2): Remounting filesystem read-only",
    ].join("\n"),
  });
  expect(findings.map(({ rule }) => rule).sort()).toEqual(["read-only-filesystem", "storage-io-error"]);
  const readOnly = findings.find(({ rule }) => rule === "read-only-filesystem");
  expect(readOnly?.evidence.map(({ line }) => line)).toEqual([3, 4, 5]);
});

test("a marker that no check weighs stays a finding", async () => {
  const { findings } = await reportOf({ "touch.txt": "touch: cannot touch '/srv/x': Read-only file system\n" });
  expect(findings.map(({ rule }) => rule)).toEqual(["told-read-only"]);
});
