import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { coldcase, scratch } from "../helpers/cli.ts";
import { textOfHtml } from "./island.ts";

const root = scratch();
const refused = "dial tcp 192.168.1.11:6443: connect: connection refused";

const files: Record<string, string[]> = {
  "secret.yaml": [
    "$ kubectl get secret app -o yaml",
    "apiVersion: v1",
    "data:",
    "  plain: a2FuYXJpZW9uZQ==",
    "  other: kanarietwo",
    "kind: Secret",
    "metadata:",
    "  name: canary-app",
    "type: Opaque",
  ],
  "secret.json": [
    "$ kubectl get secret app -o json",
    "{",
    '    "apiVersion": "v1",',
    '    "data": {',
    '        "plain": "a2FuYXJpZW9uZQ==",',
    '        "other": "kanarietwo"',
    "    },",
    '    "kind": "Secret",',
    '    "metadata": {',
    '        "name": "canary-app"',
    "    }",
    "}",
  ],
  "pod.txt": [
    "$ cat pod.txt",
    "  env:",
    "  - name: DB_PASSWORD",
    "    value: a2FuYXJpZW9uZQ==",
    "  - name: OTHER_TOKEN",
    "    value: 'kanarietwo'",
    "  - name: HOME",
    "    value: canary-app",
  ],
  "describe.txt": [
    "$ cat describe.txt",
    "    Command:",
    "      app",
    "      --db-password",
    "      a2FuYXJpZW9uZQ==",
    "      --token",
    '      - "kanarietwo"',
    "      --verbose",
    "      canary-app",
  ],
};

test.each(Object.entries(files))("what only its neighbours make secret, in %s", (name, lines) => {
  const cwd = join(root, name.replaceAll(".", "-"));
  mkdirSync(join(cwd, "k1"), { recursive: true });
  writeFileSync(join(cwd, "k1", name), `${[...lines, refused].join("\n")}\n`);
  const run = coldcase(["analyze", "k1", "--html", "o.html", "--markdown", "o.md", "--json", "o.json"], { cwd });
  expect(run.exit, run.stderr).toBe(0);
  const query = coldcase(["query", "k1", "SELECT text FROM text", "--csv"], { cwd }).stdout;
  const outputs = ["o.html", "o.md", "o.json"].map((file) => readFileSync(join(cwd, file), "utf8"));
  const all = [...outputs, textOfHtml(outputs[0] ?? ""), run.stdout, run.stderr, query].join("\n");
  for (const secret of ["a2FuYXJpZW9uZQ", "kanarietwo"]) expect(all.includes(secret), secret).toBe(false);
  expect(query).toContain("canary-app");
  expect(query).toMatch(/‹password:2›/);
});
