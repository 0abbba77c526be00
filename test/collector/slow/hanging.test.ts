/** Things that never answer, for real: a FUSE mount without replies (state D), a daemon that only accepts. */
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mirrorMount, silentMount } from "../fuse.ts";
import { collector, layer, leftovers, makeCard, Members, remove, run, temporary, write } from "../lab.ts";
import { has, labTest, place, replacing, stubs, underEachShell, withStubs } from "../shells.ts";

/** Accepts and reads, and never says anything. @returns how often it was asked, and its end */
async function deafDaemon(where: string | number): Promise<{ port: number; asked: () => number; end: () => void }> {
  const callers: Socket[] = [];
  const server = createServer((caller) => callers.push(caller.resume().on("error", () => {})));
  await new Promise<void>((resolve) => server.listen(where as string, resolve));
  const end = (): void => {
    callers.forEach((caller) => caller.destroy());
    server.close();
  };
  const address = server.address() as AddressInfo | string;
  return { port: typeof address === "string" ? 0 : address.port, asked: () => callers.length, end };
}

underEachShell((shell) => {
  labTest(
    "hard case 2 (real: state D on a FUSE mount): it is left behind, named, and its mount not touched again",
    ["mount"],
    async ({ onTestFinished }) => {
      const root = temporary("silent");
      makeCard(root);
      const directory = join(root, "var/lib/docker");
      const end = silentMount(directory);
      // Also when the test is over because its time is.
      onTestFinished(async () => {
        await end();
        remove(root);
      });
      const began = Date.now();
      const result = await run([...shell.argv, collector, "--root", root, "--total-time", "90"]);
      expect(Date.now() - began).toBeLessThan(180_000);
      const members = Members.of(result.stdout);
      // The first that looks at it: is it a link?
      const step = members.step("docker-root");
      expect(step.status).toBe("stuck");
      const on = expect.stringContaining(directory) as string;
      expect(step.stuck.at(-1)).toMatchObject({
        state: "D",
        command: expect.stringMatching(/sh$/),
        on,
        ended: false,
      });
      expect(step.stuck.at(-1)!.wchan).toMatch(/fuse|request_wait/);
      expect(step.stuck.at(-1)!.stack).toMatch(/request_wait_answer|fuse_\w+/);
      for (const id of ["layerdb", "docker-config-v2", "overlay2-list", "overlay2-link-lower", "docker-json-log"])
        expect(members.step(id)).toMatchObject({
          status: "skipped",
          reason: `${directory} did not answer an earlier step`,
        });
      // The rest of the card is on another mount and is still collected.
      expect(members.step("pod-log").status).toBe("ok");
      expect(result.code).toBe(3);
      expect(leftovers()).toEqual([]);
    },
    400_000,
  );

  labTest(
    "hard case 2 (real: state D of df on a FUSE mount): only what would ask that mount again is skipped",
    ["mount"],
    async ({ onTestFinished }) => {
      const directory = temporary("silent");
      const end = silentMount(directory);
      onTestFinished(async () => {
        await end();
        remove(directory);
      });
      const result = await run([...shell.argv, collector, "--max-mb", "0", "--total-time", "150"]);
      const members = Members.of(result.stdout);
      expect(members.step("df")).toMatchObject({
        status: "stuck",
        stuck: [{ state: "D", command: "df", ended: false }],
      });
      expect(members.step("df-inodes")).toMatchObject({
        status: "skipped",
        reason: "df did not answer an earlier step",
      });
      const { steps } = members.manifest();
      const later = steps.slice(steps.findIndex(({ id }) => id === "df-inodes") + 1);
      expect(later.filter(({ reason }) => reason?.includes("live"))).toEqual([]);
      expect(members.step("network-addresses").status).toBe("ok");
      expect(members.step("clock-end").status).toBe("ok");
      expect(result.code).toBe(3);
    },
    400_000,
  );

  labTest(
    "hard case 3 (real: a FUSE mount where one layer never answers): the others are listed, the stuck one is named",
    ["mount"],
    async ({ onTestFinished }) => {
      const root = temporary("layer");
      const source = temporary("source");
      makeCard(source);
      mkdirSync(join(root, "var/lib/docker"), { recursive: true });
      const end = mirrorMount(join(source, "var/lib/docker"), join(root, "var/lib/docker"), (path) =>
        path.startsWith(`overlay2/${layer(2)}`),
      );
      onTestFinished(async () => {
        await end();
        remove(root);
        remove(source);
      });
      const result = await run([...shell.argv, collector, "--root", root]);
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
    400_000,
  );

  test(
    "hard case 1 (real socket, stub client where docker cannot run): one deadline for dockerd, then it is left alone",
    { timeout: 400_000 },
    async ({ onTestFinished }) => {
      const lab = temporary("deaf");
      const real = shell.name !== "busybox ash" && has("docker");
      const daemon = await deafDaemon(real ? join(lab, "docker.sock") : 0);
      const docker = real
        ? `exec ${place("docker")} -H unix://${lab}/docker.sock "$@"`
        : `sleep 600 | nc 127.0.0.1 ${daemon.port}`;
      const directory = stubs({ docker });
      onTestFinished(() => {
        daemon.end();
        remove(lab);
        remove(directory);
      });
      const result = await run([...shell.argv, collector, "--max-mb", "1"], { env: withStubs(directory) });
      const members = Members.of(result.stdout);
      const { steps } = members.manifest();
      const asked = steps.filter((step) => /^docker-(version|ps|ps-json|info|inspect|logs-error)$/.test(step.id));
      expect(asked.map((step) => step.status)).toEqual(["timed-out", ...Array<string>(5).fill("skipped")]);
      for (const step of asked.slice(1)) expect(step.reason).toBe("docker did not answer an earlier step");
      expect(daemon.asked()).toBeGreaterThan(0);
      // What needs no daemon is read all the same.
      expect(members.step("docker-root").status).toBe("ok");
      const spent = steps
        .filter((step) => step.command.includes("docker"))
        .reduce((sum, step) => sum + step.end - step.start, 0);
      // Two would be a minute.
      expect(spent).toBeLessThan(58);
      expect(result.code).toBe(3);
      expect(leftovers()).toEqual([]);
    },
  );

  test(
    "silent containerd and API server (real sockets): each is asked once, what needs them is skipped, the rest is there",
    { timeout: 400_000 },
    async ({ onTestFinished }) => {
      const lab = temporary("silent");
      // No crictl is to be had here: the client of containerd itself, or in a root of busybox nc, stands in for it.
      const real = shell.name !== "busybox ash" && has("ctr");
      const containerd = await deafDaemon(real ? join(lab, "containerd.sock") : 0);
      const crictl = real
        ? `exec ctr --address ${lab}/containerd.sock --timeout 8s version`
        : `sleep 600 | nc 127.0.0.1 ${containerd.port}`;
      const apiserver = await deafDaemon(0);
      const curl = `case "$*" in
  *:6443/*) ${real ? `exec curl -sSk -m 5 https://127.0.0.1:${apiserver.port}/livez` : `echo | nc -w 5 127.0.0.1 ${apiserver.port}; exit 28`} ;;
  *) exit 7 ;;
esac`;
      const directory = stubs({ crictl, curl: curl.replace("exec curl", `exec ${place("curl")}`) });
      onTestFinished(() => {
        containerd.end();
        apiserver.end();
        [lab, directory].forEach(remove);
      });
      const result = await run([...shell.argv, collector, "--max-mb", "1"], { env: withStubs(directory) });
      const members = Members.of(result.stdout);
      expect(members.step("crictl-version").status).toBe(real ? "failed" : "timed-out");
      for (const id of ["crictl-ps", "crictl-pods"])
        expect(members.step(id)).toMatchObject({ status: "skipped", reason: "cri did not answer an earlier step" });
      expect(containerd.asked()).toBeGreaterThan(0);
      // Snapshots are read from the disk.
      expect(members.step("containerd-snapshots").status).not.toBe("skipped");
      const health = members.step("apiserver-health");
      // nc says nothing where curl says why.
      expect(health.status, result.stderr).toBe(real ? "failed" : "empty");
      expect(health.exit).toBe(28);
      // Its own limit, not that of the step.
      expect(health.end - health.start).toBeLessThan(28);
      expect(apiserver.asked()).toBe(1);
      const { steps } = members.manifest();
      expect(steps.at(-1)).toMatchObject({ id: "clock-end", status: "ok" });
      expect(result.code).toBe(3);
      expect(leftovers()).toEqual([]);
    },
  );

  test(
    "hard case 2 (stub): dmesg ignores TERM: it is killed, and said to be timed out; the rest is there",
    { timeout: 400_000 },
    async () => {
      const directory = stubs({ dmesg: "trap '' TERM; while :; do sleep 1; done" });
      const result = await run([...replacing(shell, ["dmesg"]), collector, "--max-mb", "1", "--total-time", "80"], {
        env: withStubs(directory),
      });
      const members = Members.of(result.stdout);
      const step = members.step("kernel-log");
      expect(step.status).toBe("timed-out");
      expect(step.end - step.start).toBeLessThan(58);
      expect(step.stuck[0]).toMatchObject({ ended: true });
      expect(members.step("mounts").status).toBe("ok");
      expect(members.manifest().end).not.toBeNull();
      expect(result.code).toBe(3);
      expect(leftovers()).toEqual([]);
      remove(directory);
    },
  );

  test(
    "a line that takes no more bytes: given up after a minute, and nothing goes on behind it",
    { timeout: 400_000 },
    async ({ onTestFinished }) => {
      const card = temporary("stalled");
      makeCard(card);
      // More than a pipe holds, and nothing that gzip makes small.
      write(card, "var/log/journal/0f3c/system.journal", randomBytes(1_000_000));
      const child = spawn(shell.argv[0]!, [...shell.argv.slice(1), collector, "--root", card], {
        detached: true,
        stdio: ["ignore", "pipe", "pipe"],
      });
      onTestFinished(() => {
        child.stdout.destroy();
        remove(card);
      });
      let shown = "";
      child.stderr.on("data", (chunk: Buffer) => (shown += chunk.toString("latin1")));
      child.stdout.pause();
      const began = Date.now();
      const code = await new Promise((resolve) => child.on("exit", resolve));
      expect(Date.now() - began).toBeLessThan(180_000);
      expect(code).toBe(1);
      expect(spawnSync("pgrep", ["-g", String(child.pid), "-r", "R,S,D,T"]).stdout.toString()).toBe("");
      expect(shown).toContain("the output broke (stalled");
      expect(leftovers()).toEqual([]);
    },
  );

  test(
    "hard case 8 (stub): journalctl never ends: what it said is kept, and the files are taken from /var and /run",
    { timeout: 400_000 },
    async () => {
      const card = temporary("journal");
      makeCard(card);
      // Neither is whole.
      write(card, "var/log/journal/0f3c/system.journal", Buffer.from("LPKSHHRH\0\0\0"));
      write(card, "var/log/journal/0f3c/system@1.journal~", Buffer.alloc(70_000, "torn"));
      write(card, "run/log/journal/0f3c/system.journal", Buffer.alloc(9_000, "volatile"));
      const directory = stubs({
        journalctl: "echo 'Mar 02 05:41:12 k1 kernel: last line'; while :; do sleep 1; done",
      });
      const result = await run([...shell.argv, collector, "--root", card], { env: withStubs(directory) });
      const members = Members.of(result.stdout);
      expect(members.step("journal-boots").status).toBe("timed-out");
      expect(members.text("journal/boots.txt")).toContain("last line");
      expect(members.step("journal-text")).toMatchObject({
        status: "skipped",
        reason: "journalctl did not answer an earlier step",
      });
      const taken = members.step("journal-file").files.map((file) => [file.path, file.status, file.bytes]);
      expect(taken.sort()).toEqual([
        ["journal/run/log/journal/0f3c/system.journal", "ok", 9000],
        ["journal/var/log/journal/0f3c/system.journal", "ok", 11],
        ["journal/var/log/journal/0f3c/system@1.journal~", "ok", 70000],
      ]);
      expect(result.code).toBe(3);
      remove(card);
      remove(directory);
    },
  );
});
