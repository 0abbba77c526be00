// The browser script of the report as one minified text that may stand inside a <script> element.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));

/** @returns {string} the same bytes for the same sources */
export function bundleClient() {
  const { outputFiles } = buildSync({
    entryPoints: [join(here, "main.ts")],
    tsconfigRaw: "{}",
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2022",
    charset: "ascii",
    legalComments: "none",
  });
  const text = outputFiles[0].text.trim();
  if (/<\/script|<!--/i.test(text)) throw new Error("the script of the report would end its own element");
  return text;
}
