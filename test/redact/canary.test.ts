import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { hasJournalTools, makeJournal } from "../journal/helpers.ts";
import { coldcase, scratch } from "../helpers/cli.ts";
import type { Canary } from "./canaries.ts";
import { canaries } from "./canaries.ts";
import { textOfHtml } from "./island.ts";

const root = scratch();

const refused = "dial tcp 192.168.1.11:6443: connect: connection refused";
const clean = (text: string): string => text.replaceAll("\t", " ");
const clock = (index: number): string =>
  `10:${String(Math.floor(index / 60)).padStart(2, "0")}:${String(index % 60).padStart(2, "0")}`;

/** An entry of the export format, its message given with its length. */
function exported({ line }: Canary, index: number): string[] {
  const message = Buffer.from(`${refused} ${line}`);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(message.length));
  return [
    `__REALTIME_TIMESTAMP=${1772445600000000 + index * 1e6}`,
    `__MONOTONIC_TIMESTAMP=${1 + index * 1e6}`,
    "_BOOT_ID=0123456789abcdef0123456789abcdef",
    "_HOSTNAME=k1",
    "PRIORITY=3",
    "SYSLOG_IDENTIFIER=kubelet",
    "_CMDLINE=/usr/bin/kubelet --all",
    `MESSAGE\n${length.toString("latin1")}${message.toString("latin1")}`,
    "",
  ];
}

/** What lies in the bundle: text, or a journal in binary form where its tool is installed. */
function contentOf(format: string, lines: string[], directory: string): Buffer {
  if (format === "journal.export") return Buffer.from(`${lines.join("\n")}\n`, "latin1");
  if (format !== "system.journal") return Buffer.from(`${lines.join("\n")}\n`);
  const text = Buffer.from(`${lines.join("\n")}\n`, "latin1");
  return makeJournal(join(directory, "made.journal"), text, { keyed: true, compact: true });
}

const there = Object.keys(formats()).filter((format) => format !== "system.journal" || hasJournalTools());

/** The same secrets in the form of each kind of log, each next to a line that becomes evidence. */
function formats(): Record<string, (canary: Canary, index: number) => string[]> {
  return {
    "journal.txt": ({ line }, index) => [
      `2026-03-02T${clock(index)}+0000 k1 kubelet[700]: E0302 ${clock(index)}.000000     700 a.go:1] Get https://192.168.1.11:6443/: ${refused} ${clean(line)}`,
      `2026-03-02T${clock(index)}+0000 k1 app[${800 + index}]: ${clean(line)}`,
    ],
    "dmesg.txt": ({ line }, index) => [
      `[${(index + 10).toFixed(6)}] EXT4-fs error (device mmcblk0p2): ext4_lookup:1601: inode #2: comm ls: deleted inode referenced: ${262569 + index}`,
      `[${(index + 10.5).toFixed(6)}] ${clean(line)}`,
    ],
    "pod.log": ({ line }, index) => [`2026-03-02T${clock(index)}.000000001Z stderr F panic: ${refused} ${clean(line)}`],
    "docker.json.log": ({ line }, index) => [
      JSON.stringify({ log: `E ${refused} ${line}\n`, stream: "stderr", time: `2026-03-02T${clock(index)}.5Z` }),
    ],
    "journal.json": ({ line }, index) => [
      JSON.stringify({
        __REALTIME_TIMESTAMP: String(1772445600000000 + index * 1e6),
        __MONOTONIC_TIMESTAMP: String(index * 1e6),
        _BOOT_ID: "0123456789abcdef0123456789abcdef",
        _HOSTNAME: "k1",
        PRIORITY: "3",
        SYSLOG_IDENTIFIER: "kubelet",
        MESSAGE: `${refused} ${line}`,
      }),
    ],
    "journal.export": exported,
    // Written by systemd-journal-remote.
    "system.journal": exported,
    "notes.txt": ({ line }) => [`$ cat /etc/thing`, line, refused],
  };
}

describe.each(there)("secrets in %s", (format) => {
  const outputs = new Map<string, string>();
  beforeAll(() => {
    const bundle = join(root, format.replaceAll(".", "-"));
    mkdirSync(join(bundle, "k1"), { recursive: true });
    const lines = canaries.flatMap((canary, index) => formats()[format]?.(canary, index) ?? []);
    writeFileSync(join(bundle, "k1", format), contentOf(format, lines, bundle));
    const run = coldcase(
      ["analyze", join(bundle, "k1"), "--html", "o.html", "--markdown", "o.md", "--json", "o.json"],
      {
        cwd: bundle,
      },
    );
    expect(run.exit, run.stderr).toBe(0);
    for (const name of readdirSync(bundle).filter((file) => file.startsWith("o."))) {
      outputs.set(name, readFileSync(join(bundle, name), "utf8"));
    }
    outputs.set("terminal", run.stdout + run.stderr);
    outputs.set("inside of the HTML", textOfHtml(outputs.get("o.html") ?? ""));
    const query = coldcase(["query", join(bundle, "k1"), "SELECT text FROM text", "--csv"], { cwd: bundle });
    outputs.set("query", query.stdout);
  });

  test.each(canaries.map((canary) => [canary.name, canary] as const))("%s", (_, { secret }) => {
    const leaks = [...outputs].filter(([, text]) => text.includes(secret)).map(([name]) => name);
    expect(leaks).toEqual([]);
  });

  test("the lines around them are there", () => {
    expect(outputs.get("o.json")).toMatch(/‹[a-z0-9-]+:1›/);
    expect(outputs.get("query")).toContain("‹public-ip:1›");
  });
});
