import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { IncidentReport } from "../analyzer/model/report.ts";
import { confidences } from "../analyzer/model/words.ts";
import { reportOf } from "./helpers/analyze.ts";

function filesUnder(folder: string, under = ""): Record<string, string> {
  return Object.assign(
    {},
    ...readdirSync(join(folder, under))
      .sort()
      .map((name) => {
        const path = join(under, name);
        if (statSync(join(folder, path)).isDirectory()) return filesUnder(folder, path);
        return { [path]: readFileSync(join(folder, path), "utf8") };
      }),
  ) as Record<string, string>;
}

const samples = readdirSync("samples").flatMap((name) => {
  const folder = join("samples", name);
  if (!existsSync(join(folder, "truth.json"))) return [];
  const truth = JSON.parse(readFileSync(join(folder, "truth.json"), "utf8")) as { healthy: boolean; causes: string[] };
  const host = readdirSync(folder).find((entry) => statSync(join(folder, entry)).isDirectory());
  // A sample that is kept as an archive has no files to take away one by one.
  if (host === undefined) return [];
  return truth.healthy ? [] : [{ name, causes: truth.causes, files: filesUnder(join(folder, host)) }];
});
const sure = (report: IncidentReport): number => confidences.indexOf(report.rootCauses[0]?.confidence ?? "unknown");
const causesOf = (report: IncidentReport): string[] => report.rootCauses.map(({ cause }) => cause);
/** Records of the collector about its own steps say nothing of the node. */
const evidence = (files: Record<string, string>): string[] =>
  Object.keys(files).filter((path) => !path.startsWith("manifest/"));

const LAYER = "5c0ffee0aa11bb22cc33dd44ee55ff6600112233445566778899aabbccddeeff";
/** Small bundles in which one file speaks against what the others say. */
const contested: { name: string; files: Record<string, string> }[] = [
  {
    name: "one program met damage, and the superblock is clean",
    files: {
      "journal.txt": `Mar 02 11:46:20 n7 dockerd[700]: time="2026-03-02T11:46:20Z" level=error msg="open /var/lib/docker/overlay2/${LAYER}/lower: structure needs cleaning"\n`,
      "superblock.txt":
        "Filesystem volume name:   rootfs\nFilesystem state:         clean\nErrors behavior:          Continue\nMount count:              12\n",
    },
  },
  {
    name: "the kernel and a program met damage, and the superblock is clean",
    files: {
      "journal.txt": `Mar 02 11:46:20 n7 dockerd[700]: time="2026-03-02T11:46:20Z" level=error msg="open /var/lib/docker/overlay2/${LAYER}/lower: structure needs cleaning"\nMar 02 11:46:21 n7 kernel: EXT4-fs error (device sda2): ext4_lookup:1855: inode #40988: comm dockerd: deleted inode referenced: 41009\n`,
      "listing.txt": `/var/lib/docker/overlay2/${LAYER}:\nls: cannot access '/var/lib/docker/overlay2/${LAYER}/lower': Structure needs cleaning\ntotal 0\n-????????? ? ? ? ? ? lower\n`,
      "superblock.txt":
        "Filesystem volume name:   rootfs\nFilesystem state:         clean\nErrors behavior:          Continue\nMount count:              12\n",
    },
  },
  {
    name: "programs had no space, and df shows room",
    files: {
      "journal.txt":
        'Mar 02 11:46:20 n7 dockerd[700]: time="2026-03-02T11:46:20Z" level=error msg="write /var/lib/docker/tmp/x: no space left on device"\nMar 02 11:47:20 n7 dockerd[700]: time="2026-03-02T11:47:20Z" level=error msg="write /var/lib/docker/tmp/y: no space left on device"\n',
      "df.txt": "Filesystem      Size  Used Avail Use% Mounted on\n/dev/mmcblk0p2   29G   12G   16G  43% /\n",
    },
  },
  {
    name: "a certificate is refused as expired, others hold, and the clock is in step",
    files: {
      "kubelet.log":
        'E0302 11:46:20.100000     700 reflector.go:147] Failed to watch *v1.Node: Get "https://10.9.8.7:6443/api/v1/nodes": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-03-02T11:46:20Z is after 2026-03-01T08:00:00Z\n',
      "certificates.txt":
        "==> openssl x509 -noout -subject -issuer -dates -in /etc/kubernetes/pki/etcd/server.crt <==\nsubject=CN = n7\nissuer=CN = etcd-ca\nnotBefore=Mar  1 08:00:00 2026 GMT\nnotAfter=Mar  1 08:00:00 2027 GMT\n",
      "clock.txt": "Mon Mar  2 11:50:00 UTC 2026\n",
    },
  },
];

describe.each(contested)("$name", ({ files }) => {
  test.each(Object.keys(files))("without %s it is no surer", async (missing) => {
    const whole = await reportOf(files);
    const rest = Object.fromEntries(Object.entries(files).filter(([path]) => path !== missing));
    const report = await reportOf(rest);
    expect(whole.rootCauses.length + whole.findings.length).toBeGreaterThan(0);
    expect(sure(report)).toBeGreaterThanOrEqual(sure(whole));
  });
});

describe.each(samples)("the verdict on samples/$name", ({ causes: truth, files }) => {
  test.each(evidence(files))("without %s stays, or is less sure", async (missing) => {
    const whole = await reportOf(files);
    const rest = Object.fromEntries(Object.entries(files).filter(([path]) => path !== missing));
    const report = await reportOf(rest);
    const causes = causesOf(report);
    if (causes.length > 0) expect(truth).toContain(causes[0]);
    expect(sure(report)).toBeGreaterThanOrEqual(sure(whole));
  });

  test("does not depend on names: every file under a name that says nothing", async () => {
    const shuffled = Object.entries(files)
      .filter(([path]) => !path.startsWith("manifest/") && !path.endsWith(".err"))
      .map(([path, text], index) =>
        path === "manifest.json" ? [path, text] : [`saved-${(index * 7) % 10}-${index}.txt`, text],
      );
    const report = await reportOf(Object.fromEntries(shuffled) as Record<string, string>);
    const whole = await reportOf(files);
    expect(truth).toContain(causesOf(report)[0]);
    expect(report.rootCauses[0]?.title.slice(0, 20)).toBe(whole.rootCauses[0]?.title.slice(0, 20));
  });

  test.each(["Europe/Madrid", "America/New_York", "Asia/Tokyo"])("holds when the zone is %s", async (timezone) => {
    expect(truth).toContain(causesOf(await reportOf(files, { timezone }))[0]);
  });

  test("holds when every log is there twice", async () => {
    const again = evidence(files).map((path) => [`copy/${path}`, files[path] ?? ""] as const);
    expect(truth).toContain(causesOf(await reportOf({ ...files, ...Object.fromEntries(again) }))[0]);
  });

  test("holds among the lines of a healthy node", async () => {
    const noise = filesUnder("samples/healthy/pi4/journal");
    const report = await reportOf({ ...files, "noise/journal.txt": noise["tail.txt"] ?? "" });
    expect(truth).toContain(causesOf(report)[0]);
  });
});
