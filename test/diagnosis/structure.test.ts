/** Judgements over small bundles of our own making, one for each thing that is told by structure and not by a line. */
import { describe, expect, test } from "vitest";
import type { IncidentReport } from "../../analyzer/model/report.ts";
import { reportOf } from "../helpers/analyze.ts";

const LAYER = "5c0ffee0aa11bb22cc33dd44ee55ff6600112233445566778899aabbccddeeff";
const IO = [
  "[  100.100000] mmcblk0: error -110 sending stop command, original cmd response 0x900, card status 0xe00",
  "[  101.100000] Buffer I/O error on dev mmcblk0p2, logical block 77810, lost async page write",
];
const summaryOf = (report: IncidentReport, rule: string): string =>
  report.findings.find((finding) => finding.rule === rule)?.summary ?? "";

describe("power and disk, in their order", () => {
  test("a dip before the first I/O error explains it", async () => {
    const report = await reportOf({
      "dmesg.txt": ["[   90.100000] Under-voltage detected! (0x00050005)", ...IO].join("\n"),
    });
    expect(report.rootCauses[0]?.cause).toBe("under-voltage");
  });

  test("a dip after it does not", async () => {
    const report = await reportOf({
      "dmesg.txt": [...IO, "[  900.100000] Under-voltage detected! (0x00050005)"].join("\n"),
    });
    expect(report.rootCauses[0]?.cause).toBe("storage-io-error");
  });
});

test("a loop of restarts is told with what was said before the first of them", async () => {
  const turns = [0, 1, 2, 3].map((turn) => {
    const time = `Mar 02 11:1${turn}`;
    return [
      `${time}:02 n7 k3s[70${turn}]: time="2026-03-02T11:1${turn}:02Z" level=fatal msg="${turn === 0 ? "no such word in the settings" : "still the same"}"`,
      `${time}:02 n7 systemd[1]: k3s.service: Failed with result 'exit-code'.`,
      `${time}:07 n7 systemd[1]: k3s.service: Scheduled restart job, restart counter is at ${turn + 1}.`,
    ].join("\n");
  });
  const report = await reportOf({ "journal.txt": turns.join("\n") });
  expect(summaryOf(report, "node-agent-down")).toContain("“no such word in the settings”");
  expect(summaryOf(report, "node-agent-down")).toContain("4 times");
});

test("a damaged layer that several pods share is told with all of them", async () => {
  const [one, two] = ["aa00bb11cc22".padEnd(64, "0"), "bb00bb11cc22".padEnd(64, "0")];
  const report = await reportOf({
    "ps.txt": [
      "CONTAINER ID   IMAGE   COMMAND   CREATED      STATUS                  PORTS   NAMES",
      `aa00bb11cc22   web:1   "web"     3 days ago   Exited (1) 3 hours ago          k8s_web_web-1_shop_${"1".repeat(32)}_1`,
      `bb00bb11cc22   web:1   "web"     3 days ago   Exited (1) 3 hours ago          k8s_web_web-2_shop_${"2".repeat(32)}_1`,
    ].join("\n"),
    "layerdb.txt": [
      `mounts/${one}/mount-id=${"1".repeat(64)}`,
      `mounts/${one}/parent=sha256:${"9".repeat(64)}`,
      `mounts/${two}/mount-id=${"2".repeat(64)}`,
      `mounts/${two}/parent=sha256:${"9".repeat(64)}`,
      `sha256/${"9".repeat(64)}/cache-id=${LAYER}`,
    ].join("\n"),
    "ls.txt": `$ ls -la /var/lib/docker/overlay2/${LAYER}\nls: cannot access '/var/lib/docker/overlay2/${LAYER}/link': Structure needs cleaning\ntotal 0\n-????????? ? ? ? ? ? link\n`,
  });
  const summary = summaryOf(report, "filesystem-damage");
  expect(summary).toContain("pod shop/web-1");
  expect(summary).toContain("pod shop/web-2");
});

test("a certificate is measured against the time that the network gave, not against a clock that was not set", async () => {
  const report = await reportOf({
    "clock.txt": "$ date\nThu Feb 14 10:12:01 UTC 2019\n",
    "certs.txt":
      "==> openssl x509 -noout -subject -issuer -dates -in /etc/kubernetes/pki/apiserver.crt <==\nsubject=CN = kube-apiserver\nissuer=CN = kubernetes\nnotBefore=Mar  1 08:00:00 2024 GMT\nnotAfter=Mar  1 08:00:00 2025 GMT\n",
    "journal.txt":
      "2026-03-02T10:13:31+0000 n7 systemd-timesyncd[301]: Initial clock synchronization to Mon 2026-03-02 10:13:31.120000 UTC.\n",
  });
  expect(report.findings.map(({ rule }) => rule)).toContain("certificate-expired");
});

test("three containers that are found dead together are one restart of the runtime", async () => {
  const dead = ["a", "b", "c"].map((digit, index) => {
    const state = `{"Status":"exited","ExitCode":255,"StartedAt":"2026-03-01T00:00:00Z","FinishedAt":"2026-03-02T10:00:0${index}Z"}`;
    return `{"Id":"${digit.repeat(64)}","Name":"/c${digit}","State":${state}}`;
  });
  const report = await reportOf({ "inspect.json": `[${dead.join(",")}]` });
  expect(summaryOf(report, "exit-255")).toContain("3 containers are “Exited (255)” with the same end");
});

test("the onset is the filesystem's own record, not the first line that a log still holds", async () => {
  const report = await reportOf({
    "superblock.txt":
      "Filesystem volume name:   rootfs\nFilesystem state:         clean with errors\nFS Error count:           12\nFirst error time:         Tue Oct 21 04:17:33 2025\nFirst error function:     ext4_lookup\n",
    "journal.txt": `2025-11-01T06:40:00+0000 n7 dockerd[700]: time="2025-11-01T06:40:00Z" level=error msg="open /var/lib/docker/overlay2/${LAYER}/lower: structure needs cleaning"\n`,
  });
  const damage = report.findings.find(({ rule }) => rule === "filesystem-damage");
  expect(damage?.window?.from).toMatch(/^2025-10-2/);
});

test("what a cleanly checked filesystem was said of before does not go on", async () => {
  const report = await reportOf({
    "superblock.txt":
      "Filesystem volume name:   rootfs\nFilesystem state:         clean\nErrors behavior:          Continue\n",
    "journal.txt": `2025-11-01T06:40:00+0000 n7 dockerd[700]: time="2025-11-01T06:40:00Z" level=error msg="open /var/lib/docker/overlay2/${LAYER}/lower: structure needs cleaning"\n`,
  });
  expect(report.findings.find(({ rule }) => rule === "filesystem-damage")?.active).toBe(false);
  // Its line is told there: it is no finding beside it.
  expect(report.findings.map(({ rule }) => rule)).not.toContain("structure-needs-cleaning");
});

test("starts of the node's services are marks on the timeline, and no finding", async () => {
  const report = await reportOf({
    "journal.txt": "2025-11-01T06:40:00+0000 n7 systemd[1]: Started kubelet: The Kubernetes Node Agent.\n",
  });
  expect(report.findings).toEqual([]);
  expect(report.timeline.map(({ text }) => text)).toContain("Started kubelet: The Kubernetes Node Agent.");
});
