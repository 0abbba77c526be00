/** What was over for weeks when the logs end is told, and is no root cause, unless something is down since then. */
import { expect, test } from "vitest";
import { reportOf } from "../helpers/analyze.ts";

const ROUTINE = ["Feb 10", "Feb 20", "Mar 10", "Mar 29"].map(
  (day) => `${day} 04:00:00 n7 systemd[1]: Started Daily apt download activities.`,
);
const KILL =
  "Jan 12 04:00:00 n7 kernel: [812331.112000] Out of memory: Killed process 5121 (node) total-vm:8821004kB, anon-rss:6102112kB, file-rss:0kB, shmem-rss:0kB, UID:1000 pgtables:488kB oom_score_adj:0";
/** The only year that anything writes. */
const DATED =
  'Jan  4 02:11:07 n7 dockerd[811]: time="2026-01-04T02:11:07.1Z" level=info msg="ignoring event" container=aa module=libcontainerd';
const HEADER = "CONTAINER ID   IMAGE   COMMAND   CREATED        STATUS                     PORTS   NAMES";

test("a kill of months ago is no root cause of a node on which all runs", async () => {
  const report = await reportOf({ syslog: [DATED, KILL, ...ROUTINE].join("\n") });
  expect(report.rootCauses).toEqual([]);
  const finding = report.findings.find(({ rule }) => rule === "out-of-memory");
  expect(finding?.active).toBe(false);
  expect(finding?.window?.from.slice(0, 10)).toBe("2026-01-12");
});

test("it is one while the log has not gone on for long, or while a container is down", async () => {
  const soon = await reportOf({ syslog: [DATED, KILL, "Jan 14 04:00:00 n7 cron[9]: (root) CMD (true)"].join("\n") });
  expect(soon.rootCauses.map(({ cause }) => cause)).toEqual(["out-of-memory"]);
  const down = await reportOf({
    syslog: [DATED, KILL, ...ROUTINE].join("\n"),
    "docker-ps.txt": `${HEADER}\naa0bb1cc2dd3   app:1   "node"    3 months ago   Exited (137) 2 months ago           app\n`,
  });
  expect(down.rootCauses.map(({ cause }) => cause)).toEqual(["out-of-memory"]);
});

test("a start after the kernel had stopped tells of no power cut", async () => {
  const report = await reportOf({
    syslog: [
      DATED,
      "Jan  4 02:20:00 n7 kernel: [812331.112000] Kernel panic - not syncing: Fatal exception in interrupt",
      "Jan  4 02:21:10 n7 kernel: [    0.000000] Linux version 6.1.0-18-amd64 (debian-kernel@lists.debian.org)",
      "Jan  4 02:21:12 n7 systemd-journald[230]: File /var/log/journal/0123/system.journal corrupted or uncleanly shut down, renaming and replacing.",
    ].join("\n"),
  });
  expect(report.rootCauses.map(({ cause }) => cause)).toEqual(["kernel-bug"]);
});

test("damage that was met once is not over because nothing touched it again", async () => {
  const damage =
    "Jan 12 04:00:00 n7 kernel: [812331.112000] EXT4-fs error (device sda2): ext4_lookup:1700: inode #131075: comm dockerd: deleted inode referenced: 262204";
  const report = await reportOf({ syslog: [DATED, damage, ...ROUTINE].join("\n") });
  expect(report.rootCauses.map(({ cause }) => cause)).toEqual(["filesystem-corruption"]);
});

test("a file server that answered again, and a mount that succeeded later, are no trouble", async () => {
  const late = ["Jan  4 02:40:00", "Jan  4 03:00:00"].map(
    (time) => `${time} n7 systemd[1]: Started Daily apt download.`,
  );
  const report = await reportOf({
    syslog: [
      DATED,
      "Jan  4 02:12:00 n7 systemd[1]: Failed to mount /mnt/nas.",
      "Jan  4 02:12:01 n7 kernel: nfs: server 10.0.0.9 not responding, still trying",
      "Jan  4 02:12:30 n7 kernel: nfs: server 10.0.0.9 OK",
      "Jan  4 02:13:00 n7 systemd[1]: Mounted /mnt/nas.",
      ...late,
    ].join("\n"),
  });
  expect(report.rootCauses).toEqual([]);
  const states = report.findings.filter(({ role }) => role !== "marker").map(({ rule, active }) => [rule, active]);
  expect(states.sort()).toEqual([
    ["nfs-not-responding", false],
    ["volume-mount-failed", false],
  ]);
});
