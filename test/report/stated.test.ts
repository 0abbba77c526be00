/** What a wrong clock had said stands beside the corrected time of a line, in the page without script and in Markdown. */
import { expect, test } from "vitest";
import { renderHtml } from "../../analyzer/report/html.ts";
import { renderMarkdown } from "../../analyzer/report/markdown.ts";
import { readHtmlReport } from "../../analyzer/report/read.ts";
import { reportOf } from "../helpers/analyze.ts";

const BOOT = "0123456789abcdef0123456789abcdef";
const TRUE_START = Date.UTC(2026, 2, 2, 10, 15) * 1000;
const SAVED_START = Date.UTC(2026, 0, 5, 7) * 1000;

function entry(second: number, start: number, identifier: string, text: string): string {
  return JSON.stringify({
    __REALTIME_TIMESTAMP: String(start + second * 1_000_000),
    __MONOTONIC_TIMESTAMP: String(second * 1_000_000),
    _BOOT_ID: BOOT,
    SYSLOG_IDENTIFIER: identifier,
    _TRANSPORT: identifier === "kernel" ? "kernel" : "journal",
    MESSAGE: text,
  });
}

const JOURNAL = [
  entry(
    2,
    SAVED_START,
    "kernel",
    "EXT4-fs error (device mmcblk0p2): ext4_lookup:1590: inode #1234: comm kubelet: deleted inode referenced: 5678",
  ),
  entry(20, SAVED_START, "kubelet", "started"),
  entry(30, TRUE_START, "systemd-timesyncd", "Initial clock synchronization to Mon 2026-03-02 10:15:30.000000 UTC."),
  entry(
    60,
    TRUE_START,
    "kernel",
    "EXT4-fs error (device mmcblk0p2): ext4_lookup:1590: inode #1234: comm kubelet: deleted inode referenced: 5679",
  ),
];

test("only lines that a wrong clock wrote say so", async () => {
  const report = await reportOf({ "journal.json": `${JOURNAL.join("\n")}\n`, "uname.txt": "Linux n7 6.1.0 aarch64\n" });
  const lines = report.findings
    .flatMap(({ evidence }) => evidence)
    .filter(({ artifact }) => artifact === "journal.json");
  const before = lines.filter(({ line }) => line === 1).map(({ at }) => at?.stated);
  expect(before.length).toBeGreaterThan(0);
  expect(new Set(before)).toEqual(new Set(["2026-01-05T07:00:02Z"]));
  expect(lines.filter(({ line }) => line > 2).flatMap(({ at }) => at?.stated ?? [])).toEqual([]);
  const page = renderHtml(report, null);
  const events = page.slice(
    page.indexOf('<section id="events"'),
    page.indexOf("</section>", page.indexOf('<section id="events"')),
  );
  expect(events).toMatch(/~2026-03-02 10:15:02<\/time> <span class="stated">/);
  expect(events).toContain('<span class="stated">stated 2026-01-05 07:00:02</span>');
  const figures = page.match(/<figure class="evidence">[\s\S]*?<\/figcaption>/g) ?? [];
  expect(figures.join("\n")).toContain("stated 2026-01-05 07:00:02");
  expect(renderMarkdown(report)).toContain("UTC (stated 2026-01-05 07:00:02)");
});

/** A node in Berlin, saved by hand: every source says another thing than UTC. */
const BERLIN = {
  "date.txt": "Mon Mar  2 12:00:00 CET 2026\n",
  "journal.txt": [
    "Mar 02 11:10:00 n7 kernel: EXT4-fs error (device mmcblk0p2): ext4_lookup:1590: inode #1234: comm kubelet: deleted inode referenced: 5678",
    "Mar 02 11:10:01 n7 kubelet[310]: E0302 11:10:01.250000     310 kubelet.go:2243] open /var/lib/docker/overlay2/aa/lower: structure needs cleaning",
    "",
  ].join("\n"),
  "kubelet.log":
    'E0302 11:10:02.250000     310 kubelet_node_status.go:94] Unable to register node "n7" with API server: Post "https://10.0.0.7:6443/api/v1/nodes": dial tcp 10.0.0.7:6443: connect: connection refused\n',
  "docker-ps.txt": [
    "CONTAINER ID   IMAGE          COMMAND            CREATED      STATUS                     PORTS     NAMES",
    `7c1f0a52d8be   k8s.gcr.io/x   "kube-apiserver"   3 days ago   Exited (255) 3 days ago              k8s_kube-apiserver_kube-apiserver-n7_kube-system_0a1b_1`,
    "",
  ].join("\n"),
  "ls.txt": [
    "$ ls -la /var/lib/docker/overlay2/aa",
    "total 8",
    "drwx------ 4 root root 4096 Mar  2 09:30 .",
    "drwx------ 9 root root 4096 Mar  2 09:31 ..",
    "-????????? ? ?    ?       ?            ? lower",
    "",
  ].join("\n"),
  "dumpe2fs.txt": [
    "Filesystem UUID:          3e2b9d3c-5d13-4a3f-8f2a-0a8e1d2c3b4a",
    "Filesystem state:         clean with errors",
    "FS Error count:           4",
    "First error time:         Mon Mar  2 09:12:13 2026",
    "Last error time:          Mon Mar  2 11:10:00 2026",
    "",
  ].join("\n"),
};

test("local times, ages, dates of files and of superblocks stand beside their places", async () => {
  const report = await reportOf(BERLIN);
  const said = (artifact: string): Set<string | undefined> =>
    new Set(
      [...report.findings.flatMap(({ evidence }) => evidence), ...report.timeline]
        .filter((entry) => entry.artifact === artifact && entry.at !== null)
        .map(({ at }) => at?.stated),
    );
  expect(said("journal.txt")).toEqual(new Set(["--03-02T11:10:00", "--03-02T11:10:01"]));
  expect(said("kubelet.log")).toEqual(new Set(["--03-02T11:10:02"]));
  expect(said("docker-ps.txt")).toEqual(new Set(["3 days ago"]));
  expect(said("ls.txt")).toContain("--03-02T09:30");
  expect(said("dumpe2fs.txt")).toEqual(new Set(["2026-03-02T09:12:13", "2026-03-02T11:10:00"]));
  expect(said("date.txt")).toEqual(new Set(["2026-03-02T12:00:00"]));
  expect(report.containers.map(({ finished }) => finished?.stated)).toEqual(["3 days ago"]);
  const page = renderHtml(report, null);
  for (const text of ["03-02 11:10:00 local", "3 days ago", "03-02 09:30 local", "2026-03-02 09:12:13 local"])
    expect(page).toContain(`<span class="stated">stated ${text}</span>`);
  expect(renderMarkdown(report)).toContain("(stated 03-02 11:10:00 local)");
});

test("the same digits in the same zone are not said twice", async () => {
  const report = await reportOf({ ...BERLIN, "date.txt": "Mon Mar  2 12:00:00 UTC 2026\n" });
  const times = [...report.findings.flatMap(({ evidence }) => evidence), ...report.timeline].map(
    ({ at }) => at?.stated,
  );
  expect(new Set(times)).toEqual(new Set([undefined, "3 days ago"]));
});

test("a report with what was stated is read back from its page", async () => {
  const report = await reportOf(BERLIN);
  const again = readHtmlReport(renderHtml(report, null));
  expect(again.report.timeline).toEqual(report.timeline);
});
