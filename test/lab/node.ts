/**
 * A container node to break: a real dockerd on a real ext4 in an image file, in namespaces of its own. Everything that
 * runs on the node is a child of the first process of its process namespace, and everything mounted is in its mount
 * namespace. When that process ends (at the latest when its stdin closes, because the test died), the kernel ends the
 * rest, unmounts the filesystem and lets go of the loop device. To the node that is a power cut.
 */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { collector, Members, remove, run, temporary, type Run } from "../collector/lab.ts";

/** The node's own view of the files of the machine: programs and libraries, and nothing that this machine has stored. */
const BOOT = String.raw`
read -r pid _ </proc/self/stat
mount -t proc proc /proc
hostname lab-k1
ip link set lo up
keep=$(cd /etc && tar -cf - passwd group nsswitch.conf ld.so.conf ld.so.conf.d ld.so.cache alternatives mke2fs.conf | base64)
for place in /etc /run /root /home /boot; do mount -t tmpfs -o mode=755 tmpfs $place; done
printf '%s' "$keep" | base64 -d | tar -xf - -C /etc
echo lab-k1 >/etc/hostname
echo UTC >/etc/timezone
losetup $device $image && mount -o noatime,errors=continue $device /var && losetup -d $device || exit
mkdir -p /var/log /var/tmp
ln -sfn /run /var/run
echo up $pid
cat
`;

const IN_GROUP = 'echo $$ >"$0/cgroup.procs" && "$@"; code=$?; times >&2; exit $code';

export class LabNode {
  readonly directory = temporary("node");
  readonly image = join(this.directory, "card.img");
  readonly device = freeDevice();
  #first: ChildProcess | null = null;
  #pid = 0;

  constructor() {
    must("truncate", "-s", "192M", this.image);
    must("mkfs.ext4", "-q", "-L", "lab", this.image);
  }

  /** Switches the node on: mounts the card and starts dockerd, and waits until it answers. */
  async boot(): Promise<void> {
    const { image, device } = this;
    const flags = ["--mount", "--pid", "--uts", "--net", "--ipc", "--fork", "--kill-child", "--propagation", "private"];
    const first = spawn("unshare", [...flags, "sh", "-c", BOOT], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { PATH: process.env["PATH"], image, device },
    });
    this.#first = first;
    this.#pid = await new Promise((resolve, reject) => {
      let said = "";
      first.stderr!.on("data", (chunk: Buffer) => (said += chunk.toString()));
      first.stdout!.on("data", (chunk: Buffer) => {
        const up = /^up (\d+)$/m.exec(chunk.toString());
        if (up) resolve(Number(up[1]));
      });
      first.on("exit", () => reject(new Error(`the node does not boot: ${said}`)));
    });
    const options = "--bridge=none --iptables=false --ip6tables=false --storage-driver overlay2";
    this.must(`busybox syslogd; (dockerd ${options} 2>&1 | busybox logger -t dockerd) </dev/null >/dev/null 2>&1 &`);
    for (let tries = 0; (await this.run("docker version")).code !== 0; tries++) {
      if (tries > 100) throw new Error(`dockerd does not answer: ${this.must("tail -n 5 /var/log/messages")}`);
      await sleep(200);
    }
  }

  /** Cuts the power: every process of the node is gone at once, and its card is free again. */
  async cut(): Promise<void> {
    const first = this.#first;
    if (!first) return;
    this.#first = null;
    const gone = first.exitCode !== null || new Promise((resolve) => first.once("exit", resolve));
    first.stdin!.end();
    await gone;
    for (let tries = 0; attached(this.device); tries++) {
      if (tries > 100) throw new Error(`${this.device} is still in use`);
      await sleep(100);
    }
  }

  /** Ends it all, whatever state it is in. */
  async close(): Promise<void> {
    await this.cut();
    remove(this.directory);
  }

  #inside(script: string): string[] {
    return ["nsenter", "-t", String(this.#pid), "-m", "-p", "-u", "-n", "-i", "sh", "-c", script];
  }

  /** Runs a script on the node. */
  run(script: string, input?: Buffer): Promise<Run> {
    return run(this.#inside(script), input ? { input } : {});
  }

  /** Runs a script on the node that has to succeed; its output. */
  must(script: string): string {
    const [command, ...args] = this.#inside(script);
    return must(command!, ...args);
  }

  /**
   * What collect.sh makes of the node, read from stdin as over ssh.
   * @param cgroup the directory of a control group that it runs in; then the last line of stderr is its time on the CPU
   */
  async collect(cgroup?: string): Promise<{ run: Run; members: Members }> {
    const enter = cgroup === undefined ? [] : ["sh", "-c", IN_GROUP, cgroup];
    const result = await run([...enter, ...this.#inside("sh -s")], { input: readFileSync(collector) });
    return { run: result, members: Members.of(result.stdout) };
  }

  /** Changes the card while the node is off. */
  debugfs(request: string): string {
    return must("debugfs", "-w", "-R", request, this.image);
  }
}

/** Runs a command that has to succeed; its output. */
export function must(command: string, ...args: string[]): string {
  const result = spawnSync(command, args, { encoding: "utf8", timeout: 240_000, stdio: ["ignore", "pipe", "pipe"] });
  if (result.status !== 0) throw new Error(`${command} ${args.join(" ")}: ${result.stderr || String(result.error)}`);
  return result.stdout.trimEnd();
}

function attached(device: string): boolean {
  return spawnSync("losetup", [device], { stdio: "ignore" }).status === 0;
}

/** A loop device that the kernel's log does not speak of yet, so that each of its lines there is about this node. */
function freeDevice(): string {
  const log = must("dmesg");
  let number = 40;
  while (log.includes(`loop${number}`) || attached(`/dev/loop${number}`)) number++;
  return `/dev/loop${number}`;
}
