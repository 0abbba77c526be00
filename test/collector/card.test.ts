/** The same card read under every shell: format of the bundle, odd names, secrets, large and broken files. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  collectCard,
  collector,
  containerId,
  layer,
  makeCard,
  Members,
  podUid,
  remove,
  run,
  temporary,
  write,
  type Run,
} from "./lab.ts";
import { PATIENCE, has, isRoot, underEachShell } from "./shells.ts";

const oddNames = ["two\nlines.log", "-n.log", "star*[a].log", "$(touch PWNED).log", "`id`.log", "a b.log", "q'\".log"];
const longName = `${"n".repeat(250)}.log`;
const binaryName = Buffer.from([0x62, 0xff, 0xfe, 0x2e, 0x6c, 0x6f, 0x67]);
const canaries = ["canary-env", "canary-kubeconfig", "canary-token", "canary-auth", "canary-key", "canary-manifest"];
const pods = "var/log/pods/ns_odd-pod_0a/c";
const snapshotters = ["var/lib", "var/lib/rancher/k3s/agent", "var/lib/rancher/rke2/agent"].map(
  (place) => `${place}/containerd/io.containerd.snapshotter.v1.overlayfs`,
);
let root: string;

beforeAll(() => {
  root = temporary("card");
  makeCard(root);
  for (const name of [...oddNames, longName]) write(root, `${pods}/${name}`, `content of ${name}\n`);
  write(root, Buffer.concat([Buffer.from(`${pods}/`), binaryName]), "content of bytes\n");
  write(root, Buffer.concat([Buffer.from("var/log/pods/"), binaryName, Buffer.from("/c/0.log")]), "of a directory\n");
  spawnSync("mkfifo", [join(root, pods, "fifo.log")]);
  if (isRoot) spawnSync("mknod", [join(root, pods, "device.log"), "c", "1", "5"]);
  // A torn write: a run of zero bytes and half a line, as after a power cut.
  const torn = Buffer.concat([
    Buffer.from('{"log":"a\\n"}\n'),
    Buffer.alloc(4096),
    Buffer.from('{"log":"b\\n"}\n{"lo'),
  ]);
  write(root, `${pods}/torn.log`, torn);
  let large = "";
  for (let line = 0; line < 80_000; line++) large += `${line} ${"x".repeat(60 + (line % 7))}\n`;
  write(root, `${pods}/large.log`, large);
  // Four gigabytes that take no room.
  write(root, `${pods}/sparse.log`, "first\n");
  truncateSync(join(root, pods, "sparse.log"), 4 * 2 ** 30);
  appendFileSync(join(root, pods, "sparse.log"), "\nlast\n");
  // A journal that needs several pieces.
  write(root, "var/log/journal/0f3c/system.journal", Buffer.alloc(5_000_001, "LPKSHHRH"));
  if (has("openssl"))
    for (const path of ["etc/kubernetes/pki/apiserver", "var/lib/rancher/k3s/agent/client-kubelet"])
      makeCertificate(join(root, path));
  // As systemd-pstore puts them away: by themselves, or in a directory for each crash.
  for (const path of ["dmesg-ramoops-0", "1795474864/dmesg.txt"])
    write(root, `var/lib/systemd/pstore/${path}`, "Oops\n");
  // The snapshots of containerd, as it is alone, in k3s and in rke2.
  for (const snapshotter of snapshotters)
    for (const [number, name] of ["fs/etc/of-layer", "work/work", "fs/bin/sh"].entries())
      write(root, `${snapshotter}/snapshots/${number + 1}/${name}`, "x");
  for (const kind of ["k3s", "rke2"]) {
    write(root, `var/lib/rancher/${kind}/agent/pod-manifests/etcd.yaml`, `# of ${kind}\n`);
    write(root, `var/lib/rancher/${kind}/server/db/etcd/member/wal/0.wal`, "canary-key");
  }
  write(root, "etc/kubernetes/admin.conf", "canary-kubeconfig");
  write(root, "var/lib/rancher/k3s/server/token", "canary-token");
  write(root, "etc/rancher/k3s/config.yaml", "token: canary-token\nnode-name: k1\n");
  write(root, "root/.docker/config.json", '{"auths":{"r":{"auth":"canary-auth"}}}');
  write(root, "etc/kubernetes/pki/ca.key", "canary-key");
  write(root, "etc/cni/net.d/calico-kubeconfig", "canary-kubeconfig");
  write(root, "etc/rancher/k3s/registries.yaml", "canary-auth");
  write(root, "etc/docker/daemon.json", '{"proxies":{"http-proxy":"http://user:canary-auth@proxy:3128"}}');
  write(root, "etc/kubernetes/pki/sa.key", "canary-key");
  write(root, "var/lib/kubelet/pods/0a/volumes/kubernetes.io~secret/s/password", "canary-token");
  write(root, "var/lib/kubelet/pods/0a/volumes/kubernetes.io~projected/t/token", "canary-token");
  write(
    root,
    "etc/kubernetes/manifests/api.yaml",
    "spec:\n  containers:\n  - env:\n    - name: A\n      value: |\n        canary-manifest\n        canary-manifest\n    image: i\n    command: [--token=canary-token]\n",
  );
  write(
    root,
    `var/lib/docker/containers/${containerId}/config.v2.json`,
    `{"ID":"${containerId}","Config":{"Env":["A=canary-env","B=\\"]canary-env\\\\","C=a=canary-env"],"Labels":{"annotation.kubectl.kubernetes.io/last-applied-configuration":"{\\"value\\":\\"canary-env\\"}","io.kubernetes.pod.uid":"${podUid}"}}}`,
  );
}, PATIENCE);
afterAll(() => remove(root));

/** PATH.crt and its PATH.key, which holds a secret of its own. */
function makeCertificate(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=of-the-card", "-days", "365"];
  spawnSync("openssl", [...request, "-keyout", `${path}.key`, "-out", `${path}.crt`]);
}

