/** What kills other collectors: damaged, full, read-only and hanging things, signals, cut streams, no tools. */
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  collectCard,
  collector,
  containerId,
  countByShell,
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
  write,
} from "./lab.ts";

let root: string;
let bundle: Buffer;
const available = Object.entries(shells).filter(([, argv]) => has(argv[0]!));
const quick = available.filter(([name]) => name === "dash" || name === "busybox ash");

countByShell();

/** The members of a bundle but for what journalctl says, which busybox has not. */
const comparable = (of: Buffer): string[] =>
  [...Members.of(of).keys()].filter((name) => !/^journal\/(boots|tail)/.test(name));

beforeAll(async () => {
  root = temporary("faults");
  makeCard(root);
  bundle = (await collectCard(["dash"], root)).stdout;
}, 60_000);
afterAll(() => remove(root));

/** A directory of commands that comes first in the search path. */
function stubs(commands: Record<string, string>): string {
  const directory = temporary("stubs");
  for (const [name, body] of Object.entries(commands)) {
    writeFileSync(join(directory, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(directory, name), 0o755);
  }
  return directory;
}

const withStubs = (directory: string) => ({ ...process.env, PATH: `${directory}:${process.env["PATH"]}` });

describe("hard case 4 (real): an ext4 image damaged with debugfs", () => {
  const lab = temporary("ext4");
  const mount = join(lab, "mnt");
  const planted: string[] = [];
  let ready = false;
  beforeAll(() => {
    if (process.getuid?.() !== 0 || !has("debugfs", "mkfs.ext4", "losetup")) return;
    const card = join(lab, "card");
    makeCard(card);
    mkdirSync(join(card, "var/lib/docker/overlay2", layer(4)));
    const image = join(lab, "image");
    const script = [
      `truncate -s 24M ${image}`,
      `mkfs.ext4 -q -d ${card} ${image}`,
      // An inode of mode 0 is what "structure needs cleaning" looks like on a real card.
      ...[`${layer(3)}/link`, `${layer(3)}/lower`, `${layer(2)}/lower`].map((path) => {
        planted.push(`${mount}/var/lib/docker/overlay2/${path}`);
        return `debugfs -w -R "sif /var/lib/docker/overlay2/${path} mode 0" ${image}`;
      }),
      `debugfs -w -R "sif /var/lib/docker/containers/${containerId}/config.v2.json mode 0" ${image}`,
      `debugfs -w -R "sif /var/lib/docker/overlay2/${layer(4)} mode 0" ${image}`,
      `mkdir ${mount}`,
      `mount -o loop,ro ${image} ${mount}`,
    ].join(" && ");
    const made = spawnSync("sh", ["-c", script], { encoding: "utf8" });
    ready = made.status === 0;
    if (!ready && process.env["CI"]) throw new Error(made.stderr);
  }, 60_000);
  afterAll(() => {
    spawnSync("umount", [mount]);
    remove(lab);
  });

  test.each(available)(
    "%s: path and errno of each, the siblings listed, no permission denied",
    async (_name, shell) => {
      if (!ready) return expect.unreachable("needs root, debugfs, mkfs.ext4 and loop devices");
      const result = await collectCard(shell, mount);
      const members = Members.of(result.stdout);
      const cleaning = (id: string) =>
        members.step(id).errors.filter((error) => error.errno === "Structure needs cleaning");
      const whole = `${mount}/var/lib/docker/overlay2/${layer(4)}`;
      expect(
        cleaning("overlay2-link-lower")
          .map((error) => error.path)
          // The ls of busybox names what it cannot stat even where no more than names were asked for.
          .filter((path) => path !== whole)
          .sort(),
      ).toEqual([...planted, `${whole}/link`, `${whole}/lower`].sort());
      const below = (path: string): string => path.replace(/^.*overlay2\//, "");
      expect(new Set(cleaning("overlay2-list").map((error) => below(error.path)))).toEqual(
        new Set([...planted, whole].map(below)),
      );
      // A shell's own pattern would drop this name without a word.
      expect(cleaning("docker-config-v2").map((error) => error.path)).toEqual([
        `${mount}/var/lib/docker/containers/${containerId}/config.v2.json`,
      ]);
      const listing = members.text("overlay2/list.txt");
      expect(listing).toContain(`/overlay2/${layer(1)}:\n`);
      expect(listing.match(/ diff$/gm)).toHaveLength(3);
      expect(members.text("overlay2/link-lower.txt")).toContain("LINK2");
      for (const [name, content] of members) expect(content.includes("ermission denied"), name).toBe(false);
    },
  );
});

describe("hard cases 5, 6, 20 (real: mount namespaces)", () => {
  const inside = (script: string, shell: string[] = ["dash"]) =>
    run(["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", ...shell], {
      env: { PATH: process.env["PATH"] },
    });

  for (const [name, shell] of quick)
    labTest(`5: everything read-only, HOME unset (${name})`, ["unshare"], async () => {
      const result = await inside(
        `mount -o remount,bind,ro / && mount -t tmpfs tmpfs /run && ! touch /tmp/x 2>/dev/null && ` +
          `"$@" ${collector} --root ${root}`,
        shell,
      );
      expect(result.stderr).toContain("nothing else was written");
      expect(comparable(result.stdout)).toEqual(comparable(bundle));
    });

  labTest("6: /tmp full, /run without inodes, then no /dev/shm either", ["unshare"], async () => {
    const full =
      `mount -t tmpfs -o size=64k tmpfs /tmp && head -c 70000 /dev/zero >/tmp/fill 2>/dev/null; ` +
      `mount -t tmpfs -o nr_inodes=1 tmpfs /run && `;
    // What the collector needs must not lie under /tmp.
    const card =
      `mount -t tmpfs tmpfs /mnt && cp ${collector} /mnt/collect.sh && mkdir /mnt/card && ` +
      `mount --bind ${root} /mnt/card && `;
    const good = await inside(`${card}${full}"$@" /mnt/collect.sh --root /mnt/card`);
    expect(Members.of(good.stdout).manifest().complete).toBe(true);
    const none = await inside(
      `${card}${full}mount -t tmpfs -o size=4k tmpfs /dev/shm; "$@" /mnt/collect.sh --root /mnt/card`,
    );
    expect(none.code).toBe(1);
    expect(none.stderr).toMatch(/no room in memory: .*\/run.*\/dev\/shm.*\/tmp/);
    expect(none.stdout).toHaveLength(0);
  });

  labTest("20: /var/log is a mount of its own", ["unshare"], async () => {
    const result = await inside(
      `mount -t tmpfs tmpfs ${root}/var/log && mkdir -p ${root}/var/log/pods/a_b_c/d && ` +
        `echo separate >${root}/var/log/pods/a_b_c/d/0.log && "$@" ${collector} --root ${root}`,
    );
    expect(Members.of(result.stdout).text("pods/var/log/pods/a_b_c/d/0.log")).toBe("separate\n");
  });
});

describe("hard case 7 (real: a root with nothing but busybox)", () => {
  labTest("busybox alone makes the same bundle", ["busybox", "unshare"], async () => {
    const jail = temporary("busybox");
    mkdirSync(join(jail, "bin"));
    for (const directory of ["proc", "run", "card", "dev"]) mkdirSync(join(jail, directory));
    copyFileSync(
      spawnSync("sh", ["-c", "command -v busybox"], { encoding: "utf8" }).stdout.trim(),
      join(jail, "bin/busybox"),
    );
    const applets = spawnSync("busybox", ["--list"], { encoding: "utf8" }).stdout.trim().split("\n");
    // Not what a small system may lack: tar, timeout, sha256sum.
    for (const applet of applets.filter(
      (name) => !["busybox", "tar", "timeout", "sha256sum", "xargs", "find"].includes(name),
    ))
      symlinkSync("/bin/busybox", join(jail, "bin", applet));
    copyFileSync(collector, join(jail, "collect.sh"));
    const result = await run(
      [
        "unshare",
        "--mount",
        "--propagation",
        "private",
        "sh",
        "-c",
        `mount -t proc proc ${jail}/proc && mount -t tmpfs tmpfs ${jail}/run && mount --bind ${root} ${jail}/card && ` +
          `mount --bind /dev ${jail}/dev && exec chroot ${jail} /bin/sh /collect.sh --root /card`,
      ],
      {},
    );
    expect(result.stderr).not.toContain("not found");
    expect(result.code).toBe(0);
    expect(comparable(result.stdout)).toEqual(comparable(bundle));
    remove(jail);
  });

  labTest("without gzip it sends a plain tar", ["unshare"], async () => {
    const result = await run([
      "unshare",
      "--mount",
      "--propagation",
      "private",
      "sh",
      "-c",
      `for f in $(command -v -a gzip 2>/dev/null || which -a gzip); do mount --bind /dev/null $f; done; ` +
        `exec dash ${collector} --root ${root}`,
    ]);
    expect(result.stdout.subarray(0, 18).toString()).toBe("manifest/plan.json");
    expect(Members.of(result.stdout).manifest().complete).toBe(true);
  });
});

describe("hard case 9 (real: an ordinary user)", () => {
  labTest("what is denied is recorded as denied; no sudo, no prompt", ["setpriv"], async () => {
    chmodSync(join(root, "var/lib/docker"), 0o710);
    chmodSync(root, 0o755);
    const script = join(temporary("user"), "collect.sh");
    copyFileSync(collector, script);
    chmodSync(join(script, ".."), 0o755);
    chmodSync(script, 0o644);
    const result = await run([
      "setpriv",
      "--reuid=65534",
      "--regid=65534",
      "--clear-groups",
      "dash",
      script,
      "--root",
      root,
    ]);
    const members = Members.of(result.stdout);
    for (const id of ["layerdb", "overlay2-list", "overlay2-link-lower"])
      expect(members.step(id).status, id).toBe("denied");
    expect(members.step("overlay2-list").errors[0]).toMatchObject({ errno: "Permission denied" });
    expect(result.code).toBe(3);
    chmodSync(join(root, "var/lib/docker"), 0o755);
    remove(join(script, ".."));
  });
});

describe("hard case 11 (real: signals while it runs)", () => {
  const signals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
  const points = available.flatMap(([name, shell], i) =>
    (Object.keys(signals) as (keyof typeof signals)[])
      .filter((_signal, j) => i < 2 || j === i % 3)
      .map((signal, j) => [signal, 150 + 211 * ((i + j) % 4), name, shell] as const),
  );
  test.each(points)("%s after %i ms under %s", async (signal, after, _name, shell) => {
    let pid = 0;
    const result = await run([...shell, collector, "--root", root], {}, (child) => {
      pid = child.pid!;
      setTimeout(() => child.kill(signal), after);
    });
    expect(result.code, result.stderr).toBe(signals[signal]);
    const listing = spawnSync("tar", ["-tzf", "-"], { input: result.stdout });
    expect(listing.stderr.toString()).toBe("");
    const manifest = Members.of(result.stdout).manifest();
    expect(manifest).toMatchObject({ complete: false, interrupted: signal.slice(3) });
    const plan = JSON.parse(Members.of(result.stdout).text("manifest/plan.json")) as { steps: unknown[] };
    expect(manifest.steps.length).toBe(plan.steps.length + 1);
    expect(manifest.steps.at(-2)).toMatchObject({ status: "skipped", reason: `interrupted by ${signal.slice(3)}` });
    expect(leftovers()).toEqual([]);
    expect(spawnSync("pgrep", ["-g", String(pid)]).status).not.toBe(0);
  });

  test.each(quick)("a reader that goes away (%s)", async (_name, shell) => {
    const result = await run(["sh", "-c", `"$@" ${collector} --root ${root} | head -c 3000 | wc -c`, "sh", ...shell]);
    expect(result.stdout.toString().trim()).toBe("3000");
    expect(result.stderr).toContain("the output broke");
    expect(leftovers()).toEqual([]);
  });

  labTest("the disk of -o fills up: the device is named, what is there can be read", ["mount"], async () => {
    const small = temporary("small");
    spawnSync("mount", ["-t", "tmpfs", "-o", "size=8k", "tmpfs", small]);
    const result = await run(["dash", collector, "--root", root, "-o", join(small, "k1.tar.gz")]);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/No space left on device.*can be read/);
    expect(Members.of(readFileSync(join(small, "k1.tar.gz"))).size).toBeGreaterThan(3);
    spawnSync("umount", [small]);
    remove(small);
  });
});

test("hard case 12 (real: the stream cut at 50 places): each prefix opens, a longer one never has less", () => {
  let before = 0;
  for (let cut = 0; cut <= 50; cut++) {
    const members = Members.of(bundle.subarray(0, Math.floor((bundle.length * cut) / 50)));
    expect(members.size).toBeGreaterThanOrEqual(before);
    before = members.size;
  }
  expect(before).toBe(Members.of(bundle).size);
});

describe("hard case 16 (stub: date goes back a month at each call)", () => {
  // Not busybox: its date is an applet, which no stub can replace.
  const replaceable = available.filter(([name]) => name !== "busybox ash");
  test.each(replaceable)("%s: steps keep their order, nothing times out", async (_name, shell) => {
    const directory = stubs({
      date: 'n=$(cat "$0.n" 2>/dev/null || echo 60); echo $((n - 1)) >"$0.n"; exec /bin/date -d "@$((1700000000 + n * 2592000))" "$@"',
    });
    const result = await run([...shell, collector, "--root", root], { env: withStubs(directory) });
    expect(result.code).toBe(0);
    const steps = Members.of(result.stdout).manifest().steps;
    for (let i = 1; i < steps.length; i++) expect(steps[i]!.start).toBeGreaterThanOrEqual(steps[i - 1]!.end);
    expect(steps.every((step) => !["timed-out", "stuck"].includes(step.status))).toBe(true);
    remove(directory);
  });
});

describe("hard case 17 (real: a hostile environment)", () => {
  test.each(available.filter(([name]) => name !== "mksh" && name !== "posh"))(
    "%s: the same members as in a clean one",
    async (name, shell) => {
      const result = await run([...shell, collector, "--root", root], {
        cwd: root,
        env: {
          PATH: `.::${process.env["PATH"]}`,
          IFS: "/e0",
          CDPATH: "/etc",
          ENV: "/dev/full",
          LC_ALL: "tr_TR.UTF-8",
          GREP_OPTIONS: "-v",
          GZIP: "-0",
          POSIXLY_CORRECT: "1",
          TZ: "Asia/Kolkata",
          root: "/elsewhere",
          interrupted: "15:TERM",
        },
      });
      expect(result.code).toBe(0);
      const [clean, hostile] = [Members.of(bundle), Members.of(result.stdout)];
      expect(comparable(result.stdout)).toEqual(comparable(bundle));
      for (const member of ["overlay2/link-lower.txt", "docker/layerdb.txt", "kubernetes/manifests.txt"])
        if (name !== "busybox ash") expect(hostile.text(member), member).toBe(clean.text(member));
    },
  );
});

describe("hard case 19 (real: two at once)", () => {
  test.each(quick)("%s: they do not meet, and remove only what is theirs", async (_name, shell) => {
    mkdirSync("/dev/shm/coldcase.other", { recursive: true });
    const both = await Promise.all([collectCard(shell, root), collectCard(shell, root)]);
    for (const one of both) expect(Members.of(one.stdout).manifest().complete).toBe(true);
    expect(readdirSync("/dev/shm")).toContain("coldcase.other");
    remove("/dev/shm/coldcase.other");
    expect(leftovers()).toEqual([]);
  });
});

describe("how it is started", () => {
  test("cut in transit it does nothing", async () => {
    const script = readFileSync(collector);
    for (let part = 1; part < 20; part++) {
      const cut = await run(["dash"], { input: script.subarray(0, Math.floor((script.length * part) / 20)) });
      expect(cut.stdout).toHaveLength(0);
    }
    expect(leftovers()).toEqual([]);
  });

  test("it refuses a terminal, unknown options and an existing file", async () => {
    if (has("script")) {
      const terminal = await run(["script", "-qec", `dash ${collector}`, "/dev/null"]);
      expect(terminal.code).toBe(2);
      expect(terminal.stdout.toString()).toContain("redirect stdout");
    }
    expect((await run(["dash", collector, "--no-such"])).code).toBe(2);
    expect((await run(["dash", collector, "--since", "yesterday"])).code).toBe(2);
    const taken = join(root, "taken.tar.gz");
    writeFileSync(taken, "mine");
    const refused = await run(["dash", collector, "-o", taken]);
    expect(refused.code).toBe(1);
    expect(readFileSync(taken, "utf8")).toBe("mine");
  });

  test("--plan names every step and runs no command", async () => {
    const plan = await run(["dash", collector, "--plan"]);
    expect(plan.code).toBe(0);
    for (const word of ["dmesg -r", "docker ps -a", "var/log/journal", "overlay2", "dumpe2fs -h"])
      expect(plan.stdout.toString()).toContain(word);
    // What it runs only writes its own words as JSON.
    if (has("strace")) {
      const traced = await run(["strace", "-f", "-e", "trace=execve", "dash", collector, "--plan"]);
      const commands = [...traced.stderr.matchAll(/execve\("([^"]+)"/g)].map((match) => match[1]!.replace(/^.*\//, ""));
      expect([...new Set(commands)].filter((name) => !["dash", "sed", "od", "tr"].includes(name))).toEqual([]);
    }
  });

  test("--total-time ends the run, and the rest is listed", async () => {
    const result = await run(["dash", collector, "--root", root, "--total-time", "1"]);
    const manifest = Members.of(result.stdout).manifest();
    expect(manifest.complete).toBe(false);
    expect(manifest.steps.filter((step) => step.reason === "--total-time was used up").length).toBeGreaterThan(0);
    expect(result.code).toBe(3);
  });

  test("--since leaves out older files", async () => {
    write(root, "var/log/pods/old_old_1/c/0.log", "old\n", 1_500_000_000);
    const members = Members.of((await run(["dash", collector, "--root", root, "--since", "2d"])).stdout);
    const files = members.step("pod-log").files;
    expect(files.find((file) => file.source.includes("old_old_1"))).toMatchObject({ reason: "older than --since" });
    expect(files.find((file) => file.source.includes("kube-apiserver_0"))).toMatchObject({ status: "ok" });
  });
});
