/** What the tests of collect.sh share: the shells to run it under, a card to read, and a reader of its bundles. */
import { spawn, spawnSync, type SpawnOptions } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { constants, gunzipSync } from "node:zlib";
import { afterAll, afterEach, test } from "vitest";

export const collector = fileURLToPath(new URL("../../collector/collect.sh", import.meta.url));

/** Runs `sh` of a root directory that holds busybox and nothing else; /proc, /dev, /run and /tmp are the machine's. */
const JAIL = String.raw`
jail=$1
shift
for place in /proc /dev /run /tmp; do mount --rbind $place "$jail$place"; done
exec chroot "$jail" /bin/sh "$@"
`;

let jailed: string[] | undefined;
/** busybox ash where every command is an applet: no GNU tool can be found, whatever the search path says. */
function busyboxAlone(): string[] {
  if (jailed) return jailed;
  const jail = temporary("busybox");
  const busybox = spawnSync("sh", ["-c", "command -v busybox"], { encoding: "utf8" }).stdout.trim();
  for (const place of ["bin", "proc", "dev", "run", "tmp"]) mkdirSync(join(jail, place));
  copyFileSync(busybox, join(jail, "bin/busybox"));
  for (const applet of spawnSync("busybox", ["--list"], { encoding: "utf8" }).stdout.trim().split("\n"))
    if (applet !== "busybox") symlinkSync("busybox", join(jail, "bin", applet));
  // At the place where the tests call it.
  mkdirSync(join(jail, dirname(collector)), { recursive: true });
  copyFileSync(collector, join(jail, collector));
  process.on("exit", () => rmSync(jail, { recursive: true, force: true }));
  jailed = ["unshare", "--mount", "--propagation", "private", "sh", "-c", JAIL, "jail", jail];
  return jailed;
}

export const isRoot = process.getuid?.() === 0;

/** The two shells that are called sh on most nodes; all in the slow configuration. */
export const shells: Record<string, string[]> = {
  dash: ["dash"],
  "busybox ash": isRoot && has("busybox", "unshare") ? busyboxAlone() : ["busybox", "sh"],
  ...(process.env["EVERY_SHELL"] && {
    "bash --posix": ["bash", "--posix"],
    mksh: ["mksh"],
    yash: ["yash"],
    posh: ["posh"],
  }),
};

/** Prints, when a test file has ended, how many of its tests ran under which shell. */
export function countByShell(): void {
  const passed = new Map<string, number>(Object.keys(shells).map((shell) => [shell, 0]));
  afterEach(({ task }) => {
    const names = [task.name, task.suite?.name ?? ""];
    const shell = [...passed.keys()].find((name) => names.some((text) => text.includes(name)));
    if (shell !== undefined && task.result?.state !== "fail") passed.set(shell, passed.get(shell)! + 1);
  });
  afterAll(() => console.log([...passed].map(([shell, count]) => `${shell}: ${count}`).join(", ")));
}

/** Is a command there? In CI a missing one is a failure, elsewhere the test is skipped with its name. */
export function has(...commands: string[]): boolean {
  const missing = commands.filter((command) => spawnSync("sh", ["-c", `command -v ${command}`]).status !== 0);
  if (missing.length > 0 && process.env["CI"]) throw new Error(`not installed: ${missing.join(", ")}`);
  return missing.length === 0;
}

if (!isRoot && process.env["CI"]) throw new Error("the collector tests need root in CI");

/** A test that needs root and some commands; skipped, saying so, where they are not there. */
export function labTest(name: string, commands: string[], body: () => Promise<void> | void, timeout = 60_000): void {
  if (isRoot && has(...commands)) test(name, body, timeout);
  else test.skip(`${name} [needs root and ${commands.join(", ")}]`, body);
}

export interface Run {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: Buffer;
  stderr: string;
}

/** Runs a command; `during` gets the process, to send it signals. */
export function run(
  argv: string[],
  options: SpawnOptions & { input?: Buffer } = {},
  during?: (child: ReturnType<typeof spawn>) => void,
): Promise<Run> {
  const { input, ...rest } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0]!, argv.slice(1), { stdio: [input ? "pipe" : "ignore", "pipe", "pipe"], ...rest });
    const out: Buffer[] = [];
    let stderr = "";
    child.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString("latin1")));
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout: Buffer.concat(out), stderr }));
    if (input) child.stdin?.end(input);
    during?.(child);
  });
}

export interface FileRecord {
  source: string;
  path: string;
  status: string;
  reason: string | null;
  size: number;
  mtime: number;
  bytes: number;
}

export interface Step {
  id: string;
  kind: string;
  path: string;
  command: string;
  status: string;
  reason: string | null;
  exit: number | null;
  start: number;
  end: number;
  bytes: number;
  sha256?: string;
  stderr?: string;
  errors: { path: string; op: string; errno: string }[];
  stuck: { pid: number; state: string; command: string; wchan: string | null; on: string | null; ended: boolean }[];
  files: FileRecord[];
}

export interface Manifest {
  format: string;
  version: number;
  host: string;
  collectedAt: string;
  start: { uptime: number; bootId: string } | null;
  end: { uptime: number } | null;
  complete: boolean;
  interrupted: string | null;
  steps: Step[];
}

