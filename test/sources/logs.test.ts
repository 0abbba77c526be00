/** What the samples' counts do not show: texts, times, levels and origins of the log sources. */
import { describe, expect, it } from "vitest";
import type { EventDraft, FactDraft, SourceParser } from "../../analyzer/model/source.ts";
import type { ParseContext } from "../../analyzer/model/source.ts";
import { HOUR, MINUTE } from "../../analyzer/model/time.ts";
import cri from "../../analyzer/sources/cri-log.ts";
import dockerJson from "../../analyzer/sources/docker-json-log.ts";
import journalExport from "../../analyzer/sources/journal-export.ts";
import journalJson from "../../analyzer/sources/journal-json.ts";
import journal from "../../analyzer/sources/journal-text.ts";
import kernel from "../../analyzer/sources/kernel-log.ts";

function run(
  source: SourceParser,
  lines: string[],
  context: Partial<ParseContext> = {},
): { events: EventDraft[]; facts: FactDraft[] } {
  const events: EventDraft[] = [];
  const facts: FactDraft[] = [];
  const reader = source.open({
    artifact: "a.txt",
    command: null,
    kind: null,
    sink: {
      event: (draft) => void events.push(draft),
      fact: (kind, key, value, line) => void facts.push({ kind, key, value, line } as FactDraft),
      warning: () => undefined,
    },
    ...context,
  });
  let byteOffset = 0;
  lines.forEach((text, index) => {
    const byteLength = Buffer.byteLength(text);
    reader.line({ text, number: index + 1, byteOffset, byteLength });
    byteOffset += byteLength + 1;
  });
  reader.end();
  return { events, facts };
}

function time(event: EventDraft | undefined): string | null {
  return event?.stated == null
    ? null
    : `${event.clock} ${new Date(event.stated / 1000).toISOString()} ${event.precision}`;
}

