import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { LineRule, Rule, StructuralRule } from "./types.ts";
import { checkReferences } from "./_references.ts";
import { toLineRule } from "./_line-rule.ts";
import { RuleError } from "./_rule-error.ts";

/** What the build makes of all YAML files. */
const COMPILED = "line-rules.json";
/** Files of this directory that are not rules. */
const OWN = new Set(["evaluate", "line", "matcher", "needs", "registry", "types", "view", "yaml"]);

/**
 * The rules of coldcase, and those of a directory of the user's own when one is given.
 * @throws RuleError with file:line when a file cannot be used
 */
export async function loadRules(userDirectory: string | null = null): Promise<Rule[]> {
  const own = await ownRules();
  if (userDirectory === null) return own;
  return byId([...own, ...(await loadUserRules(userDirectory, own))]);
}

/**
 * The line rules (`<id>.yaml`) of a user's directory.
 * @param own the rules of coldcase, whose ids are taken
 * @throws RuleError with file:line for the first that cannot be used, or when there is none
 */
export async function loadUserRules(directory: string, own: Rule[]): Promise<LineRule[]> {
  const { parseLineRule } = await import("./yaml.ts");
  const names = (await readdir(directory)).filter((name) => name.endsWith(".yaml")).sort();
  if (names.length === 0) throw new RuleError(`${directory}: no rule: a rule is a file <id>.yaml`);
  const read = names.map(async (name) => {
    const file = join(directory, name);
    const source = await readFile(file, "utf8");
    const rule = { ...parseLineRule(name.slice(0, -".yaml".length), source, file), guarded: true };
    return { rule, source, file };
  });
  const files = await Promise.all(read);
  checkReferences(files, own);
  return files.map(({ rule }) => rule);
}

function byId(rules: Rule[]): Rule[] {
  return rules.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/**
 * Every rule of this directory, in order of id: `<id>.yaml` is a line signature, `<id>.ts` a structural check as
 * default export. The build puts all line signatures into one file, as reading YAML takes a fifth of a second.
 * @throws RuleError when a file cannot be used
 */
async function ownRules(): Promise<Rule[]> {
  const here = new URL(".", import.meta.url);
  const names = (await readdir(here)).filter((name) => !name.startsWith("_") && !name.endsWith(".d.ts")).sort();
  const compiled = names.includes(COMPILED) ? readCompiled(new URL(COMPILED, here)) : [];
  const rules = await Promise.all(
    names.map(async (name): Promise<Rule | null> => {
      const [id = "", extension] = name.split(".");
      const url = new URL(name, here);
      if (extension === "yaml") return (await import("./yaml.ts")).parseLineRule(id, await readFile(url, "utf8"));
      if (!/^[jt]s$/.test(extension ?? "") || OWN.has(id)) return null;
      return ((await import(url.href)) as { default: StructuralRule }).default;
    }),
  );
  return byId([...compiled, ...rules.filter((rule) => rule !== null)]);
}

/** Line signatures as the build left them: the fields of each by id. */
function readCompiled(file: URL): LineRule[] {
  const fields = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  return Object.entries(fields).map(([id, raw]) =>
    toLineRule(id, raw, (path, message) => {
      throw new RuleError(`${id}.yaml: ${path.join(".")}: ${message}`);
    }),
  );
}
