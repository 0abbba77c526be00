import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { CONTROL, HIDDEN } from "./characters.ts";
import { displayWidth } from "../../analyzer/report/text-width.ts";
import { renderTerminal } from "../../analyzer/report/terminal.ts";
import { commandLines } from "../../analyzer/report/terminal-rows.ts";
import { insufficientReport, reports, seedReport } from "./fixture.ts";

const FILES = ["k1.html", "k1.md", "k1.sqlite"];

describe.each(Object.entries(reports))("terminal summary of %s", (_name, report) => {
  it.each([100, 80, 60, 40])("fits 40 lines of %d columns without control characters", (width) => {
    const text = renderTerminal(report(), { width, color: false, files: FILES });
    const lines = text.trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(40);
    expect(lines.filter((line) => displayWidth(line) > width)).toEqual([]);
    expect(text).not.toMatch(CONTROL);
    expect(text).not.toMatch(HIDDEN);
    expect(text).toContain("k1.html");
  });

  it("differs in colour only", () => {
    const plain = renderTerminal(report(), { width: 100, color: false, files: FILES });
    const coloured = renderTerminal(report(), { width: 100, color: true, files: FILES });
    expect(coloured).toContain("\u001b[");
    expect(coloured.replaceAll("\u001b[0m", "").replace(/\p{Cc}\[[0-9;]+m/gu, "")).toBe(plain);
  });
});

describe("terminal summary", () => {
  it("tells the seed incident", () => {
    const text = renderTerminal(seedReport(), { width: 100, color: false, files: FILES });
    expect(text).toMatchInlineSnapshot(`
      "coldcase 0.1.0 · k1 · collected ~2017-11-05 06:08:00 UTC · secrets masked

      ◆ CAUSE FOUND  The filesystem under /var/lib/docker is corrupted, and the API server of k1 cannot
                     come back

      Root cause   filesystem-corruption
      Confidence   certain: Three programs (ls, cat through docker, and the kubelet) get EUCLEAN for the
                   same two files.
      Trigger      What corrupted the card is not known: neither a kernel log nor the superblock is in the
                   bundle. The damaged directory dates from 04:17 on Oct 23, four minutes after the last
                   line of the pod log, if the node's zone is UTC: a correlation, not a cause.
      Would tell   Tells a failing card from a power cut.
           $ sudo dmesg | grep -i mmc

      Chain, cause first
        1  link and lower of layer 74217d05e7d3… cannot be read             overlay2/ls-74217d05.txt:1
        2  Sandbox 7d9ec7433434… of kube-apiserver-k1 cannot be inspected   journal/apiserver.txt:2
        3  The kubelet ignores the events of kube-apiserver-k1              journal/apiserver.txt:3
        4  Static pod kube-apiserver-k1 stays down                          docker/ps-a.txt:2
        5  192.168.1.11:6443 refuses connections                            journal/apiserver.txt:1
        6  kubectl cannot reach the server                                  client/kubectl-get-nodes.txt:2

      Do next, in this order
        1  Stop writing to the card: stop what restarts containers, then the runtime. (changes the node)
           $ sudo systemctl stop kubelet docker
        2  Image the card on another machine before anything repairs it. A failing card may not survive a
           second read. (makes a copy)
           $ sudo dd if=/dev/mmcblk0 of=k1-card.img bs=4M conv=noerror,sync status=progress
        3  Check the filesystem while it is not mounted: best with the card in another machine.
           (changes the node)
           $ sudo e2fsck -f /dev/mmcblk0p2
           … 3 more steps in the report

      Findings     8: 1 critical, 5 major, 1 minor, 1 info
      Checks       8: 3 passed, 3 could not be run, 1 found something (told in 8 findings), 1 not for this
                   node
      Missing      the kernel's log, the ext4 superblock, the log of container 6ef208ad4c36
      Written      k1.html, k1.md, k1.sqlite
      "
    `);
  });

  it.each([40, 60, 80])("breaks quoted commands so that a shell of %d columns reads the same words", (width) => {
    const line = `printf '%s|' a\\ b 'two  words' "and \\"three\\" of them" plain --long=option 'x'"y"z /a/path/of/some/length`;
    const lines = commandLines(line, width);
    if (width > 40) expect(lines?.length).toBeGreaterThan(1);
    for (const part of lines ?? []) expect(part.length).toBeLessThanOrEqual(width);
    const run = (text: string): string => spawnSync("sh", ["-c", text], { encoding: "utf8" }).stdout;
    if (lines) expect(run(lines.join("\n"))).toBe(run(line));
    expect(commandLines(`${"word ".repeat(30)}# a comment`, width)).toBe(null);
  });

  it.each([40, 80, 100])("shows whole commands only, at %d columns", (width) => {
    const reports = [seedReport(), insufficientReport()];
    for (const report of reports) {
      const rows = renderTerminal(report, { width, color: false, files: [] }).split("\n");
      const broken = rows.filter((row, index) => row.endsWith("\\") && !/^ {7}/.test(rows[index + 1] ?? ""));
      expect(broken).toEqual([]);
    }
  });

  it("keeps the state of redaction in sight on a narrow terminal", () => {
    for (const width of [40, 60, 80]) {
      const text = renderTerminal(seedReport(), { width, color: false, files: [] });
      expect(text.replace(/\n/g, " ")).toContain("secrets masked");
    }
  });

  it("breaks a long command where the shell may, and never shortens one", () => {
    const report = seedReport();
    report.rootCauses[0]!.remedy = [
      { text: "Copy.", command: `cp ${"/some/long/path/of/a/file ".repeat(5)}/target`, risk: "safe" },
      { text: "Quoted.", command: `echo '${"word ".repeat(40)}'`, risk: "safe" },
    ];
    const text = renderTerminal(report, { width: 100, color: false, files: [] });
    expect(text).toContain("/some/long/path/of/a/file \\\n");
    expect(text).toContain("(a long command: see the report)");
  });
});
