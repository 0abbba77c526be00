/** What other collectors stumble over: damaged entries, clocks that jump, a hostile environment, another collector. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  collectCard,
  collector,
  comparable,
  containerId,
  layer,
  leftovers,
  makeCard,
  Members,
  remove,
  run,
  temporary,
  write,
} from "./lab.ts";
import { PATIENCE, has, isRoot, labTest, replacing, stubs, underEachShell, withStubs } from "./shells.ts";

let root: string;
let bundle: Buffer;

beforeAll(async () => {
  root = temporary("faults");
  makeCard(root);
  bundle = (await collectCard(["dash"], root)).stdout;
}, PATIENCE);
afterAll(() => remove(root));

/** An ext4 image damaged with debugfs, mounted; the same for all shells. */
const lab = temporary("ext4");
const mount = join(lab, "mnt");
const planted = [`${layer(3)}/link`, `${layer(3)}/lower`, `${layer(2)}/lower`];
beforeAll(() => {
  if (!isRoot || !has("debugfs", "mkfs.ext4", "losetup")) return;
  const card = join(lab, "card");
  makeCard(card);
  mkdirSync(join(card, "var/lib/docker/overlay2", layer(4)));
  const image = join(lab, "image");
  // An inode of mode 0 is what "structure needs cleaning" looks like on a real card.
  const damaged = [
    ...[...planted, layer(4)].map((path) => `overlay2/${path}`),
    `containers/${containerId}/config.v2.json`,
  ].map((path) => `debugfs -w -R "sif /var/lib/docker/${path} mode 0" ${image}`);
  const script = [
    `truncate -s 24M ${image}`,
    `mkfs.ext4 -q -d ${card} ${image}`,
    ...damaged,
    `mkdir ${mount}`,
    `mount -o loop,ro ${image} ${mount}`,
  ].join(" && ");
  const made = spawnSync("sh", ["-c", script], { encoding: "utf8" });
  if (made.status !== 0) throw new Error(made.stderr);
}, PATIENCE);
afterAll(() => {
  spawnSync("umount", [mount]);
  remove(lab);
});

/** Another answer at each call, a month before the last one. */
const DATE_GOES_BACK = `
n=$(cat "$0.n" 2>/dev/null || echo 900)
echo $((n - 1)) >"$0.n"
case $* in
  +%s) echo $((1700000000 + n * 2592000)) ;;
  -u*) echo 2026-03-02T11:48:01Z ;;
  +%z) echo +0100 ;;
  *) echo "Mon Mar  2 11:48:01 UTC 2026" ;;
esac`;

