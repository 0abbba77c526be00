import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { coldcase, scratch } from "../helpers/cli.ts";
import type { Canary } from "./canaries.ts";
import { canaries } from "./canaries.ts";
import { textOfHtml } from "./island.ts";

const root = scratch();

const refused = "dial tcp 192.168.1.11:6443: connect: connection refused";
const clean = (text: string): string => text.replaceAll("\t", " ");
const clock = (index: number): string =>
  `10:${String(Math.floor(index / 60)).padStart(2, "0")}:${String(index % 60).padStart(2, "0")}`;

/** The same secrets in the form of each kind of log, each next to a line that becomes evidence. */
const formats: Record<string, (canary: Canary, index: number) => string[]> = {
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
  "notes.txt": ({ line }) => [`$ cat /etc/thing`, line, refused],
};

describe.each(Object.keys(formats))("secrets in %s", (format) => {
  const outputs = new Map<string, string>();
  beforeAll(() => {
    const bundle = join(root, format.replaceAll(".", "-"));
    mkdirSync(join(bundle, "k1"), { recursive: true });
    const lines = canaries.flatMap((canary, index) => formats[format]?.(canary, index) ?? []);
    writeFileSync(join(bundle, "k1", format), `${lines.join("\n")}\n`);
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