describe("journal-text", () => {
  it("gives the second of the header the fraction of klog, also across a zone of whole quarters", () => {
    const { events } = run(journal, [
      "Nov 05 06:07:57 k1 kubelet[319]: E1105 06:07:57.028616     319 a.go:1] same zone",
      "Nov 05 06:07:57 k1 kubelet[319]: E1105 05:07:56.928616     319 a.go:1] written before the header's second",
      "Nov 05 06:07:57 k1 kubelet[319]: E1105 11:52:57.500000     319 a.go:1] +05:45",
      "Nov 05 06:07:57 k1 kubelet[319]: E1105 06:07:51.028616     319 a.go:1] too far off",
    ]);
    expect(events.map(time)).toEqual([
      "local-no-year 1972-11-05T06:07:57.028Z 1",
      "local-no-year 1972-11-05T06:07:56.928Z 1",
      "local-no-year 1972-11-05T06:07:57.500Z 1",
      "local-no-year 1972-11-05T06:07:57.000Z 1000000",
    ]);
  });

  it("says once per offset what a UTC time in the message tells of the zone, at any turn of the year", () => {
    const { facts } = run(journal, [
      'Jan 01 01:00:01 k1 dockerd[1]: time="2026-12-31T23:30:01.1Z" level=info msg="a"',
      'Jan 01 01:00:02 k1 dockerd[1]: time="2026-12-31T23:30:02.1Z" level=info msg="b"',
      'Feb 28 20:00:00 k1 dockerd[1]: time="2027-03-01T01:00:00Z" level=info msg="c"',
      'Feb 28 20:00:00 k1 dockerd[1]: time="2027-01-01T01:00:00Z" level=info msg="a time of something else"',
    ]);
    const printed = { process: "a.txt", base: null, pids: [], writer: "host" };
    const first = Date.UTC(2026, 11, 31, 23, 30, 1, 100) * 1000;
    const third = Date.UTC(2027, 2, 1, 1) * 1000;
    expect(facts.map(({ kind, key, value, line }) => [kind, key, value, line.number])).toEqual([
      [
        "zone-probe",
        "a.txt +01:30",
        { ...printed, offset: 90 * MINUTE, count: 2, dates: [first, first + 1_000_000] },
        1,
      ],
      ["zone-probe", "a.txt -05:00", { ...printed, offset: -5 * HOUR, count: 1, dates: [third, third] }, 3],
    ]);
  });

  it("reads the end of the journal from journalctl's own header, which alone has a year", () => {
    const header = "-- Logs begin at Mon 2022-06-20 08:00:12 CEST, end at Fri 2022-07-01 21:15:00 CEST. --";
    const newer = "-- Journal begins at Sun 2024-01-14 09:12:44 CET, ends at Sat 2024-02-10 18:44:02 CET. --";
    const { facts } = run(journal, [header, newer, "-- No entries --"]);
    expect(facts.map(({ kind, value }) => [kind, value])).toEqual([
      ["journal-end", { at: Date.UTC(2022, 6, 1, 21, 15) * 1000 }],
      ["journal-end", { at: Date.UTC(2024, 1, 10, 18, 44, 2) * 1000 }],
    ]);
  });

  it("tells process, level and message in every form of header", () => {
    const { events } = run(journal, [
      "2026-04-27T19:49:00+0200 pi-master systemd[1]: Failed to start docker.service.",
      "Mar 23 07:47:58 raspberrypi kernel: [ 1788.652787] hwmon hwmon1: Voltage normalised",
      "Mon 2026-03-02 06:45:06 CET pi docker.service[338]: text",
      "<11>Nov  5 06:07:57 k1 dockerd[338]: text",
      "Nov 05 06:07:57 k1 (udev-worker)[12]: text",
      "Nov 05 06:07:57 k1 my daemon[12]: text",
      "Nov 05 06:07:57 kubelet[319]: no host",
      "  a continuation",
      "Nov 05 06:07:57 k1 daemon.err dockerd[338]: text",
      "Nov 05 06:07:57 k1 user.notice dockerd: text",
    ]);
    expect(events.map(({ origin, level, text }) => [origin, level, text])).toEqual([
      ["systemd", 5, "Failed to start docker.service."],
      ["kernel", 6, "hwmon hwmon1: Voltage normalised"],
      ["docker", 6, "text"],
      ["dockerd", 3, "text"],
      ["(udev-worker)", 6, "text"],
      ["my daemon", 6, "text"],
      ["kubelet", 6, "no host"],
      ["kubelet", 6, "  a continuation"],
      ["dockerd", 3, "text"],
      ["dockerd", 5, "text"],
    ]);
    expect(time(events[0])).toBe("utc 2026-04-27T17:49:00.000Z 1000000");
    expect(time(events[2])).toBe("local 2026-03-02T06:45:06.000Z 1000000");
    expect(time(events[7])).toBeNull();
  });

  it("keeps boots, passes over where a log begins", () => {
    const { events } = run(journal, [
      "-- Journal begins at Mon 2026-04-27 19:49:00 UTC, ends at Mon 2026-03-02 11:49:48 UTC. --",
      "-- Reboot --",
      "-- Boot e68720e89cd64da1a90a1eeaa3d5c419 --",
    ]);
    expect(events.map(({ origin, text }) => [origin, text])).toEqual([
      ["journal", "Reboot"],
      ["journal", "Boot e68720e89cd64da1a90a1eeaa3d5c419"],
    ]);
  });
});

