/** klog writes the process's local time without a zone; the journal has the same moment in UTC. */
import { expect, test } from "vitest";
import { reportOf } from "../helpers/analyze.ts";

const START = Date.UTC(2026, 2, 2, 10, 15) * 1000;

function entry(second: number, identifier: string, hour: string): string {
  const message = `E0302 ${hour}:15:${String(second).padStart(2, "0")}.020000     319 kubelet.go:2412] node not found`;
  return JSON.stringify({
    __REALTIME_TIMESTAMP: String(START + second * 1_000_000 + 25_000),
    __MONOTONIC_TIMESTAMP: String(second * 1_000_000 + 60_000_000),
    _BOOT_ID: "0123456789abcdef0123456789abcdef",
    SYSLOG_IDENTIFIER: identifier,
    MESSAGE: message,
  });
}

test("a process that writes local time beside the journal's UTC tells the node's zone", async () => {
  const lines = Array.from({ length: 12 }, (_, second) => entry(second, "kubelet", "12"));
  const report = await reportOf({ "journal.json": `${lines.join("\n")}\n`, "uname.txt": "Linux n7 6.1.0 aarch64\n" });
  expect(report.clock).toMatchObject({ zone: "UTC+02:00" });
  expect(report.clock.zoneBasis).toContain("12 lines carry both a local and a UTC time");
});
