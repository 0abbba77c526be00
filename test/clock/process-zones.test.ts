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
  // Nothing measures it: the other reading, the node's zone, is part of the interval.
  expect(apiserver.at).toMatchObject({
    best: `${DAY}T10:15:00.020000Z`,
    from: `${DAY}T08:15:00Z`,
    basis: "zone-assumed",
  });
  expect(apiserver.at?.to).toBe(`${DAY}T10:15:01Z`);
  const notes = apiserver.clock.notes.join("\n");
  expect(notes).toContain(
    "kube-apiserver in UTC (it is process 1 of a container, where UTC is usual; nothing measures it",
  );
  expect(notes).not.toContain("a clock change repeats");
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

/** Lines of a journal printed in local time, two hours ahead of UTC; `klogHour` is what its klog says. */
function printed(klogHour: number): string[] {
  return Array.from({ length: 12 }, (_, at) => {
    const klog = `I0702 ${two(klogHour)}:15:${two(at)}.020000     319 kubelet.go:1] sync ${at}`;
    return `Jul 02 12:15:${two(at)} n7 kubelet[319]: ${klog}`;
  });
}

const DOCKER_PS = [
  "CONTAINER ID   IMAGE          COMMAND            CREATED      STATUS                     PORTS     NAMES",
  '7c1f0a52d8be   k8s.gcr.io/x   "kube-apiserver"   3 days ago   Exited (255) 3 days ago              k8s_kube-apiserver_a',
];

function damage(hour: number, pid: number, path: string): string {
  return `E0702 ${two(hour)}:16:00.020000 ${String(pid).padStart(7)} main.go:1] Unable to read ${path}: structure needs cleaning`;
}

/** Where the lines that name these paths are, and on what basis. */
async function placesOf(files: Record<string, string>, paths: string[]) {
  const { timeline, findings } = await reportOf({ "uname.txt": uname, ...files });
  const lines = [...timeline, ...findings.flatMap(({ evidence }) => evidence)];
  return paths.map((path) => {
    const at = lines.find((line) => line.text.includes(path) && line.at !== null)?.at;
    return `${(at?.best ?? at?.from)?.slice(0, 19)} ${at?.basis}`;
  });
}

test.each([false, true])("sections of one text each have the zone of their program (prompts: %s)", async (prompts) => {
  const sections: [string, string[]][] = [
    ["date", ["Thu Jul  2 12:20:00 CEST 2026"]],
    ["journalctl -u kubelet", [...printed(12), `Jul 02 12:16:00 n7 kubelet[319]: ${damage(12, 319, "/var/lib/one")}`]],
    ["docker ps -a", DOCKER_PS],
    // The kubelet's own log, earlier than the end of the section before it: sections are in no order of time.
    ["cat /var/log/kubelet.log", [damage(12, 319, "/var/lib/two")]],
    ["docker logs 7c1f0a52d8be", [damage(10, 1, "/var/lib/three")]],
  ];
  const text = sections.flatMap(([command, lines]) => (prompts ? [`$ ${command}`, ...lines] : lines)).join("\n");
  const places = await placesOf({ "all.txt": `${text}\n` }, ["/var/lib/one", "/var/lib/two", "/var/lib/three"]);
  const truth = `${DAY}T10:16:00`;
  expect(places).toEqual([`${truth} year-inferred`, `${truth} year-inferred`, `${truth} zone-assumed`]);
});

test("a program in UTC under a journal in local time is in UTC in its own log as well", async () => {
  const files = {
    "all.txt": [
      "Thu Jul  2 12:20:00 CEST 2026",
      ...printed(10),
      damage(10, 319, "/var/lib/one"),
      `Jul 02 12:16:00 n7 dockerd[300]: read /var/lib/two: structure needs cleaning`,
      "",
    ].join("\n"),
    "kubelet.log": `${damage(10, 319, "/var/lib/three")}\n`,
  };
  const places = await placesOf(files, ["/var/lib/one", "/var/lib/two", "/var/lib/three"]);
  expect(places).toEqual(Array.from({ length: 3 }, () => `${DAY}T10:16:00 year-inferred`));
});

test("what journalctl printed with --utc is in UTC on a node that is not", async () => {
  const files = {
    "all.txt": [
      "$ date",
      "Thu Jul  2 12:20:00 CEST 2026",
      "$ journalctl --no-pager --utc -u docker",
      "Jul 02 10:16:00 n7 dockerd[300]: read /var/lib/one: structure needs cleaning",
      "$ journalctl --no-pager -u containerd",
      "Jul 02 12:16:00 n7 containerd[299]: read /var/lib/two: structure needs cleaning",
      "",
    ].join("\n"),
  };
  const places = await placesOf(files, ["/var/lib/one", "/var/lib/two"]);
  expect(places).toEqual(Array.from({ length: 2 }, () => `${DAY}T10:16:00 year-inferred`));
});

test("sections that tell the same days one after the other are all of the same year", async () => {
  const days = (pid: number, path: string): string[] =>
    [28, 29, 30].map((day) => `Jun ${day} 12:16:00 n7 x[${pid}]: read ${path}/${day}: structure needs cleaning`);
  const files = {
    "all.txt": [
      "$ date",
      "Thu Jul  2 12:20:00 UTC 2026",
      "$ journalctl -u a",
      ...days(1, "/a"),
      "$ journalctl -u b",
      ...days(2, "/b"),
      "",
    ].join("\n"),
  };
  const places = await placesOf(files, ["/a/28", "/b/30"]);
  expect(places).toEqual(["2026-06-28T12:16:00 year-inferred", "2026-06-30T12:16:00 year-inferred"]);
});

