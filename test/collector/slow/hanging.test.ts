/** Things that never answer, for real: a FUSE mount without replies (state D), a daemon that only accepts. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chmodSync, closeSync, openSync, readSync, writeFileSync, writeSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { collector, has, labTest, leftovers, makeCard, Members, remove, run, temporary } from "../lab.ts";

/** Mounts a filesystem that answers the first request and takes, but never answers, all others. */
function silentMount(directory: string): () => void {
  const fuse = openSync("/dev/fuse", "r+");
  const options = "fd=3,rootmode=40000,user_id=0,group_id=0";
  const mounted = spawnSync("mount", ["-i", "-t", "fuse", "-o", options, "silent", directory], {
    stdio: ["ignore", "ignore", "pipe", fuse],
  });
  if (mounted.status !== 0) throw new Error(mounted.stderr.toString());
  const request = Buffer.alloc(1 << 17);
  readSync(fuse, request, 0, request.length, null);
  const reply = Buffer.alloc(80);
  reply.writeUInt32LE(80, 0);
  request.copy(reply, 8, 8, 16);
  reply.writeUInt32LE(7, 16);
  reply.writeUInt32LE(31, 20);
  reply.writeUInt32LE(4096, 36);
  writeSync(fuse, reply);
  // A request that was read can no longer be interrupted: who made it sleeps in state D.
  const reader: ChildProcess = spawn("sh", ["-c", "while dd bs=128k count=1 <&3 >/dev/null 2>&1; do :; done"], {
    stdio: ["ignore", "ignore", "ignore", fuse],
  });
  closeSync(fuse);
  return () => {
    reader.kill("SIGKILL");
    spawnSync("umount", ["-l", directory]);
  };
}

labTest(
  "hard case 2 (real: state D on a FUSE mount): it is left behind, named, and its mount not touched again",
  ["mount"],
  async () => {
    const root = temporary("silent");
    makeCard(root);
    const directory = join(root, "var/lib/docker");
    const end = silentMount(directory);
    try {
      const began = Date.now();
      const result = await run(["dash", collector, "--root", root, "--total-time", "60"]);
      expect(Date.now() - began).toBeLessThan(65_000);
      const members = Members.of(result.stdout);
      const step = members.step("layerdb");
      expect(step.status).toBe("stuck");
      const on = expect.stringContaining(directory) as string;
      expect(step.stuck.at(-1)).toMatchObject({ state: "D", command: "ls", on, ended: false });
      expect(step.stuck.at(-1)!.wchan).toMatch(/\w/);
      for (const id of ["docker-config-v2", "overlay2-list", "overlay2-link-lower", "docker-json-log"])
        expect(members.step(id)).toMatchObject({
          status: "skipped",
          reason: `${directory} did not answer an earlier step`,
        });
      // The rest of the card is on another mount and is still collected.
      expect(members.step("pod-log").status).toBe("ok");
      expect(result.code).toBe(3);
      expect(leftovers()).toEqual([]);
    } finally {
      end();
      remove(root);
    }
  },
  120_000,
);

test("hard case 1 (real socket, stub client): one deadline for dockerd, then it is left alone", async () => {
  const lab = temporary("deaf");
  const socket = join(lab, "docker.sock");
  const server = createServer(() => {}).listen(socket);
  const client = has("docker")
    ? `exec ${spawnSync("sh", ["-c", "command -v docker"], { encoding: "utf8" }).stdout.trim()} -H unix://${socket} "$@"`
    : "sleep 600";
  writeFileSync(join(lab, "docker"), `#!/bin/sh\n${client}\n`);
  chmodSync(join(lab, "docker"), 0o755);
  const result = await run(["dash", collector], { env: { ...process.env, PATH: `${lab}:${process.env["PATH"]}` } });
  server.close();
  const steps = Members.of(result.stdout).manifest().steps;
  const docker = steps.filter((step) => /^docker-(version|ps|ps-json|info|inspect|logs-error)$/.test(step.id));
  expect(docker.map((step) => step.status)).toEqual(["timed-out", ...Array<string>(5).fill("skipped")]);
  expect(docker[1]!.reason).toBe("docker did not answer an earlier step");
  const spent = steps
    .filter((step) => step.command.includes("docker"))
    .reduce((sum, step) => sum + step.end - step.start, 0);
  expect(spent).toBeLessThan(32);
  expect(result.code).toBe(3);
  remove(lab);
}, 120_000);

test("hard cases 2 and 8 (stub): dmesg ignores TERM, journalctl never ends; both are ended, the rest is there", async () => {
  const lab = temporary("deaf");
  const stubs = {
    dmesg: "trap '' TERM; while :; do sleep 1; done",
    journalctl: "echo 'Mar 02 05:41:12 k1 kernel: last line'; while :; do sleep 1; done",
  };
  for (const [name, body] of Object.entries(stubs)) {
    writeFileSync(join(lab, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(lab, name), 0o755);
  }
  const result = await run(["dash", collector, "--total-time", "110"], {
    env: { ...process.env, PATH: `${lab}:${process.env["PATH"]}` },
  });
  const members = Members.of(result.stdout);
  expect(members.step("kernel-log").status).toBe("timed-out");
  expect(members.step("journal-boots").status).toBe("timed-out");
  expect(members.text("journal/boots.txt")).toContain("last line");
  expect(members.step("mounts").status).toBe("ok");
  expect(members.manifest().end).not.toBeNull();
  expect(leftovers()).toEqual([]);
  remove(lab);
}, 180_000);
