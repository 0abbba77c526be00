/** Bundles that were changed after collect.sh made them: `coldcase verify`, and the report, say which items. */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { reportOf } from "../helpers/analyze.ts";
import { coldcase } from "../helpers/cli.ts";
import { scratchDirectory, tarOf, type Entry } from "./helpers.ts";

const OUTPUT = "CONTAINER ID   IMAGE   COMMAND   CREATED   STATUS   PORTS   NAMES\n";
const ERRORS = "head: cannot open '/var/lib/docker/overlay2/x/link' for reading: Input/output error\n";
const LOG = "Mar  2 05:41:12 k1 kernel: hello\n";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const clock = (uptime: number) => ({
  wall: "2026-03-02T11:48:01Z",
  epoch: 1772452081,
  zone: "Europe/Madrid",
  offset: "+0100",
  uptime,
  bootId: "e68720e8-9cd6-4da1-a90a-1eeaa3d5c419",
  ntpSynchronized: true,
  rtc: false,
  fakeHwclock: null,
});
const step = (id: string, path: string, more: object) => ({
  id,
  kind: id,
  path,
  command: id,
  status: "ok",
  reason: null,
  exit: 0,
  start: 151.3,
  end: 151.4,
  wall: 1772452081,
  bytes: 0,
  errors: [],
  stuck: [],
  files: [],
  ...more,
});

const ps = step("docker-ps", "docker/ps.txt", {
  bytes: OUTPUT.length,
  sha256: sha256(OUTPUT),
  stderr: "docker/ps.txt.err",
});
const syslog = step("syslog", "syslog/", {
  bytes: LOG.length,
  files: [
    {
      source: "/var/log/caf\u00c3\u00a9",
      path: "syslog/var/log/caf\u00c3\u00a9",
      status: "ok",
      reason: null,
      size: LOG.length,
      mtime: 1772452000,
      bytes: LOG.length,
    },
  ],
});

/** A small bundle in the collector's format; `change` alters its members before it is packed. */
async function made(change: (members: Map<string, string>) => void = () => undefined): Promise<string> {
  const steps = [ps, syslog];
  const members = new Map([
    ["manifest/plan.json", JSON.stringify({ format: "coldcase-bundle", version: 1, steps })],
    ["docker/ps.txt", OUTPUT],
    ["docker/ps.txt.err", ERRORS],
    ["manifest/steps/001-docker-ps.json", JSON.stringify(ps)],
    ["syslog/var/log/café", LOG],
    ["manifest/steps/002-syslog.json", JSON.stringify(syslog)],
    [
      "manifest.json",
      JSON.stringify({
        format: "coldcase-bundle",
        version: 1,
        collector: { version: "0.1.0" },
        host: "k1",
        collectedAt: "2026-03-02T11:48:01Z",
        laptopClock: "2026-03-02T11:48:03Z",
        start: clock(151.22),
        end: clock(157.62),
        complete: true,
        interrupted: null,
        steps,
      }),
    ],
  ]);
  change(members);
  const path = join(scratchDirectory(), "k1.tar.gz");
  writeFileSync(path, gzipSync(await tarOf([...members] as Entry[])));
  return path;
}

test("as it was made: complete, with who collected it, when and by which clock", async () => {
  const path = await made();
  const { stdout, exit } = coldcase(["verify", path]);
  expect(stdout).toMatch(/^k1 \(tar\.gz\): 3 artifacts, sha256 [0-9a-f]{64}$/m);
  expect(stdout).toContain(
    "collected by collect.sh 0.1.0 on k1 at 2026-03-02T11:48:01Z by its own clock (Europe/Madrid, set by NTP, no real-time clock), in 6.4 s; the receiving machine's clock said 2026-03-02T11:48:03Z\n",
  );
  expect(stdout).toContain("complete: all 2 steps of the plan have a record, nothing was changed\n");
  expect(stdout).toContain("checksums: 1 of 1 items agree, 2 have none");
  expect(exit).toBe(0);
  const report = await reportOf(path);
  expect(report.damage).toEqual([]);
  expect(report.bundles[0]).toMatchObject({ complete: true, custody: { collectorVersion: "0.1.0", seconds: 6.4 } });
  expect(report.bundles[0]?.sha256).toMatch(/^[0-9a-f]{64}$/);
});

const changed: [string, (members: Map<string, string>) => void, RegExp][] = [
  [
    "a flipped byte in a staged output",
    (members) => members.set("docker/ps.txt", OUTPUT.replace("IMAGE", "IMAGF")),
    /^checksum: docker\/ps\.txt differs from the checksum that step docker-ps gives/m,
  ],
  ["a missing output", (members) => members.delete("docker/ps.txt"), /^missing: docker\/ps\.txt is not in the bundle/m],
  [
    "missing stderr",
    (members) => members.delete("docker/ps.txt.err"),
    /^missing: docker\/ps\.txt\.err is not in the bundle/m,
  ],
  ["a missing file", (members) => members.delete("syslog/var/log/café"), /^missing: syslog\/var\/log\/café is not/m],
  [
    "a file of another size",
    (members) => members.set("syslog/var/log/café", LOG.repeat(2)),
    /^size: syslog\/var\/log\/café has 66 bytes, and step syslog says 33\.$/m,
  ],
  [
    "a file that nobody collected",
    (members) => members.set("journal/tail.txt", LOG),
    /^unexpected: journal\/tail\.txt is in the bundle, and no step tells of it\.$/m,
  ],
  [
    "a manifest that says another checksum than the step's own record",
    (members) =>
      members.set("manifest.json", members.get("manifest.json")!.replace(sha256(OUTPUT), sha256("something else"))),
    /^manifest: manifest\.json:1: step docker-ps is told in two ways$/m,
  ],
  [
    "a manifest that hides a failure",
    (members) => {
      members.set(
        "manifest/steps/001-docker-ps.json",
        members.get("manifest/steps/001-docker-ps.json")!.replace('"status":"ok"', '"status":"timed-out"'),
      );
    },
    /^manifest: manifest\.json:1: step docker-ps is told in two ways$/m,
  ],
];

test.each(changed)("%s", async (_name, change, message) => {
  const path = await made(change);
  const { stdout, exit } = coldcase(["verify", path]);
  expect(stdout).toMatch(message);
  expect(stdout).toMatch(/^NOT sound: the collector finished, and the bundle was changed since$/m);
  expect(exit).toBe(1);
});

test("a manifest that says complete of a bundle that is not", async () => {
  const path = await made((members) => {
    for (const name of ["manifest.json", "manifest/steps/001-docker-ps.json"])
      members.set(name, members.get(name)!.replace('"status":"ok"', '"status":"timed-out"'));
  });
  const { stdout, exit } = coldcase(["verify", path]);
  expect(stdout).toContain('says "complete", and step docker-ps is timed-out');
  expect(stdout).toMatch(/^timed-out: step docker-ps/m);
  expect(exit).toBe(1);
});

test("the report says it, too", async () => {
  const report = await reportOf(
    await made((members) => members.set("docker/ps.txt", OUTPUT.replace("IMAGE", "IMAGF"))),
  );
  expect(report.bundles[0]?.complete).toBe(false);
  expect(report.damage).toEqual([
    { path: "docker/ps.txt", message: expect.stringContaining("differs from the checksum") as string },
  ]);
});
