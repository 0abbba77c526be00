/** Places that other collectors do not survive: read-only, full, split over mounts, without tools, and denied. */
import { chmodSync, copyFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { collectCard, collector, comparable, makeCard, Members, remove, run, temporary } from "./lab.ts";
import { PATIENCE, labTest, stubs, underEachShell } from "./shells.ts";

let root: string;
let bundle: Buffer;

beforeAll(async () => {
  root = temporary("places");
  makeCard(root);
  bundle = (await collectCard(["dash"], root)).stdout;
}, PATIENCE);
afterAll(() => remove(root));

/** Runs a script in a mount namespace of its own; "$@" in it starts the shell. */
const inside = (script: string, shell: string[]) =>
  run(["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", ...shell], {
    // posh does not even start where its directory is gone.
    cwd: "/",
    env: { PATH: process.env["PATH"] },
  });

underEachShell((shell) => {
  describe("hard cases 5, 6, 20 (real: mount namespaces)", () => {
    labTest("5: everything read-only, HOME unset", ["unshare"], async () => {
      const result = await inside(
        `mount -o remount,bind,ro / && mount -t tmpfs tmpfs /run && ! touch /tmp/x 2>/dev/null && ` +
          `"$@" ${collector} --root ${root}`,
        shell.argv,
      );
      expect(result.stderr).toContain("nothing else was written");
      expect(comparable(result.stdout)).toEqual(comparable(bundle));
    });

    const full =
      `mount -t tmpfs -o size=64k tmpfs /tmp && head -c 70000 /dev/zero >/tmp/fill 2>/dev/null; ` +
      `mount -t tmpfs -o nr_inodes=1 tmpfs /run && `;
    // What the collector needs must not lie under /tmp.
    const card = () =>
      `mount -t tmpfs tmpfs /mnt && cp ${collector} /mnt/collect.sh && mkdir /mnt/card && ` +
      `mount --bind ${root} /mnt/card && `;

    labTest("6: /tmp full, /run without inodes", ["unshare"], async () => {
      const result = await inside(`${card()}${full}"$@" /mnt/collect.sh --root /mnt/card`, shell.argv);
      expect(result.code, result.stderr).toBe(0);
      // The card is a mount here, so that its device can be asked.
      const names = comparable(result.stdout).filter((name) => !name.startsWith("ext4/superblock"));
      expect(names).toEqual(comparable(bundle));
    });

    labTest("6: no /dev/shm either: nothing is begun, and the places are named", ["unshare"], async () => {
      const result = await inside(
        `${card()}${full}mount -t tmpfs -o size=4k tmpfs /dev/shm; "$@" /mnt/collect.sh --root /mnt/card`,
        shell.argv,
      );
      expect(result.code).toBe(1);
      expect(result.stderr).toMatch(/no room in memory: .*\/run.*\/dev\/shm.*\/tmp/);
      expect(result.stdout).toHaveLength(0);
    });

    labTest("20: /var and /var/log are mounts of their own, the pods a bind mount", ["unshare"], async () => {
      const result = await inside(
        `mkdir /run/d.$$ && cp -a ${root}/var /run/d.$$ && mount --bind /run/d.$$/var ${root}/var && ` +
          `mount -t tmpfs tmpfs ${root}/var/log && mkdir -p ${root}/var/log/pods /run/d.$$/pods/a_b_c/d && ` +
          `echo separate >/run/d.$$/pods/a_b_c/d/0.log && mount --bind /run/d.$$/pods ${root}/var/log/pods && ` +
          `"$@" ${collector} --root ${root}; code=$?; rm -rf /run/d.$$; exit $code`,
        shell.argv,
      );
      const members = Members.of(result.stdout);
      expect(result.code, result.stderr).toBe(0);
      expect(members.text("pods/var/log/pods/a_b_c/d/0.log")).toBe("separate\n");
      expect(members.text("overlay2/link-lower.txt")).toContain("LINK3");
      // What lies under the mount is not there, and that is said.
      expect(members.step("syslog").status).toBe("absent");
    });
  });

  labTest(
    "a Pi (real mounts in place of /sys, stub vcgencmd): card, model, alarms, USB, throttling",
    ["unshare"],
    async () => {
      const directory = stubs({ vcgencmd: 'echo "asked: $*"' });
      const card = "/sys/class/mmc_host/mmc0/mmc0:aaaa";
      const files: Record<string, string> = {
        [`${card}/name`]: "SC32G",
        [`${card}/manfid`]: "0x000003",
        [`${card}/oemid`]: "0x5344",
        [`${card}/date`]: "07/2019",
        [`${card}/cid`]: "03534453433332478",
        [`${card}/life_time`]: "0x0a 0x01",
        [`${card}/pre_eol_info`]: "0x02",
        "/sys/class/thermal/thermal_zone0/temp": "81234",
        "/sys/class/hwmon/hwmon1/name": "rpi_volt",
        "/sys/class/hwmon/hwmon1/in0_lcrit_alarm": "1",
        "/sys/firmware/devicetree/base/model": "Raspberry Pi 4 Model B Rev 1.1",
        "/sys/bus/usb/devices/2-1/product": "USB-SATA bridge",
      };
      const made = Object.entries(files).map(
        ([path, text]) => `mkdir -p "$(dirname ${path})" && echo "${text}" >${path}`,
      );
      const mounts = ["class", "firmware", "bus"].map((place) => `mount -t tmpfs tmpfs /sys/${place}`);
      const script = [...mounts, ...made, `PATH=${directory}:$PATH "$@" ${collector} --max-mb 0`].join(" && ");
      const members = Members.of((await inside(script, shell.argv)).stdout);
      const told = ["block/mmc.txt", "pi/sensors.txt", "block/devices.txt"].map((name) => members.text(name)).join("");
      for (const [path, text] of Object.entries(files)) expect(told).toContain(`==> ${path} <==\n${text}\n`);
      for (const question of ["get_throttled", "measure_temp", "measure_volts", "get_config int", "bootloader_version"])
        expect(members.text("pi/vcgencmd.txt")).toContain(`==> vcgencmd ${question} <==\nasked: ${question}\n`);
      remove(directory);
    },
  );

  describe("hard case 7 (real: a root with nothing but busybox and the shell)", () => {
    const lacking = ["tar", "timeout", "sha256sum", "xargs", "find"];

    labTest("without tar, timeout, sha256sum, xargs and find: the same bundle", ["unshare"], async () => {
      const result = await run([...shell.alone(lacking), collector, "--root", root]);
      expect(result.stderr).not.toContain("not found");
      expect(result.code, result.stderr).toBe(0);
      expect(comparable(result.stdout)).toEqual(comparable(bundle));
      expect(Members.of(result.stdout).step("overlay2-list").sha256).toBeNull();
    });

    labTest(
      "without docker, crictl and systemd: their steps are absent, and nothing is said to have failed",
      ["unshare"],
      async () => {
        const result = await run([...shell.alone(lacking), collector, "--max-mb", "0"]);
        const { steps, complete } = Members.of(result.stdout).manifest();
        const asking = steps.filter(({ id }) =>
          /^(docker-(version|ps|info|inspect|logs)|crictl|systemd|journal-[bt])/.test(id),
        );
        expect(asking).toHaveLength(14);
        for (const { id, status, reason } of asking)
          expect(`${id}: ${status} ${reason}`).toMatch(/: absent .*: not installed$/);
        // df says so of a mount of this machine that somebody else's program left behind.
        expect(steps.filter(({ id, status }) => status === "failed" && !id.startsWith("df"))).toEqual([]);
        expect(complete).toBe(true);
      },
    );

    labTest("without gzip: a plain tar", ["unshare"], async () => {
      const result = await run([...shell.alone([...lacking, "gzip"]), collector, "--root", root]);
      expect(result.stdout.subarray(0, 18).toString()).toBe("manifest/plan.json");
      expect(Members.of(result.stdout).manifest().complete).toBe(true);
    });
  });

  labTest("hard case 9 (real: an ordinary user): denied is recorded as denied; no prompt", ["setpriv"], async () => {
    const lab = temporary("user");
    chmodSync(lab, 0o755);
    const script = join(lab, "collect.sh");
    copyFileSync(collector, script);
    chmodSync(script, 0o644);
    const card = join(lab, "card");
    makeCard(card);
    chmodSync(join(card, "var/lib/docker"), 0o710);
    const user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    const result = await inside(`"$@" ${script} --root ${card}`, asUser(shell.argv, user));
    const members = Members.of(result.stdout);
    for (const id of ["layerdb", "overlay2-list", "overlay2-link-lower"])
      expect(members.step(id).status, id).toBe("denied");
    expect(members.step("overlay2-list").errors[0]).toMatchObject({ errno: "Permission denied" });
    expect(members.step("pod-log").status).toBe("ok");
    expect(result.code).toBe(3);
    remove(lab);
  });
});

/** Only root can enter a root directory: there the user is changed by what enters it. */
const asUser = (argv: string[], user: string[]): string[] =>
  argv[0] === "unshare"
    ? argv.map((word) => word.replace("exec chroot", "exec chroot --userspec=65534:65534 --groups="))
    : [...user, ...argv];
