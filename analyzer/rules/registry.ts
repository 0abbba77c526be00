import { readdir, readFile } from "node:fs/promises";
import type { Rule, StructuralRule } from "./types.ts";
import { parseLineRule } from "./yaml.ts";

/** Files of this directory that are not rules. */
const OWN = new Set(["evaluate", "line", "needs", "prefilter", "registry", "types", "view", "yaml"]);

/**
 * Every rule of this directory, in order of id: `<id>.yaml` is a line signature, `<id>.ts` a structural check as
 * default export.
 * @throws RuleError when a file cannot be used
 */
export async function loadRules(): Promise<Rule[]> {
  const here = new URL(".", import.meta.url);
  const names = (await readdir(here)).filter((name) => !name.startsWith("_") && !name.endsWith(".d.ts")).sort();
  const rules = await Promise.all(
    names.map(async (name): Promise<Rule | null> => {
      const [id = "", extension] = name.split(".");
      const url = new URL(name, here);
      if (extension === "yaml") return parseLineRule(id, await readFile(url, "utf8"));
      if (!/^[jt]s$/.test(extension ?? "") || OWN.has(id)) return null;
      return ((await import(url.href)) as { default: StructuralRule }).default;
    }),
  );
  return rules.filter((rule) => rule !== null).sort((a, b) => (a.id < b.id ? -1 : 1));
}