describe("docker-json-log", () => {
  const entry = (log: string, at: string, stream = "stderr"): string =>
    JSON.stringify({ log, stream, time: `2026-03-02T11:46:${at}Z` });

  it("joins parts, and points at all of them from the first", () => {
    const lines = [entry('E0302 11:46:50.1    1 a.go:1] one "', "51.100000001"), entry('two"\n', "51.2")];
    const [event] = run(dockerJson, lines).events;
    expect(event).toMatchObject({ text: 'one "two"', level: 3, precision: 1, line: { number: 1, byteOffset: 0 } });
    expect(event?.line.byteLength).toBe(lines.join("\n").length);
  });

  it("does not join the last word of a process to the first of the next", () => {
    const { events } = run(dockerJson, [entry("panic", "51.1"), entry("started\n", "59.1")]);
    expect(events.map(({ text }) => text)).toEqual(["panic", "started"]);
  });

  it("names the container by the section's path, and says that its log was collected", () => {
    const command = "tail -n 50 /var/log/pods/c0f77be12d1bf28aaecf7cc373a774b6/kube-apiserver_0.log";
    const { events, facts } = run(dockerJson, [entry("x\n", "51")], { command });
    expect(events[0]?.origin).toBe("kube-apiserver");
    expect(facts[0]).toMatchObject({
      kind: "pod-log",
      key: "/var/log/pods/c0f77be12d1bf28aaecf7cc373a774b6/kube-apiserver_0.log",
      value: { uid: "c0f77be12d1bf28aaecf7cc373a774b6", container: "kube-apiserver", attempt: 0, collected: true },
    });
  });

  it("reads escapes as JSON does", () => {
    const text = String.raw`tab	quote " backslash \ and é 本 \n`;
    expect(run(dockerJson, [entry(`${text}\n`, "51")]).events[0]?.text).toBe(text);
  });
});

describe("cri-log", () => {
  it("keeps streams apart", () => {
    const { events } = run(cri, [
      "2026-03-02T11:46:11.1Z stdout P a",
      "2026-03-02T11:46:11.2Z stderr F b",
      "2026-03-02T11:46:11.3Z stdout F c",
    ]);
    expect(events.map(({ text }) => text)).toEqual(["b", "ac"]);
  });
});

describe("kernel-log", () => {
  it("takes level and process from where they stand", () => {
    const { events } = run(kernel, [
      "<2>[  152.510000] EXT4-fs error (device mmcblk0p2): x",
      "kern  :warn  : [  153.990000] y",
      "[   18.730000] systemd-journald[180]: File x corrupted or uncleanly shut down, renaming and replacing.",
      "3,339,5140900,-;z",
    ]);
    expect(events.map(({ origin, level, text }) => [origin, level, text])).toEqual([
      ["kernel", 2, "EXT4-fs error (device mmcblk0p2): x"],
      ["kernel", 4, "y"],
      ["systemd-journald", 6, "File x corrupted or uncleanly shut down, renaming and replacing."],
      ["kernel", 3, "z"],
    ]);
  });
});

describe("boots", () => {
  const id = "0123456789abcdef0123456789abcdef";
  const boots = (lines: string[]): unknown[] =>
    run(journal, lines)
      .events.filter(({ stated }) => stated !== null)
      .map(({ boot }) => boot);

  it("names the boot of journal text where a line does, and counts the others", () => {
    const line = "Nov 05 06:07:57 k1 systemd[1]: Started.";
    expect(boots([line, `-- Boot ${id} --`, line, line])).toEqual([null, id, id]);
    expect(boots([line, "-- Reboot --", line, "-- Reboot --", line])).toEqual([null, "reboot-1", "reboot-2"]);
  });

  it("takes the boot and the monotonic time of entries that carry them", () => {
    const entry = { MESSAGE: "x", __REALTIME_TIMESTAMP: "1704434877028700", __MONOTONIC_TIMESTAMP: "61000000" };
    const [json] = run(journalJson, [JSON.stringify({ ...entry, _BOOT_ID: id })]).events;
    expect(json).toMatchObject({ boot: id, monotonic: 61_000_000 });
    const fields = Object.entries({ ...entry, _BOOT_ID: id }).map(([name, value]) => `${name}=${value}`);
    expect(run(journalExport, fields).events[0]).toMatchObject({ boot: id, monotonic: 61_000_000 });
  });

  it("has neither for entries that lack them, or whose boot is no id", () => {
    const entry = { MESSAGE: "x", __REALTIME_TIMESTAMP: "1704434877028700", _BOOT_ID: "../../etc" };
    expect(run(journalJson, [JSON.stringify(entry)]).events[0]).toMatchObject({ boot: null, monotonic: null });
  });
});
