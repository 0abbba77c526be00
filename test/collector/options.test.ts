/** How it is started: the script cut in transit, its options, and what it refuses. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { collectCard, collector, leftovers, linesOf, makeCard, Members, remove, run, temporary, write } from "./lab.ts";
import { PATIENCE, has, underEachShell } from "./shells.ts";

let root: string;
beforeAll(() => {
  root = temporary("options");
  makeCard(root);
});
afterAll(() => remove(root));

underEachShell((shell) => {
  const start = (...options: string[]) => run([...shell.argv, collector, ...options]);

  test("cut in transit it does nothing", { timeout: PATIENCE }, async () => {
    const lab = temporary("cut");
    const script = readFileSync(collector);
    for (let part = 1; part < 20; part++) {
      const cut = join(lab, `${part}.sh`);
      writeFileSync(cut, script.subarray(0, Math.floor((script.length * part) / 20)));
      expect((await run([...shell.argv, cut])).stdout).toHaveLength(0);
    }
    expect(leftovers()).toEqual([]);
    remove(lab);
  });

  test("it refuses a terminal, unknown options and an existing file", { timeout: PATIENCE }, async () => {
    if (has("script")) {
      const quoted = [...shell.argv, collector].map((word) => `'${word}'`).join(" ");
      const terminal = await run(["script", "-qec", quoted, "/dev/null"]);
      expect(terminal.code).toBe(2);
      expect(terminal.stdout.toString()).toContain("redirect stdout");
    }
    for (const wrong of [
      ["--no-such"],
      ["--since", "yesterday"],
      ["--since"],
      ["--max-mb", "x"],
      ["--total-time", ""],
      ["--root", "card"],
    ]) {
      const refused = await start(...wrong);
      expect(refused.code, wrong.join(" ")).toBe(2);
      expect(refused.stderr).toMatch(/^collect\.sh: \S.*\n$/);
      expect(refused.stdout).toHaveLength(0);
    }
    const taken = join(temporary("taken"), "k1.tar.gz");
    writeFileSync(taken, "mine");
    expect((await start("-o", taken, "--root", root)).code).toBe(1);
    expect(readFileSync(taken, "utf8")).toBe("mine");
  });

  test("--help names every option and the exit codes", async () => {
    const help = await start("--help");
    expect(help.code).toBe(0);
    for (const word of ["-o FILE", "--since", "--max-mb", "--total-time", "--root", "--plan", "--quiet", "exit: 0"])
      expect(help.stdout.toString()).toContain(word);
  });

  test("--quiet says nothing, and its bundle is complete", { timeout: PATIENCE }, async () => {
    const result = await start("--root", root, "--quiet");
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(Members.of(result.stdout).manifest().complete).toBe(true);
  });

  test(
    "progress: a line per step with its time, what was read and written, where the bundle is",
    { timeout: PATIENCE },
    async () => {
      const place = temporary("progress");
      const file = join(place, "k1.tar.gz");
      const result = await start("--root", root, "-o", file);
      const members = Members.of(readFileSync(file));
      const lines = linesOf(result.stderr.trimEnd());
      const steps = members.manifest().steps;
      expect(lines).toHaveLength(steps.length + 2);
      steps.forEach((step, i) => {
        const [name, status] = [`[${String(i + 1).padStart(3, "0")}-${step.id}]`, step.status];
        expect(lines[i]).toMatch(/ \([\d.]+ to [\d.]+ s\)$/);
        expect([`${name} ${status}`, `${name} slow`]).toContain(lines[i]!.split(" ").slice(0, 2).join(" "));
      });
      const size = readFileSync(file).length;
      expect(lines.at(-2)).toMatch(/^read \d+ kB, wrote \d+ kB; nothing else was written$/);
      expect(lines.at(-2)).toContain(`wrote ${Math.floor(size / 1000)} kB`);
      expect(lines.at(-1)).toBe(`${file}: ${size} bytes, complete: true; next, on the laptop: npx coldcase FILE`);
      expect(readdirSync(place)).toEqual(["k1.tar.gz"]);
      remove(place);
    },
  );

  test(
    "--plan names every step; it runs only what writes its own words, and opens none of what it names",
    { timeout: PATIENCE },
    async () => {
      const plan = await start("--plan");
      expect(plan.code).toBe(0);
      const text = plan.stdout.toString();
      for (const word of ["dmesg -r", "docker ps -a", "var/log/journal", "overlay2", "dumpe2fs -h"])
        expect(text).toContain(word);
      if (!has("strace")) return;
      const traced = await run(["strace", "-f", "-e", "trace=file,network", ...shell.argv, collector, "--plan"]);
      expect(traced.stdout.toString()).toBe(text);
      // What prepares the environment of the shell is not the script's, nor what the C library looks for.
      const traces = traced.stderr.slice(traced.stderr.indexOf('collect.sh", O_RDONLY'));
      const own = traces.replace(/^.*"\/(dev\/(null|tty)|sys\/fs\/selinux)".*\n/gm, "");
      expect(own.length).toBeGreaterThan(0);
      const commands = [...own.matchAll(/execve\("([^"]+)", \["([^"]+)".* = 0$/gm)].map((match) => match[2]!);
      expect(
        [...new Set(commands)].filter((name) => !["sed", "od", "tr", "grep", "printf", "kill"].includes(name)),
      ).toEqual([]);
      expect(own).not.toMatch(/O_CREAT|O_WRONLY|O_RDWR|mkdir|unlink|rename|socket\(|connect\(/);
      const named = /"\/(sys|dev\/sd|var\/l|boot|run\/|proc\/(?!self|filesystems|meminfo|stat))|etc\/(os-r|docker|k)/;
      expect(own.split("\n").filter((line) => named.test(line) && !line.includes("execve("))).toEqual([]);
    },
  );

  test("--total-time ends the run, and the rest is listed", { timeout: PATIENCE }, async () => {
    const result = await start("--root", root, "--total-time", "1");
    const manifest = Members.of(result.stdout).manifest();
    expect(manifest.complete).toBe(false);
    const first = manifest.steps.findIndex((step) => step.reason === "--total-time was used up");
    expect(first).toBeGreaterThanOrEqual(0);
    // The last one reads the clock, whatever happens.
    const isBegun = ({ status }: { status: string }): boolean => !/^(skipped|absent)$/.test(status);
    expect(manifest.steps.slice(first, -1).filter(isBegun)).toEqual([]);
    // By the node's own clock, however slow the machine is: with some seconds between the look at it and the step.
    const late = manifest.steps.slice(0, -1).filter((step) => isBegun(step) && step.start > manifest.start!.uptime + 6);
    expect(late).toEqual([]);
    expect(result.code).toBe(3);
  });

  test("--since leaves out older files", { timeout: PATIENCE }, async () => {
    const card = temporary("since");
    makeCard(card);
    write(card, "var/log/pods/old_old_1/c/0.log", "old\n", 1_500_000_000);
    const members = Members.of((await collectCard(shell.argv, card, "--since", "2d")).stdout);
    const files = members.step("pod-log").files;
    expect(files.find((file) => file.source.includes("old_old_1"))).toMatchObject({ reason: "older than --since" });
    expect(files.find((file) => file.source.includes("kube-apiserver_0"))).toMatchObject({ status: "ok" });
    expect(members.has("pods/var/log/pods/old_old_1/c/0.log")).toBe(false);
    remove(card);
  });

  test("--max-mb takes the newest journals first; what does not fit is listed", { timeout: PATIENCE }, async () => {
    const card = temporary("newest");
    makeCard(card);
    const journal = "var/log/journal/0f3c";
    mkdirSync(join(card, journal), { recursive: true });
    // The names sort in another order than the times.
    const ages = {
      "system@b.journal": 1_600_000_300,
      "system@a.journal~": 1_600_000_200,
      "system.journal": 1_600_000_100,
    };
    for (const [name, mtime] of Object.entries(ages)) write(card, `${journal}/${name}`, "x".repeat(900_000), mtime);
    const members = Members.of((await collectCard(shell.argv, card, "--max-mb", "2")).stdout);
    const files = members.step("journal-file").files;
    expect(files.map((file) => [file.source.split("/").at(-1), file.status, file.reason])).toEqual([
      ["system@b.journal", "ok", null],
      ["system@a.journal~", "ok", null],
      ["system.journal", "skipped", "over --max-mb"],
    ]);
    expect(members.has(`journal/${journal}/system.journal`)).toBe(false);
    expect(members.manifest().complete).toBe(true);
    remove(card);
  });
});
