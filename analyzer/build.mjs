// Completes what tsc leaves in dist/: copies the rules' YAML and the schema, precompiles the report's templates, bundles its script.
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import Handlebars from "handlebars";
import { bundleClient } from "./client/bundle.mjs";

const source = dirname(fileURLToPath(import.meta.url));
const templates = join(source, "..", "templates");
const target = process.argv[2] ?? join(source, "..", "dist");

function copyData() {
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(?:yaml|sql)$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    cpSync(path, join(target, relative(source, path)));
  }
}

/** Partials are named after their files; the page itself is `report`. */
function templateFiles() {
  return readdirSync(templates, { recursive: true })
    .map((name) => name.split(sep).join("/"))
    .filter((name) => name.endsWith(".hbs"))
    .toSorted();
}

function compileTemplates() {
  // Must be the options of compileSources in analyzer/report/html-templates.ts.
  const options = { strict: true, preventIndent: true, knownHelpersOnly: true };
  const specs = templateFiles().map((name) => {
    const id = name.replace(/^partials\//, "").replace(/\.hbs$/, "");
    const text = readFileSync(join(templates, ...name.split("/")), "utf8");
    return `  ${JSON.stringify(id)}: ${Handlebars.precompile(text, options)},`;
  });
  const stylesheet = ["report.css", "explore.css"].map((name) => readFileSync(join(templates, name), "utf8")).join("");
  const lines = [
    "export const specs = {",
    ...specs,
    "};",
    `export const stylesheet = ${JSON.stringify(stylesheet)};`,
    `export const script = ${JSON.stringify(bundleClient())};`,
    "",
  ];
  mkdirSync(join(target, "report"), { recursive: true });
  writeFileSync(join(target, "report", "templates.js"), lines.join("\n"));
}

copyData();
compileTemplates();
