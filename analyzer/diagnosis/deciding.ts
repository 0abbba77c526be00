/** The one command whose answer decides between what is still possible. All of them only read. */
import type { DiagnosisInput, Trigger } from "../model/diagnosis.ts";
import type { Finding } from "../model/rule.ts";
import type { Cause } from "../model/words.ts";
import { RIVALS } from "./alternatives.ts";
import { leavesDamage } from "./order.ts";
import { disk, TRIGGERS } from "./trigger.ts";

/** How to look for a cause, and what the answer means. `need`: evidence of the bundle that has answered already. */
const TESTS: Partial<Record<Cause, { command: string; answer: string; name: string }>> = {
  "under-voltage": {
    name: "too weak a power supply",
    command: "vcgencmd get_throttled",
    answer: "a value of 0x10000 or with that bit set says that the voltage was too low since the boot",
  },
  "power-loss": {
    name: "a power cut",
    command: "last -x reboot shutdown | head -20; sudo journalctl --list-boots --no-pager | tail -5",
    answer: "a reboot without a shutdown before it was a power cut or a hang",
  },
  "storage-io-error": {
    name: "a failing disk or card",
    command: "sudo dmesg | grep -iE 'mmc|nvme|ata[0-9]|I/O error'; sudo smartctl -H {disk}",
    answer: "errors of the disk itself there mean that it fails, and that no repair of files will hold",
  },
  "hardware-bus": {
    name: "a disk that drops off its bus",
    command: "sudo dmesg | grep -iE 'usb|reset|disconnect|link is down'",
    answer: "resets or disconnects of the disk there mean its cable, adapter or supply",
  },
  overheating: {
    name: "heat",
    command: "vcgencmd measure_temp; vcgencmd get_throttled",
    answer: "0x80000 or with that bit set says that it was too hot since the boot",
  },
  "kernel-bug": {
    name: "a fault of the kernel",
    command: "sudo dmesg | grep -iE 'BUG:|Oops|Call trace' | head",
    answer: "lines there mean the kernel itself",
  },
  "out-of-memory": {
    name: "want of memory",
    command: "sudo journalctl -k --no-pager | grep -iE 'out of memory|oom-kill' | tail",
    answer: "lines there name what was killed, and when",
  },
  "storage-full": {
    name: "a full disk",
    command: "df -h; df -i",
    answer: "100 % in one of the two tables means that nothing could be written",
  },
  "inodes-exhausted": {
    name: "too many files",
    command: "df -i",
    answer: "100 % there means that no file could be made",
  },
  "filesystem-corruption": {
    name: "a damaged filesystem",
    command: "sudo dumpe2fs -h {device} | grep -iE 'state|error'",
    answer: "“clean” without an error count speaks against a damaged filesystem; “with errors” for it",
  },
  "read-only-filesystem": {
    name: "a filesystem that became read-only",
    command: "grep -E ' ro[, ]' /proc/mounts",
    answer: "a line of a real disk there means that nothing can be written to it",
  },
  "image-layer-corruption": {
    name: "a damaged image",
    command: "sudo journalctl -u docker -u containerd --no-pager | grep overlay2 | tail -5",
    answer: "errors about one layer mean its image, errors about many the filesystem",
  },
  "clock-wrong": {
    name: "a wrong clock",
    command: "date -u; timedatectl",
    answer: "compare it with a clock that is right: the difference is the answer",
  },
  "certificate-expired": {
    name: "an expired certificate",
    command: "date -u; for f in /etc/kubernetes/pki/*.crt; do sudo openssl x509 -noout -enddate -in $f; done",
    answer: "a date before the first line's means that the certificate has expired",
  },
  "etcd-corruption": {
    name: "damaged files of etcd",
    command: "sudo crictl ps -a --name etcd; sudo crictl logs --tail 20 $(sudo crictl ps -aq --name etcd | head -1)",
    answer: "a panic or a checksum in its last lines means its files",
  },
  "etcd-quorum": {
    name: "missing members of etcd",
    command: "sudo etcdctl endpoint status --cluster -w table",
    answer: "members that do not answer there are what is missing",
  },
  "port-conflict": {
    name: "a port that is taken",
    command: "sudo ss -ltnp",
    answer: "another program at the port there means a conflict",
  },
  "image-unavailable": {
    name: "an image that cannot be pulled",
    command: "docker images; sudo crictl images",
    answer: "an image that is missing there has to be pulled again",
  },
  "dns-failure": {
    name: "names that cannot be resolved",
    command: "getent hosts registry.k8s.io; cat /etc/resolv.conf",
    answer: "no address there means name resolution",
  },
};