/** A kernel log in local time, one hour ahead, and an apiserver that could not read half an hour later by UTC. */
function inDoubt(apiserver: Record<string, string>): Record<string, string> {
  return {
    "uname.txt": uname,
    "date.txt": "Mon Mar  2 12:05:00 CET 2026\n",
    "journal.txt":
      "Mar 02 10:45:00 n7 kernel: I/O error, dev mmcblk0, sector 13648134 op 0x1:(WRITE) flags 0x3800 phys_seg 1 prio class 2\n",
    ...apiserver,
  };
}

const failedRead = "1 storage.go:1] Unable to read /var/lib/etcd: input/output error\n";

test("where the assumed zone of a container decides what came first, the diagnosis says so", async () => {
  const { rootCauses } = await reportOf(inDoubt({ "kube-apiserver.log": `E0302 10:15:00.020000       ${failedRead}` }));
  expect(rootCauses[0]?.chain).toHaveLength(2);
  expect(rootCauses[0]?.reasons.join("\n")).toMatch(
    /Which came first, .* depends on the zone of the lines of the latter, which is assumed/,
  );
});

test("it says nothing of it where the zone is written", async () => {
  const log = `2026-03-02T10:15:00.021000000Z E0302 10:15:00.020000       ${failedRead}`;
  const { rootCauses } = await reportOf(inDoubt({ "kube-apiserver.log": log }));
  expect(rootCauses[0]?.chain).toHaveLength(2);
  expect(rootCauses[0]?.reasons.join("\n")).not.toContain("Which came first");
});

/** What the clock section says of a journal in local time whose klog is two hours behind, without any year. */
test.each([{}, { collectedAt: Date.UTC(2026, 6, 3) * 1000 }])(
  "how far klog is from the header above it is said, whether or not the year is known: %j",
  async (options) => {
    const files = { "uname.txt": uname, "journal.txt": `${printed(10).join("\n")}\n` };
    const { clock } = await reportOf(files, options);
    expect(clock.zone).toBeNull();
    expect(clock.notes.join("\n")).toContain(
      "that of kubelet is 2:00 h behind the one in front of it (12 lines of journal.txt)",
    );
  },
);

test("nothing is said of it where both are in one zone", async () => {
  const { clock } = await reportOf({ "uname.txt": uname, "journal.txt": `${printed(12).join("\n")}\n` });
  expect(clock.notes.join("\n")).not.toContain("two local times");
});

const CONTAINER = `c0ffee${"1".repeat(58)}`;
const INSPECT = JSON.stringify([
  {
    Id: CONTAINER,
    Created: "2026-07-02T10:10:59.100Z",
    Name: "/web",
    State: {
      Status: "exited",
      Running: false,
      ExitCode: 1,
      StartedAt: "2026-07-02T10:11:00.250Z",
      FinishedAt: "2026-07-02T10:15:07.612Z",
    },
    Config: { Image: "web:1", Labels: {} },
  },
]);
const systemd = (time: string, text: string): string => `Jul 02 ${time} n7 systemd[1]: ${text}`;

test.each([
  ["a scope that ended", [systemd("12:15:07", `docker-${CONTAINER}.scope: Deactivated successfully.`)]],
  [
    "a start, and the line of a start before it",
    [
      systemd("03:41:58", `Started libcontainer container ${CONTAINER}.`),
      systemd("12:11:00", `Started libcontainer container ${CONTAINER}.`),
    ],
  ],
  [
    "the kubelet's own events",
    [
      `Jul 02 12:15:08 n7 kubelet[319]: I0702 12:15:08.300000     319 kubelet.go:1871] SyncLoop (PLEG): "web", event: &pleg.PodLifecycleEvent{ID:"1", Type:"ContainerDied", Data:"${CONTAINER}"}`,
    ],
  ],
])("the node's zone is told by what docker noted in UTC: %s", async (_, lines) => {
  const damaged = "Jul 02 12:16:00 n7 x[5]: read /var/lib/one: structure needs cleaning";
  const files = { "inspect.json": INSPECT, "journal.txt": `${[...lines, damaged].join("\n")}\n` };
  const { clock } = await reportOf({ "uname.txt": uname, ...files });
  expect(clock.zone).toBe("UTC+02:00");
  expect(clock.zoneBasis).toBe(
    "measured: 1 line tells in local time when a container started or ended, of which the runtime noted the UTC time",
  );
});

test("other lines about a container, and lines that contradict each other, tell nothing of the zone", async () => {
  for (const lines of [
    [systemd("12:15:07", `web ${CONTAINER} said docker-${CONTAINER}`)],
    [
      systemd("09:15:07", `docker-${CONTAINER}.scope: Deactivated successfully.`),
      systemd("12:11:00", `Started libcontainer container ${CONTAINER}.`),
    ],
  ]) {
    const files = { "inspect.json": INSPECT, "journal.txt": `${lines.join("\n")}\n` };
    const { clock } = await reportOf({ "uname.txt": uname, ...files });
    expect(clock.zone).toBeNull();
  }
});