underEachShell(({ name, argv }) => {
  let result: Run;
  let members: Members;
  beforeAll(async () => {
    result = await collectCard(argv, root, "--max-mb", "60");
    members = Members.of(result.stdout);
  }, PATIENCE);

  test("the bundle is complete, and plain tar reads it", () => {
    expect(result.stderr).toContain("next, on the laptop");
    expect(result.code).toBe(0);
    const listing = spawnSync("tar", ["-tzf", "-"], { input: result.stdout, maxBuffer: 1 << 26 });
    expect(listing.stderr.toString()).toBe("");
    expect(listing.status).toBe(0);
    const names = [...members.keys()];
    expect(names[0]).toBe("manifest/plan.json");
    expect(names.at(-1)).toBe("manifest.json");
    expect(members.manifest()).toMatchObject({
      format: "coldcase-bundle",
      version: 1,
      complete: true,
      interrupted: null,
    });
  });

  test("every planned step has a record of its own and one in the manifest", () => {
    const plan = JSON.parse(members.text("manifest/plan.json")) as { steps: { id: string }[] };
    const manifest = members.manifest();
    expect(manifest.steps.map((step) => step.id)).toEqual([...plan.steps.map((step) => step.id), "clock-end"]);
    manifest.steps.forEach((step, index) => {
      const record = `manifest/steps/${String(index + 1).padStart(3, "0")}-${step.id}.json`;
      expect(JSON.parse(members.text(record))).toEqual(step);
      const output = members.get(step.path);
      if (output) expect(step.sha256).toBe(createHash("sha256").update(output).digest("hex"));
      if (step.stderr) expect(members.has(step.stderr)).toBe(true);
    });
    const live = manifest.steps.find((step) => step.id === "kernel-log");
    expect(live).toMatchObject({ status: "skipped", reason: expect.stringContaining("--root") as string });
  });

  test("hard case 10 (real): odd names keep their bytes, and nothing in them runs", () => {
    for (const odd of [...oddNames, longName])
      expect(members.get(`pods/${pods}/${odd}`)?.toString(), odd).toBe(`content of ${odd}\n`);
    const bytes = binaryName.toString("latin1");
    expect(members.text("pods/links.txt")).toContain(
      ` ${name === "busybox ash" ? bytes.replace(/[^ -~]/g, "?") : bytes}\n`,
    );
    // yash cannot hold such a name in a variable, in any locale: it must say so.
    const incomplete = "Invalid or incomplete multibyte or wide character";
    const unnamed = members.step("pod-log").errors.filter((error) => error.errno === incomplete);
    if (name === "yash") {
      const directories = [`${root}/${pods}`, `${root}/var/log/pods`];
      for (const error of unnamed) expect(error).toMatchObject({ op: "sh: cannot name", errno: incomplete });
      expect(new Set(unnamed.map((error) => error.path))).toEqual(new Set(directories));
    } else {
      expect(members.get(`pods/${pods}/${bytes}`)?.toString()).toBe("content of bytes\n");
      expect(members.get(`pods/var/log/pods/${bytes}/c/0.log`)?.toString()).toBe("of a directory\n");
      expect(unnamed).toEqual([]);
    }
    expect([...members.keys()].some((member) => member.startsWith("/") || member.includes("../"))).toBe(false);
    for (const directory of [tmpdir(), root, "."]) expect(existsSync(join(directory, "PWNED"))).toBe(false);
  });

  test("hard case 14 (real): a pipe and a device are not opened; a large log keeps head and tail in whole lines", () => {
    const files = members.step("pod-log").files;
    const of = (file: string) => files.find((record) => record.source.endsWith(`/${file}`));
    expect(of("fifo.log")).toMatchObject({ status: "skipped", reason: "not a regular file" });
    if (isRoot) expect(of("device.log")).toMatchObject({ status: "skipped", reason: "not a regular file" });
    expect(of("large.log")).toMatchObject({ status: "truncated" });
    const large = members.text(`pods/${pods}/large.log`);
    expect(large.length).toBeLessThanOrEqual(4_400_000);
    const lines = large.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^0 x+$/);
    expect(lines.at(-1)).toMatch(/^79999 x+$/);
    const marks = lines.filter((line) => !/^\d+ x{60,66}$/.test(line));
    expect(marks).toEqual([expect.stringMatching(/^\[coldcase: the middle of this file of \d+ bytes is left out\]$/)]);
    expect(of("sparse.log")).toMatchObject({ status: "truncated", size: 4 * 2 ** 30 + 6 });
    expect(members.text(`pods/${pods}/sparse.log`)).toMatch(/last\n$/);
  });

  test("hard case 15 (real): zero bytes and half a line come through unchanged", () => {
    expect(members.get(`pods/${pods}/torn.log`)?.equals(readFileSync(join(root, pods, "torn.log")))).toBe(true);
  });

  test("a journal of several pieces is byte for byte the same", () => {
    const journal = "var/log/journal/0f3c/system.journal";
    expect(members.get(`journal/${journal}`)?.equals(readFileSync(join(root, journal)))).toBe(true);
  });

  test("hard case 18 (real): none of the planted secrets is in the bundle", () => {
    for (const [member, content] of members)
      for (const canary of canaries) expect(content.includes(canary), `${canary} in ${member}`).toBe(false);
    const config = members.text(`docker/var/lib/docker/containers/${containerId}/config.v2.json`);
    expect(config).toContain('"Env":["A=","B=","C="]');
    expect(config).toContain(`"io.kubernetes.pod.uid":"${podUid}"`);
    expect(members.text("kubernetes/manifests.txt")).toContain("image: i");
  });

  test("hard case 18 (real): scrub() blanks what a command line or docker's JSON tells, and leaves JSON whole", async () => {
    const functions = /^scrub\(\) \{.*$[^]*?^\}$/m.exec(readFileSync(collector, "utf8"))![0];
    const names = /^ +secret='[^]*?\bnamed=.*$/m.exec(readFileSync(collector, "utf8"))![0];
    const script = join(temporary("scrub"), "scrub.sh");
    writeFileSync(script, `${functions}\n${names}\nscrub\n`);
    const input = [
      String.raw`{"Command":"\"mysqld --password=canary\"","ID":"1"}`,
      String.raw`{"Command":"\"mysqld --password=can\\ary --x\"","ID":"2"}`,
      String.raw`{"Config":{"Env":["A=canary","B=\"]canary\\"],"Cmd":["--token=canary","-v"]}}`,
      "HTTPS_PROXY=http://user:canary@proxy:3128",
      // Values that look like a path or an option, quotes within quotes, more than a word.
      String.raw`{"Command":"\"app --password /canary --token -canary --secret=--canary --password=/canary -v\""}`,
      String.raw`{"Cmd":["--password","/canary","--token","-canary","--secret=","y","--with-token","--verbose"]}`,
      String.raw`{"Cmd":["sh","-c","export DB_TOKEN=\"canary canary\"; run --password 'canary canary' x"],"l":"{\"password\": \"canary canary\"}"}`,
      String.raw`{"Cmd":["mysqladmin","-p-canary","-h","db"],"Command":"\"mysql -pcanary,canary\""}`,
      "ExecStart=/usr/bin/k3s agent --token canary,canary --password \"canary canary\" --passphrase='canary canary'",
      "  password = canary canary",
      // And what is no value of a secret.
      '{"token":null,"secrets":[1],"Secret":true,"Image":"vault-secret:1.2","Names":"k8s_token-x"}',
      '{"Args":["--token-auth-file=/etc/tokens","--password-file","/run/p"],"secretPath":"/s"}',
      'MountVolume.SetUp failed for volume "x" : secret "y" not found',
    ];
    const result = await run([...argv, script], { input: Buffer.from(input.join("\n")) });
    const lines = result.stdout.toString().split("\n");
    expect(lines.slice(0, 3).map((line) => JSON.parse(line) as unknown)).toEqual([
      { Command: '"mysqld --password=<redacted>"', ID: "1" },
      { Command: '"mysqld --password=<redacted> --x"', ID: "2" },
      { Config: { Env: ["A=", "B="], Cmd: ["--token=<redacted>", "-v"] } },
    ]);
    expect(lines[3]).toBe("HTTPS_PROXY=http://<redacted>@proxy:3128");
    expect(lines.slice(4, 8).map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        Command: '"app --password <redacted> --token <redacted> --secret=--<redacted> --password=<redacted> -v"',
      },
      { Cmd: ["--password", "<redacted>", "--token", "<redacted>", "--secret=", "y", "--with-token", "--verbose"] },
      {
        Cmd: ["sh", "-c", "export DB_TOKEN=\"<redacted>\"; run --password '<redacted>' x"],
        l: '{"password": "<redacted>"}',
      },
      { Cmd: ["mysqladmin", "-p<redacted>", "-h", "db"], Command: '"mysql -p<redacted>"' },
    ]);
    expect(lines[8]).toBe(
      "ExecStart=/usr/bin/k3s agent --token <redacted> --password \"<redacted>\" --passphrase='<redacted>'",
    );
    expect(lines[9]).toBe("  password = <redacted>");
    expect(lines.slice(10, 13)).toEqual(input.slice(10));
    remove(dirname(script));
  });

  test("overlay2 without a daemon", () => {
    expect(members.text("overlay2/link-lower.txt")).toContain(`/overlay2/${layer(2)}/lower <==\nl/LINK1\n`);
    expect(members.step("overlay2-link-lower").errors).toEqual([
      expect.objectContaining({ op: expect.stringMatching(/^head/) as string, errno: "No such file or directory" }),
    ]);
    expect(members.text("overlay2/list.txt")).toContain(`/overlay2/${layer(3)}:\ntotal`);
    expect(members.text("overlay2/list.txt")).toContain(`LINK3 -> ../${layer(3)}/diff`);
    expect(members.text("docker/layerdb.txt")).toContain(`/mounts/${containerId}/mount-id <==\n${layer(3)}`);
  });

  test("the snapshots of containerd, of k3s and of rke2, without a daemon; their datastores are only listed", () => {
    const listing = members.text("cri/snapshots.txt");
    for (const snapshotter of snapshotters)
      for (const number of [1, 2, 3]) expect(listing).toContain(`${root}/${snapshotter}/snapshots/${number}:\ntotal`);
    expect(listing.match(/ (fs|work)$/gm)).toHaveLength(3 * snapshotters.length);
    for (const kind of ["k3s", "rke2"]) {
      expect(members.text("kubernetes/manifests.txt")).toContain(`# of ${kind}`);
      expect(members.text("kubernetes/datastore.txt")).toContain(`${root}/var/lib/rancher/${kind}/server/db/etcd:`);
    }
  });

  test("certificates are told by their dates, and their keys are not opened", () => {
    // The root of busybox has no openssl.
    if (name === "busybox ash" || !has("openssl"))
      return expect(members.step("certificate-dates").status).toBe("absent");
    const told = members.text("kubernetes/certificates.txt");
    for (const path of ["etc/kubernetes/pki/apiserver.crt", "var/lib/rancher/k3s/agent/client-kubelet.crt"])
      expect(told).toMatch(
        new RegExp(`-in ${root}/${path} <==\\nsubject=CN = of-the-card\\nissuer=.*\\nnotBefore=.*\\nnotAfter=`),
      );
    for (const [member, content] of members) expect(content.includes("PRIVATE KEY"), member).toBe(false);
  });

  test("what the kernel said when it crashed, in both layouts", () => {
    for (const path of ["dmesg-ramoops-0", "1795474864/dmesg.txt"])
      expect(members.text(`pstore/var/lib/systemd/pstore/${path}`)).toBe("Oops\n");
  });

  test("both layouts of pod logs", () => {
    expect(members.text(`pods/var/log/pods/${podUid}/kube-apiserver_0.log`)).toContain("old layout");
    expect(members.text("pods/var/log/pods/kube-system_etcd-k1_0a1b/etcd/0.log")).toContain("new layout");
  });
});
