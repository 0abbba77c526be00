import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const corpus = process.env["COLDCASE_CORPUS"] ?? fileURLToPath(new URL("../../../shared/incidents", import.meta.url));
const there = existsSync(corpus);
if (!there) console.log("corpus not available: analyzer/ was not searched for its names");

function filesUnder(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesUnder(path) : [path];
  });
}

/** What only the corpus has: long ids, addresses that are no documentation or loopback ones, slugs. */
function namesOf(text: string): string[] {
  const ids = text.match(/\b[0-9a-f]{12,64}\b/g) ?? [];
  const addresses = text.match(/\b(?:\d{1,3}\.){3}\d{1,3}\b/g) ?? [];
  const common = /^(?:127\.|0\.0\.0\.0|255\.|10\.96\.|10\.244\.|1\.|8\.8\.|0{12}|10\.0\.0\.7)/;
  return [...ids.filter((id) => /\d/.test(id) && /[a-f]/.test(id)), ...addresses].filter((name) => !common.test(name));
}

test.skipIf(!there)("no id, address or slug of the corpus is in analyzer/", () => {
  const names = new Set(
    readdirSync(corpus).flatMap((slug) => {
      const bundle = join(corpus, slug, "bundle");
      return existsSync(bundle)
        ? [slug, ...filesUnder(bundle).flatMap((path) => namesOf(readFileSync(path, "latin1")))]
        : [];
    }),
  );
  const code = filesUnder("analyzer").map((path) => [path, readFileSync(path, "utf8")] as const);
  const found = [...names].flatMap((name) =>
    code.filter(([, text]) => text.includes(name)).map(([path]) => `${path}: ${name}`),
  );
  expect(found).toEqual([]);
});
