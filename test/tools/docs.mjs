// Writes the generated parts of the documentation, or with --check fails when they are stale.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = new URL("../../", import.meta.url);
const load = async (path) => import(new URL(path, root));
const { loadRules } = await load("dist/rules/registry.js");
const { loadBinarySources, loadSources } = await load("dist/sources/registry.js");

const cell = (text) => text.replaceAll("|", "\\|").replaceAll("\n", " ");
const table = (head, rows) =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.map(cell).join(" | ")} |`).join("\n");

/** What the terminal shows of a sample. */
function summary() {
  const cwd = mkdtempSync(join(tmpdir(), "coldcase-docs-"));
  const paths = ["dist/cli/bin.js", "samples/k1-apiserver-refused/k1"].map((path) =>
    fileURLToPath(new URL(path, root)),
  );
  const { stdout } = spawnSync(process.execPath, [paths[0], "analyze", paths[1]], { cwd, encoding: "utf8" });
  rmSync(cwd, { recursive: true });
  return `\`\`\`\n${stdout.trim()}\n\`\`\``;
}

const blocks = {
  summary: summary(),
  rules: table(
    ["rule", "layer", "role", "cause", "severity", "when it is quiet"],
    (await loadRules()).map((rule) => [rule.id, rule.layer, rule.role, rule.cause, rule.severity, rule.passTitle]),
  ),
  sources: table(
    ["source", "reads"],
    [...(await loadSources()), ...(await loadBinarySources())]
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map((source) => [source.id, source.title]),
  ),
};

const files = ["README.md", "analyzer/README.md"];
let stale = 0;
for (const file of files) {
  const url = new URL(file, root);
  const before = readFileSync(url, "utf8");
  const after = before.replace(
    /(<!-- generated: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, open, name, close) => `${open}\n${blocks[name]}\n\n${close}`,
  );
  if (after === before) continue;
  if (process.argv.includes("--write")) writeFileSync(url, after);
  else {
    stale += 1;
    console.error(`${fileURLToPath(url)} is stale: npm run docs:write`);
  }
}
process.exitCode = stale > 0 ? 1 : 0;
