/** What the journal said stands in a bundle several times: as binary files, as text, in the kernel's log. */
import { expect, test } from "vitest";
import { reportOf } from "../helpers/analyze.ts";

const error = (inode: number): string =>
  `EXT4-fs error (device mmcblk0p2): ext4_lookup:1862: inode #${inode}: comm dockerd: deleted inode referenced: 12`;
const journal = (stamp: string, inodes: number[]): string =>
  inodes.map((inode, index) => `${stamp}:0${index}+0000 k1 kernel: ${error(inode)}\n`).join("");

async function countIn(files: Record<string, string>): Promise<number> {
  const { findings } = await reportOf(files);
  return findings.find(({ rule }) => rule === "ext4-error")?.count ?? 0;
}

test("lines that several artifacts tell are counted once", async () => {
  const said = journal("2026-03-02T11:46", [5, 5, 7]);
  const dmesg = [5, 5, 7].map((inode, index) => `[  12.00000${index}] ${error(inode)}\n`).join("");
  expect(await countIn({ "journal/tail.txt": said })).toBe(3);
  expect(await countIn({ "journal/tail.txt": said, "journal/kernel.txt": said, "kernel/dmesg.txt": dmesg })).toBe(3);
});

test("the longest of them counts, and a log that was rotated is one", async () => {
  const [older, newer] = [journal("2026-03-02T11:46", [5, 5]), journal("2026-03-02T11:47", [5, 5, 5])];
  expect(await countIn({ "journal/tail.txt": newer, "journal/all.txt": older + newer })).toBe(5);
  expect(await countIn({ "var/log/syslog": newer, "var/log/syslog.1": older })).toBe(5);
});
