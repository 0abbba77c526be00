/** Things that never answer, for real: a FUSE mount without replies (state D), a daemon that only accepts. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { mirrorMount, silentMount } from "../fuse.ts";
import {
  collectCard,
  collector,
  has,
  labTest,
  layer,
  leftovers,
  makeCard,
  Members,
  remove,
  run,
  shells,
  temporary,
} from "../lab.ts";

labTest(
  "hard case 2 (real: state D on a FUSE mount): it is left behind, named, and its mount not touched again",
  ["mount"],
  async () => {
    const root = temporary("silent");
    makeCard(root);
    const directory = join(root, "var/lib/docker");
    const end = silentMount(directory);
    // Also when the test is over because its time is.
    onTestFinished(() => {
      end();
      remove(root);
    });
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
  },
  120_000,
);

describe("hard case 3 (real: a FUSE mount where one layer never answers)", () => {
  for (const name of ["dash", "busybox ash", "mksh"])
    labTest(
      `${name}: the other layers are listed, the stuck one is named`,
      ["mount", shells[name]![0]!],
      async () => {
        const root = temporary("layer");
        const source = temporary("source");
        makeCard(source);
        mkdirSync(join(root, "var/lib/docker"), { recursive: true });
        const end = mirrorMount(join(source, "var/lib/docker"), join(root, "var/lib/docker"), (path) =>
          path.startsWith(`overlay2/${layer(2)}`),
        );
        onTestFinished(() => {
          end();
          remove(root);
          remove(source);
        });
        const result = await collectCard(shells[name]!, root);
        const members = Members.of(result.stdout);
        const step = members.step("overlay2-list");
        expect(step.status).toBe("timed-out");
        expect(step.stuck).toEqual([
          expect.objectContaining({ on: expect.stringContaining(layer(2)) as string, ended: true }),
        ]);
        for (const n of [1, 3]) expect(members.text("overlay2/list.txt")).toContain(`/overlay2/${layer(n)}:\ntotal`);
        const names = members.text("overlay2/link-lower.txt");
        expect(names).toContain("LINK1");
        expect(names).toContain("LINK3");
        expect(names).not.toContain("LINK2\n\n==>");
        expect(members.text("docker/layerdb.txt")).toContain(layer(3));
        expect(result.code).toBe(3);
        expect(leftovers()).toEqual([]);
      },
      120_000,
    );
});

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
