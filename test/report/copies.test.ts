/** A line that two files hold, by the time of its program and by that of its entry, stands once among the key events. */
import { expect, test } from "vitest";
import { reportOf } from "../helpers/analyze.ts";

const BOOT = "0123456789abcdef0123456789abcdef";
const START = Date.UTC(2026, 2, 2, 11);
const TEXT = "EXT4-fs error (device sda2): ext4_lookup:1: inode #5: comm ls: deleted inode referenced: 77";

function entry(second: number, message: string): string {
  return JSON.stringify({
    __REALTIME_TIMESTAMP: String((START + second * 1000) * 1000),
    __MONOTONIC_TIMESTAMP: String(second * 1_000_000),
    _BOOT_ID: BOOT,
    _TRANSPORT: "kernel",
    SYSLOG_IDENTIFIER: "kernel",
    MESSAGE: message,
  });
}

const journal = [entry(5, "Linux version 6.1.0"), entry(60.4, TEXT), entry(90, "eth0: link is up")].join("\n");
const tail = (...seconds: string[]): string =>
  seconds.map((second) => `2026-03-02T11:01:${second}+0000 n7 kernel: ${TEXT}\n`).join("");

async function rowsOf(files: Record<string, string>): Promise<{ rows: string[]; cited: number | undefined }> {
  const { timeline, findings } = await reportOf({ "date.txt": "Mon Mar  2 11:58:06 UTC 2026\n", ...files });
  const rows = timeline.filter(({ text, finding }) => text === TEXT && finding !== undefined);
  const finding = findings.find(({ rule }) => rule === "ext4-error");
  return { rows: rows.map(({ artifact, at }) => `${artifact} ${at?.from}`), cited: finding?.evidence.length };
}

test("the same line in the journal and in a tail of it", async () => {
  expect(await rowsOf({ "journal.json": `${journal}\n`, "tail.txt": tail("00.080000") })).toEqual({
    rows: ["tail.txt 2026-03-02T11:01:00.080000Z"],
    cited: 1,
  });
});

test("the same words said again seconds later are another event", async () => {
  const { rows, cited } = await rowsOf({ "journal.json": `${journal}\n`, "tail.txt": tail("00.080000", "04.000000") });
  expect(rows).toEqual(["tail.txt 2026-03-02T11:01:00.080000Z", "tail.txt 2026-03-02T11:01:04Z"]);
  expect(cited).toBe(2);
});

test("the age of a container that two forms of one list tell", async () => {
  const id = "7351d80bfa5e";
  const { timeline } = await reportOf({
    "date.txt": "Mon Mar  2 11:58:06 UTC 2026\n",
    "ps.jsonl": `${JSON.stringify({ Command: '"sleep"', ID: id, Image: "busybox", Names: "web", RunningFor: "3 days ago", State: "running", Status: "Up 2 days" })}\n`,
    "ps.txt": `CONTAINER ID   IMAGE     COMMAND   CREATED      STATUS      PORTS   NAMES\n${id}   busybox   "sleep"   3 days ago   Up 2 days           web\n`,
  });
  const told = timeline
    .filter(({ lane }) => lane.startsWith("container "))
    .map(({ artifact, text }) => [artifact, text]);
  expect(told).toEqual([
    ["ps.jsonl", "web (7351d80bfa5e): created"],
    ["ps.jsonl", "web (7351d80bfa5e): came into this state"],
  ]);
});
