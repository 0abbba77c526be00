import { readdir } from "node:fs/promises";
import type { SourceParser } from "../model/source.ts";

/**
 * Every source of this directory, in order of id. A source is a module whose default export is a SourceParser with the
 * file's name as its id; files that start with `_` are helpers.
 */
export async function loadSources(): Promise<SourceParser[]> {
  const own = /^(?:registry|_.*)\.[jt]s$/;
  const names = (await readdir(new URL(".", import.meta.url)))
    .filter((name) => /\.[jt]s$/.test(name) && !name.endsWith(".d.ts") && !own.test(name))
    .sort();
  const modules = await Promise.all(
    names.map(async (name) => {
      const module = (await import(new URL(name, import.meta.url).href)) as { default: SourceParser };
      return module.default;
    }),
  );
  return modules;
}
