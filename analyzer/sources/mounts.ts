/**
 * What is mounted: /proc/mounts (fstab(5) fields, odd characters in octal), /proc/self/mountinfo (proc(5)), mount(8).
 *
 *     /dev/mmcblk0p2 / ext4 rw,noatime,errors=remount-ro 0 0
 *     26 1 179:2 / / rw,noatime shared:1 - ext4 /dev/mmcblk0p2 rw,errors=remount-ro
 *     /dev/mmcblk0p2 on / type ext4 (rw,noatime)
 */
import type { MountFact } from "../model/fact.ts";
import type { SourceParser } from "../model/source.ts";
import { bounded } from "./_bounded.ts";
import { emitForeign } from "./_path-error.ts";

const TABLE = /^(\S+) (\/\S*) ([\w.]+) ((?:rw|ro)\S*) \d+ \d+$/;
const INFO = /^\d+ \d+ \d+:\d+ \S+ (\/\S*) (\S+)(?: [^\s:]+:\S+| unbindable)* - ([\w.]+) (\S+) (\S+)$/;
const TYPE = / type ([\w.]+) \(/g;

function decode(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** `<source> on <target> type <type> (<options>) [<label>]`, in time that grows with the length only. */
function mounted(text: string): string[] | null {
  const on = text.indexOf(" on /");
  const label = text.endsWith("]") ? text.lastIndexOf(" [") : -1;
  const line = label > 0 ? text.slice(0, label) : text;
  if (on <= 0 || !line.endsWith(")")) return null;
  const type = [...line.matchAll(TYPE)].at(-1);
  if (type === undefined || type.index <= on) return null;
  const target = line.slice(on + " on ".length, type.index);
  return [line.slice(0, on), target, type[1] ?? "", line.slice(type.index + type[0].length, -1)];
}

function mountOf(text: string): MountFact | null {
  const table = TABLE.exec(text)?.slice(1) ?? mounted(text);
  if (table) {
    const [source = "", target = "", type = "", options = ""] = table;
    return { source: decode(source), target: decode(target), type, options: options.split(",") };
  }
  const match = INFO.exec(text);
  if (!match) return null;
  const [, target = "", own = "", type = "", source = "", ofDevice = ""] = match;
  const options = [...new Set([...own.split(","), ...ofDevice.split(",")])];
  // A read-only device says so only in its own options; the mount may still say rw.
  const kept = options.includes("ro") ? options.filter((option) => option !== "rw") : options;
  return { source: decode(source), target: decode(target), type, options: kept };
}

const source: SourceParser = {
  id: "mounts",
  title: "mounts",
  kinds: ["mounts"],
  command: /^(?:mount$|mount -[lt]\b|cat .*\/(?:mounts|mountinfo|mtab)$)/,
  path: /(?:^|\/)(?:proc\/(?:\w+\/)?(?:mounts|mountinfo)|etc\/mtab)$/,
  sniff: (head) => {
    const lines = head.filter((text) => text.trim() !== "");
    const own = lines.filter((text) => mountOf(text) !== null).length;
    return own > 0 && own >= lines.length * 0.6 ? 0.95 : 0;
  },
  open: ({ sink }) => ({
    line(line) {
      const mount = mountOf(line.text.trimEnd());
      if (mount) sink.fact("mount", mount.target, mount, line);
      else emitForeign(line, sink, "a mount");
    },
    end: () => undefined,
  }),
  samples: [
    {
      name: "the kernel's table and mountinfo",
      lines: [
        "/dev/mmcblk0p2 / ext4 rw,noatime,errors=remount-ro 0 0",
        "//nas/a\\040b /mnt/a\\040b cifs ro,relatime 0 0",
        "26 1 179:2 / /var rw,noatime shared:1 - ext4 /dev/mmcblk0p3 ro,errors=remount-ro",
      ],
      events: 0,
      facts: 3,
    },
    {
      name: "mount, and a cut line",
      lines: ["/dev/mmcblk0p2 on / type ext4 (rw,noatime) [rootfs]", "/dev/mmcblk0p1 on /boot"],
      command: "mount",
      events: 1,
      facts: 1,
      warnings: 1,
    },
  ],
};

export default bounded(source);
