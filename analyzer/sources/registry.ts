import { readdir } from "node:fs/promises";
import type { BinarySource, SourceParser } from "../model/source.ts";

/**
 * Every source of lines of this directory, in order of id. A source is a module whose default export is a SourceParser
 * or a BinarySource with the file's name as its id; files that start with `_` are helpers.
 */
export async function loadSources(): Promise<SourceParser[]> {
  return (await loadAll()).filter((source): source is SourceParser => !isBinary(source));
}

/** Every source of binary files of this directory, in order of id. */
export async function loadBinarySources(): Promise<BinarySource[]> {
  return (await loadAll()).filter(isBinary);
}

function isBinary(source: SourceParser | BinarySource): source is BinarySource {
  return "matches" in source;
}

async function loadAll(): Promise<(SourceParser | BinarySource)[]> {
  const own = /^(?:registry|_.*)\.[jt]s$/;
  const names = (await readdir(new URL(".", import.meta.url)))
    .filter((name) => /\.[jt]s$/.test(name) && !name.endsWith(".d.ts") && !own.test(name))
    .sort();
  return Promise.all(
    names.map(async (name) => {
      const module = (await import(new URL(name, import.meta.url).href)) as { default: SourceParser | BinarySource };
      return module.default;
    }),
  );
}
