/**
 * The compiled templates, the stylesheet and the browser's script. A built package holds them precompiled beside this module and needs only
 * the runtime of Handlebars; run from source, they are compiled from `templates/`.
 */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import type Handlebars from "handlebars";

type Runtime = typeof Handlebars;
type Compiled = Handlebars.TemplateDelegate;

/** What analyzer/build.mjs writes. */
interface BuiltTemplates {
  specs: Record<string, TemplateSpecification>;
  stylesheet: string;
  script: string;
}

export interface Page {
  stylesheet: string;
  /** The browser's script, minified; it holds nothing that could end its element. */
  script: string;
  /** Renders the page. Every value of the view is escaped, but those marked by `trusted`. */
  render: (view: object) => string;
  /** Marks text that may stand as it is: the stylesheet, the script, and base64. */
  trusted: (text: string) => object;
}

/** A missing field is an error, and lines of evidence are not indented. The same as in analyzer/build.mjs. */
const COMPILE_OPTIONS = { strict: true, preventIndent: true, knownHelpersOnly: true };

function createPage(runtime: Runtime, templates: Map<string, Compiled>, stylesheet: string, script: string): Page {
  for (const [name, template] of templates) runtime.registerPartial(name, template);
  const report = templates.get("report");
  if (!report) throw new Error("the template `report` is missing");
  return { stylesheet, script, render: (view) => report(view), trusted: (text) => new runtime.SafeString(text) };
}

async function loadBuilt(built: URL): Promise<Page> {
  const { specs, stylesheet, script } = (await import(built.href)) as BuiltTemplates;
  const module = (await import("handlebars/runtime.js")) as unknown as { default: Runtime };
  const runtime = module.default.create();
  const templates = Object.entries(specs).map(([name, spec]): [string, Compiled] => [name, runtime.template(spec)]);
  return createPage(runtime, new Map(templates), stylesheet, script);
}

async function compileSources(root: URL): Promise<Page> {
  const { default: handlebars } = await import("handlebars");
  const compiler = handlebars.create();
  const partials = new URL("partials/", root);
  const files = readdirSync(partials).filter((name) => name.endsWith(".hbs"));
  const urls: [string, URL][] = files.toSorted().map((name) => [name.slice(0, -4), new URL(name, partials)]);
  const templates = [...urls, ["report", new URL("report.hbs", root)] as const].map(
    ([name, url]): [string, Compiled] => [name, compiler.compile(readFileSync(url, "utf8"), COMPILE_OPTIONS)],
  );
  const stylesheet = ["report.css", "explore.css"].map((name) => readFileSync(new URL(name, root), "utf8")).join("");
  const bundler = new URL("../client/bundle.mjs", import.meta.url).href;
  const { bundleClient } = (await import(bundler)) as { bundleClient: () => string };
  return createPage(compiler, new Map(templates), stylesheet, bundleClient());
}

/** Loads the templates that were built into `built`, or compiles those in the source tree. */
export async function loadPage(built = new URL("templates.js", import.meta.url)): Promise<Page> {
  return existsSync(built) ? loadBuilt(built) : compileSources(new URL("../../templates/", import.meta.url));
}
