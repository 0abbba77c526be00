// Completes what tsc leaves in dist/: copies the schema, puts the rules' YAML into one file, precompiles the report's templates, bundles its script.
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import Handlebars from "handlebars";
import { parse } from "yaml";
import { bundleClient } from "./client/bundle.mjs";

const source = dirname(fileURLToPath(import.meta.url));
const templates = join(source, "..", "templates");
const target = process.argv[2] ?? join(source, "..", "dist");

function copySchema() {
  cpSync(join(source, "store", "schema.sql"), join(target, "store", "schema.sql"));
}

/** The fields of every line rule by id; they are checked when they are loaded, as those of a user are. */
function compileRules() {
  const names = readdirSync(join(source, "rules")).filter((name) => name.endsWith(".yaml"));
  const fields = names.toSorted().map((name) => {
    const text = readFileSync(join(source, "rules", name), "utf8");
    return [name.slice(0, -".yaml".length), parse(text)];
  });
  mkdirSync(join(target, "rules"), { recursive: true });
  writeFileSync(join(target, "rules", "line-rules.json"), JSON.stringify(Object.fromEntries(fields)));
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

copySchema();
compileRules();
compileTemplates();
