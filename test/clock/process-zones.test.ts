/** klog writes neither zone nor year: one bundle may hold a kubelet in local time and containers in UTC. */
import { expect, test } from "vitest";
import { reportOf } from "../helpers/analyze.ts";

const DAY = "2026-07-02";
const uname = "Linux n7 6.1.0-rpi7-rpi-v8 #1 SMP PREEMPT Debian 1:6.1.63-1+rpt1 (2023-11-24) aarch64 GNU/Linux\n";
const two = (value: number): string => String(value).padStart(2, "0");

/** klog of one program; `hour` is what its own wall clock said. */
function klog(hour: number, pid: number, text: string): string {
  const lines = Array.from({ length: 12 }, (_, second) => {
    return `E0702 ${two(hour)}:15:${two(second)}.020000 ${String(pid).padStart(7)} reflector.go:178] ${text} ${second}`;
  });
  return `${lines.join("\n")}\n`;
}

/** The journal of a kubelet whose klog is `ahead` hours ahead of UTC, at 10:15 UTC. */
function journal(ahead: number): string {
  const lines = Array.from({ length: 12 }, (_, second) =>
    JSON.stringify({
      __REALTIME_TIMESTAMP: String(Date.parse(`${DAY}T10:15:${two(second)}.025Z`) * 1000),
      __MONOTONIC_TIMESTAMP: String((60 + second) * 1_000_000),
      _BOOT_ID: "0123456789abcdef0123456789abcdef",
      SYSLOG_IDENTIFIER: "kubelet",
      MESSAGE: `E0702 ${two(10 + ahead)}:15:${two(second)}.020000     319 kubelet.go:2412] node not found`,
    }),
  );
  return `${lines.join("\n")}\n`;
}

/** klog under docker's own time, at 10:15 UTC. */
function jsonLog(hour: number, pid: number): string {
  const lines = Array.from({ length: 12 }, (_, second) => {
    const log = `E0702 ${two(hour)}:15:${two(second)}.020000 ${String(pid).padStart(7)} main.go:1] retry\n`;
    return JSON.stringify({ log, stream: "stderr", time: `${DAY}T10:15:${two(second)}.0251234Z` });
  });
  return `${lines.join("\n")}\n`;
}

/** First time of a file and the basis of it. */
async function firstOf(files: Record<string, string>, path: string) {
  const { clock, timeline } = await reportOf({ "uname.txt": uname, ...files });
  return { clock, at: timeline.find(({ artifact }) => artifact === path)?.at };
}

test("a kubelet in local time and an apiserver's container in UTC are both put right", async () => {
  const files = {
    "journal.json": journal(2),
    "kubelet.log": klog(12, 319, "Unable to read /var/lib/kubelet: structure needs cleaning"),
    "kube-apiserver.log": klog(10, 1, "Unable to read /var/lib/etcd: structure needs cleaning"),
  };
  const kubelet = await firstOf(files, "kubelet.log");
  expect(kubelet.clock).toMatchObject({ zone: "UTC+02:00" });
  expect(kubelet.at).toMatchObject({ from: `${DAY}T10:15:00.020000Z`, basis: "year-inferred" });
  const apiserver = await firstOf(files, "kube-apiserver.log");
  expect(apiserver.at).toMatchObject({ from: `${DAY}T10:15:00.020000Z`, basis: "year-inferred" });
  expect(apiserver.clock.notes.join("\n")).toContain("kube-apiserver in UTC (it is process 1 of a container");
});

test("what was measured of a container goes before what is usual", async () => {
  const files = {
    "journal.json": journal(2),
    "pods/web_kube-system_0123456789abcdef0123456789abcdef/kube-scheduler/0.log": jsonLog(5, 1),
    "kube-scheduler.log": klog(5, 1, "Unable to read /var/lib/x: structure needs cleaning"),
  };
  const { at, clock } = await firstOf(files, "kube-scheduler.log");
  expect(at).toMatchObject({ from: `${DAY}T10:15:00.020000Z` });
  expect(clock.zone).toBe("UTC+02:00");
  expect(clock.notes.join("\n")).toContain("kube-scheduler in UTC-05:00 (12 lines have both its local time and UTC)");
});

test("containers tell nothing of the node's zone", async () => {
  const files = { "pods/etcd-n7_kube-system_0123456789abcdef0123456789abcdef/etcd/0.log": jsonLog(10, 1) };
  const { clock } = await firstOf(files, "");
  expect(clock.zone).toBeNull();
  expect(clock.zoneBasis).toContain("assumed UTC");
});
