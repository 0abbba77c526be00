import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { coldcase, scratch } from "../helpers/cli.ts";
import { textOfHtml } from "./island.ts";

const root = scratch();
const LAST = "kAnArIe7Zz==";
const WORDY = "kanarienvogel";
const key = (last: string): string[] => [
  "-----BEGIN RSA PRIVATE KEY-----",
  "MIIEkanarieOne1Kanarie33Kanarie33Kanarie33Kanarie33Kanarie33Kana",
  "kanarieTwo2Kanarie33Kanarie33Kanarie33Kanarie33Kanarie33KanarieX",
  last,
  "-----END RSA PRIVATE KEY-----",
];
const time = (index: number): string => `10:00:${String(index).padStart(2, "0")}`;
const refused = "dial tcp 192.168.1.11:6443: connect: connection refused";

const forms: Record<string, (text: string, index: number) => string> = {
  "journal.txt": (text, index) => `2026-03-02T${time(index)}+0000 k1 app[800]: ${text}`,
  "docker.json.log": (text, index) =>
    JSON.stringify({ log: `${text}\n`, stream: "stderr", time: `2026-03-02T${time(index)}.5Z` }),
  "pod.log": (text, index) => `2026-03-02T${time(index)}.000000001Z stderr F ${text}`,
};

test.each(Object.entries(forms))("the short last line of a private key, line by line in %s", (name, form) => {
  const cwd = join(root, name.replaceAll(".", "-"));
  mkdirSync(join(cwd, "k1"), { recursive: true });
  const lines = [
    `E panic: ${refused}`,
    ...key(LAST),
    `E panic: ${refused}`,
    ...key(WORDY),
    `E panic: ${refused}`,
    "all is done",
  ];
  writeFileSync(join(cwd, "k1", name), `${lines.map(form).join("\n")}\n`);
  const run = coldcase(["analyze", "k1", "--html", "o.html", "--markdown", "o.md", "--json", "o.json"], { cwd });
  expect(run.exit, run.stderr).toBe(0);
  const query = coldcase(["query", "k1", "SELECT text FROM text", "--csv"], { cwd }).stdout;
  const outputs = ["o.html", "o.md", "o.json"].map((file) => readFileSync(join(cwd, file), "utf8"));
  const all = [...outputs, textOfHtml(outputs[0] ?? ""), run.stdout, run.stderr, query].join("\n");
  for (const secret of [LAST, WORDY, "kanarieTwo2", "MIIEkanarieOne1"])
    expect(all.includes(secret), secret).toBe(false);
  expect(query).toContain("all is done");
  expect(query).toContain("-----END RSA PRIVATE KEY-----");
});