/** Traces of several triggers at once, while the kernel's log of the day is not in the bundle. */
const KERNEL_LOG = "sudo journalctl -k --no-pager -o short-iso";

function plainDevice(device: string | null): string | null {
  return device !== null && /^\/dev\/(?!root$)[\w/.-]+$/.test(device) ? device : null;
}

function fill(command: string, device: string | null): string {
  const known = plainDevice(device);
  return command
    .replace("{device}", () => known ?? "/dev/<partition>")
    .replace("{disk}", () => (known === null || /\/mapper\//.test(known) ? "/dev/<disk>" : disk(known)));
}

/** For a damage: what tells its possible triggers apart. Else: what tells the cause from those that look the same. */
export function decidingTest(
  finding: Finding,
  triggers: Trigger[],
  input: DiagnosisInput,
): { text: string; command: string } | null {
  const known = TRIGGERS[finding.cause];
  if (known && finding.active !== false) {
    const open = triggers.filter(({ likelihood }) => likelihood === "likely" || likelihood === "possible");
    return open.length === 0 ? unknownTrigger(known, triggers, input) : betweenTriggers(open, known.causes, input);
  }
  return finding.unmistakable === true ? null : rivalTest(finding, input);
}

function unknownTrigger(
  known: { causes: Cause[]; needs: string[] },
  triggers: Trigger[],
  input: DiagnosisInput,
): { text: string; command: string } {
  const excluded = triggers.map(({ finding }) => finding.cause);
  const open = known.causes.filter((cause) => !excluded.includes(cause));
  const names = list(open.slice(0, 4).flatMap((cause) => TESTS[cause]?.name ?? []));
  const superblock =
    input.missing.some(({ id }) => id === "ext4-superblock") && known.needs.includes("ext4-superblock");
  const command = superblock ? `${KERNEL_LOG}\nsudo dumpe2fs -h {device} | grep -iE 'state|error'` : KERNEL_LOG;
  const text = `Decides between ${names}: each leaves its own lines there shortly before the first error; lines of EXT4-fs about a recovery mean that the power was cut.`;
  return { text, command: fill(command, input.device) };
}

function betweenTriggers(
  open: Trigger[],
  usual: Cause[],
  input: DiagnosisInput,
): { text: string; command: string } | null {
  const [first, second] = open;
  const causes = [...new Set([...open.map(({ finding }) => finding.cause), ...usual])];
  const test = causes.flatMap((cause) => TESTS[cause] ?? []).find(({ command }) => !answered(command, input));
  if (!first || !test || (first.likelihood === "likely" && leavesDamage(first.finding))) return null;
  const between = second
    ? `between ${TESTS[first.finding.cause]?.name ?? first.finding.cause} and ${TESTS[second.finding.cause]?.name ?? second.finding.cause}`
    : `whether it was ${TESTS[first.finding.cause]?.name ?? first.finding.cause}`;
  return { text: `Decides ${between}: ${test.answer}.`, command: fill(test.command, input.device) };
}

/** What the bundle holds already need not be asked for again. */
function answered(command: string, input: DiagnosisInput): boolean {
  if (/^sudo (?:dmesg|journalctl -k)/.test(command)) return input.present.has("kernel-log");
  if (command.startsWith("df ")) return input.present.has("disk-usage");
  if (/dumpe2fs/.test(command)) return input.present.has("ext4-superblock");
  if (/timedatectl/.test(command)) return input.present.has("clock");
  if (/list-boots/.test(command)) return false;
  if (/get_throttled/.test(command))
    return input.checks.some(({ rule, verdict }) => rule === "throttled-flags" && verdict === "fail");
  return false;
}

/** Rules about another machine, or about a disk that is not there at all: the supply of the board is no rival. */
const OF_NO_BOARD = new Set(["nfs-not-responding", "volume-missing"]);

/** A cause that looks the same and that no rule could look for. */
function rivalTest(finding: Finding, input: DiagnosisInput): { text: string; command: string } | null {
  for (const rival of RIVALS[finding.cause] ?? []) {
    const test = TESTS[rival];
    if (!test || answered(test.command, input)) continue;
    if (rival === "under-voltage" && OF_NO_BOARD.has(finding.id)) continue;
    if (input.findings.some(({ cause, role }) => cause === rival && role !== "marker")) continue;
    return {
      text: `Tells it from ${test.name}, which looks the same: ${test.answer}.`,
      command: fill(test.command, input.device),
    };
  }
  return null;
}

function list(words: string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
