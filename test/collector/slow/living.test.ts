/** A node goes on while it is read: logs grow and are rotated, a collector is killed. And what the collector changes. */
import { randomBytes } from "node:crypto";
import { appendFileSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { spawnSync, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { collectCard, collector, makeCard, Members, remove, run, temporary, write } from "../lab.ts";
import { labTest, underEachShell } from "../shells.ts";

function card(): string {
  const root = temporary("living");
  makeCard(root);
  return root;
}

const CHANGES =
  "trace=open,openat,creat,mkdir,mkdirat,unlink,unlinkat,rmdir,rename,renameat,renameat2,link,linkat,symlink,symlinkat," +
  "mknod,mknodat,chmod,fchmodat,chown,lchown,fchownat,truncate,utimensat,mount,umount2,sync,syncfs,fsync,fdatasync," +
  "setxattr,kill,tgkill,reboot";

/** The calls of a trace that change something, but for devices and for the SIGCHLD that mksh sends itself. */
function changes(trace: string): string[] {
  return trace
    .split("\n")
    .map((line) => line.replace(/^(\[pid +\d+\]|\d+) +/, ""))
    .filter((line) => /^[a-z_0-9]+\(/.test(line))
    .filter((line) => !/^open(at)?\(/.test(line) || /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC/.test(line))
    .filter((line) => !/^kill\(\d+, (0|SIGCHLD)[) ]|"\/dev\/(null|tty)"/.test(line));
}

/** Does it in the middle of a file's first piece: the pipe holds back the collector, which has not read the second one yet. */
function inTheMiddle(child: ChildProcess, change: () => void): void {
  let seen = 0;
  child.stdout!.on("data", (chunk: Buffer) => {
    const before = seen;
    seen += chunk.length;
    if (before <= 700_000 && seen > 700_000) change();
  });
}

underEachShell((shell) => {
  test("hard case 14 (real: a log that grows): what a header promised is in the bundle, and the growth is told", async () => {
    const root = card();
    const source = join(root, "var/log/pods/ns_grow_0a/c/0.log");
    const content = `${randomBytes(2_400_000).toString("base64").replace(/.{99}/g, "$&\n")}\n`;
    write(root, "var/log/pods/ns_grow_0a/c/0.log", content);
    const result = await run([...shell.argv, collector, "--root", root], {}, (child) =>
      inTheMiddle(child, () => appendFileSync(source, "one line more\n")),
    );
    expect(result.code, result.stderr).toBe(0);
    const members = Members.of(result.stdout);
    const file = members.step("pod-log").files.find((one) => one.source === source)!;
    expect(file).toMatchObject({ status: "ok", bytes: file.size });
    expect(members.get(file.path)?.equals(readFileSync(source).subarray(0, file.size))).toBe(true);
    expect(file).toMatchObject({ size: content.length, sizeAfter: content.length + "one line more\n".length });
    remove(root);
  }, 120_000);

  test("hard case 14 (real: a journal rotated while it is copied): the rest is zeros, and the change is told", async () => {
    const root = card();
    const source = join(root, "var/log/journal/0f3c/system.journal");
    const content = randomBytes(5_000_000);
    write(root, "var/log/journal/0f3c/system.journal", content, 1_700_000_000);
    const result = await run([...shell.argv, collector, "--root", root], {}, (child) =>
      inTheMiddle(child, () => {
        renameSync(source, `${source.slice(0, -".journal".length)}@0.gone`);
        writeFileSync(source, "new");
      }),
    );
    expect(result.code, result.stderr).toBe(0);
    const members = Members.of(result.stdout);
    const [file] = members.step("journal-file").files;
    expect(file).toMatchObject({ source, status: "ok", size: content.length, sizeAfter: 3 });
    const copied = members.get(file!.path)!;
    expect(copied).toHaveLength(content.length);
    expect(copied.subarray(0, 2_097_152).equals(content.subarray(0, 2_097_152))).toBe(true);
    expect(copied.subarray(2_097_152).equals(Buffer.alloc(content.length - 2_097_152))).toBe(true);
    expect(members.manifest().complete).toBe(true);
    remove(root);
  }, 120_000);

  test("hard case 19 (real: a run after one that was killed): it names what that one left, and does not touch it", async ({
    onTestFinished,
  }) => {
    const root = card();
    let first = 0;
    // Not asking whether the process is there: its number may be another's by then.
    const mine = (): string[] =>
      ["/run", "/dev/shm", "/tmp"].flatMap((base) =>
        readdirSync(base)
          .filter((name) => name.startsWith(`coldcase.${first}.`))
          .map((name) => join(base, name)),
      );
    const killed = await run([...shell.argv, collector, "--root", root], { detached: true }, (child) => {
      first = child.pid!;
      child.stdout!.once("data", () => process.kill(-first, "SIGKILL"));
    });
    expect(killed.signal).toBe("SIGKILL");
    const left = mine();
    expect(left).toHaveLength(1);
    onTestFinished(() => left.forEach(remove));
    // Others may choose such names too: a link, a name that would write to the terminal.
    const outside = temporary("outside");
    write(outside, "kept", "kept");
    const strange = [`/tmp/coldcase.0.${first}`, `/tmp/coldcase.0.${first}\u001b[2J`];
    strange.forEach((path) => symlinkSync(outside, path));
    onTestFinished(() => [outside, ...strange].forEach(remove));
    const second = await collectCard(shell.argv, root);
    expect(second.code).toBe(0);
    expect(second.stderr.split("\n")).toContain(`a run that was killed left ${left[0]}`);
    expect(second.stderr).not.toContain("\u001b");
    expect(mine()).toEqual(left);
    expect(readdirSync(outside)).toEqual(["kept"]);
    remove(root);
  }, 120_000);

  labTest("it changes nothing but what is its own: no write, no sync, no signal elsewhere", ["strace"], async () => {
    const root = card();
    const lab = temporary("trace");
    const before = spawnSync("find", [root, "-printf", "%p %s %m %T@ %C@\n"], { encoding: "utf8" }).stdout;
    const trace = join(lab, "trace");
    const result = await run([
      "strace",
      "-f",
      "-y",
      "-o",
      trace,
      "-e",
      CHANGES,
      ...shell.argv,
      collector,
      "--root",
      root,
    ]);
    expect(result.code, result.stderr).toBe(0);
    expect(spawnSync("find", [root, "-printf", "%p %s %m %T@ %C@\n"], { encoding: "utf8" }).stdout).toBe(before);
    const made = changes(readFileSync(trace, "latin1"));
    // What mounts the root directory of busybox is not of the script.
    const own = made.slice(made.findLastIndex((line) => line.startsWith("mount(")) + 1);
    // By its name, or by the name of the directory that it is in.
    const staged = /^\w+\((AT_FDCWD(<[^>]*>)?, )?["\d]+<?\/(run|dev\/shm|tmp)\/coldcase\.\d+\.\d+["/>]/;
    expect(own.filter((line) => !staged.test(line))).toEqual([]);
    expect(own.length).toBeGreaterThan(100);
    remove(root);
    remove(lab);
  });
});
