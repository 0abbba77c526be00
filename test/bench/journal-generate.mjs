// Entries of a busy node's journal in export format (systemd docs/JOURNAL_EXPORT_FORMATS.md). The same number of entries
// is always the same bytes.
import { random } from "../helpers/random.mjs";

const PROGRAMS = ["kubelet", "dockerd", "systemd", "kernel", "cron"];
const BOOT = "5eed5eed5eed5eed5eed5eed5eed5eed";

/** One in 50 messages is long enough to be compressed. `part` counts up for what follows in time. */
export function exportEntries(entries, part = 0) {
  const next = random(7 + part);
  const below = (limit) => Math.floor(next() * limit);
  const parts = [];
  const start = part * entries * 50_010;
  let realtime = 1_772_430_000_000_000 + start;
  let monotonic = 1_000_000 + start;
  for (let index = 0; index < entries; index++) {
    const step = 10 + below(50_000);
    realtime += step;
    monotonic += step;
    const program = PROGRAMS[below(PROGRAMS.length)];
    const id = below(2 ** 31)
      .toString(16)
      .padStart(8, "0");
    const long = index % 50 === 0 ? ` ${`${id} `.repeat(70)}` : "";
    parts.push(
      `__REALTIME_TIMESTAMP=${realtime}\n__MONOTONIC_TIMESTAMP=${monotonic}\n_BOOT_ID=${BOOT}\nPRIORITY=${below(7)}\n` +
        `_TRANSPORT=${program === "kernel" ? "kernel" : "stdout"}\nSYSLOG_IDENTIFIER=${program}\n_HOSTNAME=pi-master\n` +
        `_PID=${300 + below(5)}\n_COMM=${program}\n_SYSTEMD_UNIT=${program}.service\n_UID=0\n_GID=0\n` +
        `_CMDLINE=/usr/bin/${program} --all\n_EXE=/usr/bin/${program}\n_MACHINE_ID=${BOOT}\n` +
        `_SOURCE_REALTIME_TIMESTAMP=${realtime - 10 - below(2000)}\n` +
        `MESSAGE=node "pi-master" not found, attempt ${index} of ${id}${long}\n\n`,
    );
  }
  return Buffer.from(parts.join(""));
}