/** The members of a bundle, or of any prefix of one. Names are byte strings (Latin-1). */
export class Members extends Map<string, Buffer> {
  static of(bundle: Buffer): Members {
    const members = new Members();
    const zipped = bundle[0] === 0x1f && bundle[1] === 0x8b;
    const tar = zipped ? gunzipSync(bundle, { finishFlush: constants.Z_SYNC_FLUSH }) : bundle;
    let longName: string | undefined;
    for (let at = 0; at + 512 <= tar.length;) {
      const header = tar.subarray(at, at + 512);
      if (header[0] === 0) break;
      const text = (from: number, to: number): string => header.toString("latin1", from, to).replace(/\0.*$/s, "");
      const size = parseInt(text(124, 136), 8);
      let sum = 0;
      for (let i = 0; i < 512; i++) sum += i >= 148 && i < 156 ? 32 : header[i]!;
      if (sum !== parseInt(text(148, 156), 8)) throw new Error(`bad tar header at ${at}`);
      const data = tar.subarray(at + 512, at + 512 + size);
      if (data.length < size) break;
      at += 512 + Math.ceil(size / 512) * 512;
      if (header.toString("latin1", 156, 157) === "L") longName = data.toString("latin1").replace(/\0$/, "");
      else {
        members.set(longName ?? text(0, 100), data);
        longName = undefined;
      }
    }
    return members;
  }

  manifest(): Manifest {
    return JSON.parse(this.text("manifest.json")) as Manifest;
  }

  text(name: string): string {
    const member = this.get(name);
    if (!member) throw new Error(`no member ${name}`);
    return member.toString("latin1");
  }

  step(id: string): Step {
    const step = this.manifest().steps.find((candidate) => candidate.id === id);
    if (!step) throw new Error(`no step ${id}`);
    return step;
  }
}

export function temporary(name: string): string {
  return mkdtempSync(join(tmpdir(), `collector-${name}-`));
}

export function write(root: string, path: string | Buffer, content: string | Buffer, mtime?: number): void {
  const full = typeof path === "string" ? join(root, path) : Buffer.concat([Buffer.from(`${root}/`), path]);
  mkdirSync(typeof full === "string" ? dirname(full) : full.subarray(0, full.lastIndexOf(0x2f)), { recursive: true });
  writeFileSync(full, content);
  if (mtime !== undefined) utimesSync(full, mtime, mtime);
}

export const layer = (n: number): string => n.toString(16).padStart(64, "0");
export const containerId = "3f5644846cc4c04221618ebe94e017550783d17915a6d79927b5ab541249a754";
export const podUid = "c0f77be12d1bf28aaecf7cc373a774b6";

/** A small card: docker with three layers and a container, pod logs of the old and the new layout, an etc. */
export function makeCard(root: string): void {
  const docker = "var/lib/docker";
  for (const n of [1, 2, 3]) {
    write(root, `${docker}/overlay2/${layer(n)}/link`, `LINK${n}`);
    mkdirSync(join(root, docker, "overlay2", layer(n), "diff"));
    if (n > 1) write(root, `${docker}/overlay2/${layer(n)}/lower`, `l/LINK${n - 1}`);
    mkdirSync(join(root, docker, "overlay2/l"), { recursive: true });
    symlinkSync(`../${layer(n)}/diff`, join(root, docker, "overlay2/l", `LINK${n}`));
  }
  const mounts = `${docker}/image/overlay2/layerdb/mounts/${containerId}`;
  write(root, `${mounts}/mount-id`, layer(3));
  write(root, `${mounts}/init-id`, `${layer(3)}-init`);
  write(root, `${mounts}/parent`, `sha256:${layer(9)}`);
  write(root, `${docker}/image/overlay2/layerdb/sha256/${layer(9)}/cache-id`, layer(2));
  const container = `${docker}/containers/${containerId}`;
  write(root, `${container}/config.v2.json`, `{"ID":"${containerId}","Config":{"Env":["A=1","B=x\\"]y"],"Image":"i"}}`);
  write(root, `${container}/hostconfig.json`, "{}");
  write(root, `${container}/${containerId}-json.log`, '{"log":"one\\n","stream":"stdout"}\n');
  write(root, `var/log/pods/${podUid}/kube-apiserver_0.log`, '{"log":"old layout\\n"}\n');
  write(root, "var/log/pods/kube-system_etcd-k1_0a1b/etcd/0.log", "2026-03-02T05:41:12Z stderr F new layout\n");
  write(root, "etc/os-release", "ID=raspbian\n");
  write(root, "etc/kubernetes/manifests/etcd.yaml", "spec:\n  containers:\n  - name: etcd\n");
  write(root, "var/log/syslog", "Mar  2 05:41:12 k1 kernel: hello\n");
}

/** Runs the collector on a card. The script is read from stdin, as over ssh; posh knows no -s. */
export async function collectCard(shell: string[], root: string, ...options: string[]): Promise<Run> {
  if (shell[0] === "posh") return run([...shell, collector, "--root", root, ...options]);
  return run([...shell, "-s", "--", "--root", root, ...options], { input: readFileSync(collector) });
}

export const remove = (path: string): void => rmSync(path, { recursive: true, force: true });

/** Staging directories of a collector that is not running any more. */
export function leftovers(): string[] {
  return ["/run", "/dev/shm", "/tmp"].flatMap((base) =>
    spawnSync("find", [base, "-maxdepth", "1", "-name", "coldcase.*"], { encoding: "utf8" })
      .stdout.split("\n")
      .filter((path) => /\.\d+\.\d+$/.test(path) && !existsSync(`/proc/${path.split(".")[1]}`)),
  );
}
