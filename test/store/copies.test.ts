/** What two files of a bundle hold was said once. */
import { expect, test } from "vitest";
import { reportOf } from "../helpers/analyze.ts";

const said = (time: string): string =>
  `2026-03-02T${time} n7 kubelet[310]: E0302 11:46:34.224515     310 kubelet.go:2243] node "n7" not found\n`;

async function countOf(files: Record<string, string>): Promise<number | undefined> {
  const { findings } = await reportOf(files);
  return findings.find(({ rule }) => rule === "node-not-found")?.count;
}

const DATE = "Mon Mar  2 11:48:06 UTC 2026\n";
const LOG = ["10", "20", "30", "40", "50"].map((second) => said(`11:46:${second}.250000+0000`)).join("");

/** `systemctl status`: its last lines of the journal, to the second and without a year. */
function status(...times: string[]): string {
  return HEAD + times.map((time) => said(time).replace(/^\S+/, `Mar 02 ${time}`)).join("");
}

const HEAD =
  "● kubelet.service - kubelet: The Kubernetes Node Agent\n     Loaded: loaded (/lib/systemd/system/kubelet.service; enabled)\n     Active: active (running) since Mon 2026-03-02 11:46:05 UTC; 2min ago\n   Main PID: 310 (kubelet)\n\n";

test("the lines under `systemctl status` are copies of the journal's", async () => {
  expect(await countOf({ "kubelet.log": LOG, "date.txt": DATE })).toBe(5);
  const files = { "kubelet.log": LOG, "date.txt": DATE, "status.txt": status("11:46:40", "11:46:50") };
  expect(await countOf(files)).toBe(5);
});

test("the same words at another time were said again", async () => {
  const files = { "kubelet.log": LOG, "date.txt": DATE, "status.txt": status("11:46:50", "11:47:12") };
  expect(await countOf(files)).toBe(6);
});

test("on a busy node an entry comes later than its program's own time, and is the same line", async () => {
  const words = (stamp: string, klog: string): string =>
    `${stamp} n7 kubelet[310]: E0302 ${klog}     310 kubelet.go:2243] node "n7" not found\n`;
  const seconds = ["10", "20", "30"];
  const entries = seconds.map((at) => words(`2026-03-02T11:46:${at}.610000+0000`, `11:46:${at}.250000`)).join("");
  const short = seconds.map((at) => words(`Mar 02 11:46:${at}`, `11:46:${at}.250000`)).join("");
  expect(await countOf({ "date.txt": DATE, "kubelet.log": entries, "status.txt": HEAD + short })).toBe(3);
});
