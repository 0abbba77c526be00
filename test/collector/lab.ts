/** What the tests of collect.sh share: a card to read, and a reader of its bundles. The shells are in shells.ts. */
import { spawn, type SpawnOptions } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
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

export const collector = fileURLToPath(new URL("../../collector/collect.sh", import.meta.url));

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
  /** Of a file taken as it is. */
  sizeAfter?: number;
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
  wall: number | null;
  bytes: number;
  sha256?: string | null;
  stderr?: string;
  errors: { path: string; op: string; errno: string }[];
  stuck: {
    pid: number;
    state: string;
    command: string;
    wchan: string | null;
    stack: string | null;
    on: string | null;
    ended: boolean;
  }[];
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

const STAGE = /^coldcase\.\d+\.\d+$/;

/** By names only: a mount of another test that never answers may stand beside them, and holds whoever asks it. */
function abandoned(): string[] {
  return ["/run", "/dev/shm", "/tmp"].flatMap((base) =>
    readdirSync(base)
      .filter((name) => STAGE.test(name) && !existsSync(`/proc/${name.split(".")[1]}`))
      .map((name) => join(base, name))
      // Others run at the same time: what ended between the two looks has removed its own.
      .filter((path) => existsSync(path)),
  );
}

const before = new Set(abandoned());

/** Staging directories of a collector that is not running any more, but for those that were there before the tests. */
export const leftovers = (): string[] => abandoned().filter((path) => !before.has(path));

/** The lines of a run, but for those of what runs before it left on this machine: tests that were killed do, too. */
export const linesOf = (shown: string): string[] =>
  shown.split(/\r?\n/).filter((line) => !line.startsWith("a run that was killed left "));

/** The names of the members, but for what journalctl says, which busybox has not. */
export const comparable = (bundle: Buffer): string[] =>
  [...Members.of(bundle).keys()].filter((name) => !/^journal\/(boots|tail)/.test(name));