underEachShell((shell) => {
  labTest(
    "hard case 4 (real: an ext4 image damaged with debugfs): path and errno of each, siblings listed, none denied",
    ["debugfs", "mkfs.ext4", "losetup"],
    async () => {
      // A mount that is made after the root directory of busybox is seen in it too.
      const members = Members.of((await collectCard(shell.argv, mount)).stdout);
      const cleaning = (id: string) =>
        members.step(id).errors.filter((error) => error.errno === "Structure needs cleaning");
      const layers = `${mount}/var/lib/docker/overlay2`;
      const whole = `${layers}/${layer(4)}`;
      expect(
        cleaning("overlay2-link-lower")
          .map((error) => error.path)
          // The ls of busybox names what it cannot stat even where no more than names were asked for.
          .filter((path) => path !== whole)
          .sort(),
      ).toEqual([...planted.map((path) => `${layers}/${path}`), `${whole}/link`, `${whole}/lower`].sort());
      const below = (path: string): string => path.replace(/^.*overlay2\//, "");
      expect(new Set(cleaning("overlay2-list").map((error) => below(error.path)))).toEqual(
        new Set([...planted, layer(4)]),
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

  test(
    "--root: a link that begins with / leads to the card's own, not to this machine's",
    { timeout: PATIENCE },
    async () => {
      const card = temporary("links");
      makeCard(card);
      mkdirSync(join(card, "mnt/ssd"), { recursive: true });
      renameSync(join(card, "var/lib/docker"), join(card, "mnt/ssd/docker"));
      symlinkSync("/mnt/ssd/docker", join(card, "var/lib/docker"));
      write(card, "run/resolve/resolv.conf", "nameserver 192.0.2.1\n");
      symlinkSync("/run/resolve/resolv.conf", join(card, "etc/resolv.conf"));
      // Only this machine has that file.
      symlinkSync("/etc/passwd", join(card, "etc/hosts"));
      symlinkSync("/etc/passwd", join(card, "var/log/pods/kube-system_etcd-k1_0a1b/etcd/1.log"));
      const log = `/var/lib/docker/containers/${containerId}/${containerId}-json.log`;
      symlinkSync(log, join(card, "var/log/pods/kube-system_etcd-k1_0a1b/etcd/2.log"));
      const members = Members.of((await collectCard(shell.argv, card)).stdout);
      expect(members.text("network/resolver.txt")).toContain("nameserver 192.0.2.1");
      for (const [name, content] of members) expect(content.includes("root:x:0:0"), name).toBe(false);
      expect(members.text("docker/root.txt")).toBe(`${card}/mnt/ssd/docker\n`);
      expect(members.text("overlay2/link-lower.txt")).toContain("LINK3");
      const taken = [...members.keys()].filter((name) => name.endsWith(".log"));
      expect(taken.filter((name) => name.includes(containerId))).toEqual([
        `docker/mnt/ssd/docker/containers/${containerId}/${containerId}-json.log`,
      ]);
      expect(taken.some((name) => name.endsWith("etcd/0.log"))).toBe(true);
      remove(card);
    },
  );

  test(
    "--root: no link leads out of the card, and each leads where it did on its own machine",
    { timeout: PATIENCE },
    async () => {
      const card = temporary("escape");
      const outside = temporary("outside");
      write(outside, "canary", "canary-outside\n");
      write(outside, "docker/overlay2/x/link", "canary-outside\n");
      write(outside, "docker/daemon.json", '{"data-root": "/canary-outside"}\n');
      makeCard(card);
      const up = "../".repeat(30);
      const pod = "var/log/pods/kube-system_etcd-k1_0a1b";
      const link = (path: string, to: string): void => {
        mkdirSync(join(card, path, ".."), { recursive: true });
        rmSync(join(card, path), { force: true, recursive: true });
        symlinkSync(to, join(card, path));
      };
      // Only this machine has these.
      link("etc/hosts", `${up}${outside}/canary`);
      link("etc/docker", `${outside}/docker`);
      link("etc/default", `${up.slice(1)}${outside}`);
      link(`${pod}/etcd/1.log`, `${up}${outside}/canary`);
      link(`${pod}/etcd/2.log`, `${outside}/canary`);
      link(`${pod}/far`, `../${up}${outside}`);
      link(`var/lib/docker/overlay2/${layer(2)}/link`, `${up}${outside}/canary`);
      link(`var/lib/docker/overlay2/${layer(1)}/link`, `${outside}/canary`);
      link("etc/kubernetes/manifests/a.yaml", "/b/../proxy");
      link("proxy", `${outside}/canary`);
      // These the card has: by an absolute directory, too many `..`, a link to a link.
      write(card, "data/os-release", "ID=card\n");
      link("mnt/data", "/data");
      link("etc/os-release", `${up}mnt/data/os-release`);
      write(card, "data/logs/3.log", "of the card\n");
      link(`${pod}/moved`, "/mnt/data/logs");
      write(card, "usr/resolv.conf", "nameserver 192.0.2.1\n");
      link("etc/resolv.conf", "../usr/resolv.conf");
      link("etc/kubelet_version", "/loop/a");
      link("loop/a", "b");
      link("loop/b", "/loop/a");
      write(outside, "localtime", "canary-outside\n");
      link("etc/timezone", `${outside}/localtime`);
      link("etc/localtime", "/usr/share/zoneinfo/Asia/Tokyo");
      write(card, "etc/fake-hwclock.data", "2026-03-02 05:41:12\n");
      const result = await collectCard(shell.argv, card);
      const members = Members.of(result.stdout);
      for (const [name, content] of members) expect(content.includes("canary-outside"), name).toBe(false);
      expect(members.text("system/os-release.txt")).toContain("ID=card");
      // The zone of the logs is the card's, whatever that of the machine is that reads it.
      expect(members.manifest().start).toMatchObject({
        zone: "Asia/Tokyo",
        offset: null,
        fakeHwclock: "2026-03-02 05:41:12",
      });
      expect(members.text("pods/data/logs/3.log")).toBe("of the card\n");
      // What is read is named by where it lies.
      expect(members.text("network/resolver.txt")).toContain(`==> ${card}/usr/resolv.conf <==\nnameserver 192.0.2.1`);
      expect(members.text("overlay2/link-lower.txt")).toContain("LINK3");
      // What the link says is told, where it leads is not.
      expect(members.text("pods/links.txt")).toContain(` 1.log -> ${up}${outside}/canary\n`);
      expect(members.step("os-release").errors).toContainEqual({
        path: `${card}/etc/kubelet_version`,
        op: "sh: cannot follow",
        errno: "Too many levels of symbolic links",
      });
      remove(card);
      remove(outside);
    },
  );

  test(
    "--root: journalctl, which follows each link that it finds, gets none that leads out of the card",
    { timeout: PATIENCE },
    async () => {
      const outside = temporary("outside");
      const id = "0f3c0f3c0f3c0f3c0f3c0f3c0f3c0f3c";
      write(outside, "canary.journal", "canary-outside\n");
      write(outside, `${id}/system.journal`, "canary-outside\n");
      const up = "../".repeat(30);
      const directory = stubs({
        journalctl: `while [ $# -gt 1 ] && [ "\${1#-D}" = "$1" ]; do shift; done
[ "$1" = -D ] && shift
where=\${1#-D}
for file in "$where"/*.journal* "$where"/*/*.journal*; do [ ! -e "$file" ] || cat "$file"; done`,
      });
      const collected = async (fill: (card: string) => void): Promise<Members> => {
        const card = temporary("journal-links");
        makeCard(card);
        mkdirSync(join(card, "var/log/journal"), { recursive: true });
        fill(card);
        const result = await run([...shell.argv, collector, "--root", card], { env: withStubs(directory) });
        const members = Members.of(result.stdout);
        for (const [name, content] of members) expect(content.includes("canary-outside"), name).toBe(false);
        remove(card);
        return members;
      };

      // The directory itself, to a place that only this machine has.
      const none = await collected((card) => {
        rmSync(join(card, "var/log/journal"), { recursive: true });
        symlinkSync(`${up.slice(1)}${outside}`, join(card, "var/log/journal"));
      });
      expect(none.step("journal-text").status).toBe("absent");
      // A machine's directory and single files; and what is the card's own, in odd places, is read.
      const members = await collected((card) => {
        symlinkSync(join(outside, id), join(card, "var/log/journal", id));
        write(card, "var/log/journal/[a]*/system.journal", "of the card: odd directory\n");
        write(card, "var/log/journal/b/user -1000.journal~", "of the card: torn\n");
        write(card, "mnt/usb/moved.journal", "of the card: moved\n");
        symlinkSync("/mnt/usb/moved.journal", join(card, "var/log/journal/b/moved.journal"));
        symlinkSync(`${outside}/canary.journal`, join(card, "var/log/journal/b/a.journal"));
        symlinkSync(`${up}${outside}/canary.journal`, join(card, "var/log/journal/b/c.journal"));
      });
      for (const id of ["journal-boots", "journal-text"]) {
        const text = members.text(members.step(id).path);
        for (const own of ["odd directory", "torn", "moved"]) expect(text, id).toContain(`of the card: ${own}`);
        expect(members.step(id).status).toBe("ok");
      }
      remove(outside);
      remove(directory);
    },
  );

  test(
    "--root: docker's data lies where daemon.json says, also when it is behind a link, or nowhere",
    { timeout: PATIENCE },
    async () => {
      const card = temporary("data-root");
      makeCard(card);
      renameSync(join(card, "var/lib/docker"), join(card, "docker"));
      const place = async () => Members.of((await collectCard(shell.argv, card)).stdout).text("docker/root.txt");
      expect(await place()).toBe(`${card}/var/lib/docker\n`);
      write(card, "etc/docker/daemon.json", '{"data-root": "/mnt/ssd/docker"}\n');
      mkdirSync(join(card, "mnt"));
      symlinkSync("/", join(card, "mnt/ssd"));
      expect(await place()).toBe(`${card}/docker\n`);
      write(card, "etc/docker/daemon.json", '{"debug": true, "data-root": "/docker"}\n');
      expect(await place()).toBe(`${card}/docker\n`);
      remove(card);
    },
  );

  test(
    "hard case 16 (stub: date goes back a month at each call): steps keep their order, nothing times out",
    { timeout: PATIENCE },
    async () => {
      const directory = stubs({ date: DATE_GOES_BACK });
      const result = await run([...replacing(shell, ["date"]), collector, "--root", root], {
        env: withStubs(directory),
      });
      expect(result.code, result.stderr).toBe(0);
      const { steps } = Members.of(result.stdout).manifest();
      expect(new Set(steps.map((step) => step.wall)).size).toBe(steps.length);
      for (let i = 1; i < steps.length; i++) {
        expect(steps[i]!.start).toBeGreaterThanOrEqual(steps[i - 1]!.end);
        expect(steps[i]!.wall).toBeLessThan(steps[i - 1]!.wall!);
      }
      expect(steps.filter((step) => ["timed-out", "stuck"].includes(step.status))).toEqual([]);
      remove(directory);
    },
  );

  test(
    "hard case 17 (real: a hostile environment): the same members as in a clean one",
    { timeout: PATIENCE },
    async () => {
      const clean = await run([...shell.argv, collector, "--root", root]);
      const result = await run([...shell.argv, collector, "--root", root], {
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
      expect(result.code, result.stderr).toBe(0);
      const [expected, hostile] = [Members.of(clean.stdout), Members.of(result.stdout)];
      expect(comparable(result.stdout)).toEqual(comparable(bundle));
      for (const member of ["overlay2/link-lower.txt", "docker/layerdb.txt", "kubernetes/manifests.txt"])
        expect(hostile.text(member), member).toBe(expected.text(member));
    },
  );

  test(
    "hard case 19 (real: two at once): they do not meet, and remove only what is theirs",
    { timeout: PATIENCE },
    async () => {
      const other = `/dev/shm/coldcase.other-${shell.argv.at(-1)!.replaceAll("/", "")}`;
      mkdirSync(other, { recursive: true });
      writeFileSync(join(other, "part"), "of a run that crashed");
      const both = await Promise.all([collectCard(shell.argv, root), collectCard(shell.argv, root)]);
      for (const one of both) expect(Members.of(one.stdout).manifest().complete).toBe(true);
      expect(readdirSync(other)).toEqual(["part"]);
      remove(other);
      expect(leftovers()).toEqual([]);
    },
  );
});
