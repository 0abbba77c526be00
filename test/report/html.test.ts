import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { CONTROL, HIDDEN } from "./characters.ts";
import { loadPage } from "../../analyzer/report/html-templates.ts";
import { readIsland } from "../../analyzer/report/island.ts";
import { renderHtml, renderPage } from "../../analyzer/report/html.ts";
import type { IncidentReport } from "../../analyzer/model/report.ts";
import {
  healthyReport,
  hostileReport,
  insufficientReport,
  reports,
  seedReport,
  unknownCauseReport,
} from "./fixture.ts";

const TEMPLATES = new URL("../../templates/", import.meta.url);
const SOURCES = new URL("../../analyzer/report/", import.meta.url);

function filesOf(root: URL, ending: RegExp): [string, string][] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => ending.test(name))
    .map((name) => [name, readFileSync(new URL(name, root), "utf8")]);
}

/** The document without what is text to the browser: style, data island, and the contents of attributes are kept apart. */
function tagsOf(html: string): string[] {
  const withoutRaw = html.replace(/<style>[^]*?<\/style>/, "").replace(/(<script[^>]*>)[^]*?<\/script>/g, "$1");
  return withoutRaw.match(/<[^>]+>/g) ?? [];
}

describe("templates", () => {
  it.each([...filesOf(TEMPLATES, /\.hbs$/), ...filesOf(SOURCES, /\.ts$/)])(
    "%s writes nothing unescaped",
    (name, text) => {
      expect(text).not.toContain("{{{");
      expect(text).not.toMatch(/\{\{&|innerHTML|outerHTML|insertAdjacent|document\.write/);
      if (name.endsWith(".hbs")) expect(text).not.toMatch(/\s(?:style|on\w+)=/);
      if (name !== "html-templates.ts") expect(text).not.toContain("SafeString");
    },
  );

  it("are quoted in every attribute", () => {
    for (const [, text] of filesOf(TEMPLATES, /\.hbs$/)) expect(text).not.toMatch(/=\{\{/);
  });

  it("give the same page when built", async () => {
    const target = mkdtempSync(join(tmpdir(), "coldcase-build-"));
    try {
      execFileSync(process.execPath, [new URL("../../analyzer/build.mjs", import.meta.url).pathname, target]);
      const built = await loadPage(pathToFileURL(join(target, "report", "templates.js")));
      expect(renderPage(built, seedReport(), null) === renderHtml(seedReport())).toBe(true);
      expect(() => built.render({})).toThrow(/not defined/);
    } finally {
      rmSync(target, { recursive: true });
    }
  });
});

describe.each(Object.entries(reports))("html of %s", (_name, report) => {
  const html = renderHtml(report());
  const tags = tagsOf(html);

  it("has a policy first in its head, with the hashes of its stylesheet and its script", () => {
    const style = /<style>([^]*?)<\/style>/.exec(html)?.[1] ?? "";
    const script = /<script>([^]*?)<\/script>/.exec(html)?.[1] ?? "";
    const hash = (text: string): string => createHash("sha256").update(text, "utf8").digest("base64");
    const policy = /<head>\n<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(html)?.[1];
    expect(policy?.replaceAll("&#x27;", "'").replaceAll("&#x3D;", "=")).toBe(
      `default-src 'none'; script-src 'sha256-${hash(script)}'; style-src 'sha256-${hash(style)}'; img-src data:; base-uri 'none'; form-action 'none'`,
    );
  });

  it("holds one script of its own, no inline style, no handler, no foreign link", () => {
    expect(tags.filter((tag) => /^<script/i.test(tag))).toEqual([
      '<script type="text/plain" id="report-data" data-encoding="json deflate-raw base64">',
      "<script>",
    ]);
    expect(tags.filter((tag) => /\s(?:style|on\w+)\s*=/i.test(tag.replace(/"[^"]*"/g, '""')))).toEqual([]);
    expect(tags.filter((tag) => /^<(?:img|iframe|object|embed|link|base|form)/i.test(tag))).toEqual([]);
    const links = tags.flatMap((tag) => /href="([^"]*)"/.exec(tag)?.[1] ?? []);
    expect(links.filter((href) => !/^(?:#|https?:\/\/)/.test(href))).toEqual([]);
    expect(tags.filter((tag) => /href="http/.test(tag) && !tag.includes('rel="noreferrer"'))).toEqual([]);
  });

  it("links only to places that it has, and names each once", () => {
    const ids = tags.flatMap((tag) => /\sid="([^"]*)"/.exec(tag)?.[1] ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    const targets = tags.flatMap((tag) => /href="#([^"]*)"/.exec(tag)?.[1] ?? []);
    expect(targets.filter((target) => !ids.includes(target))).toEqual([]);
  });

  it("draws only finite numbers", () => {
    expect(html.replace(/<script[^]*?<\/script>/g, "")).not.toMatch(/="[^"]*(?:NaN|Infinity|undefined)/);
  });

  it("renders the same bytes again", () => {
    expect(renderHtml(report()) === html).toBe(true);
  });

  it("carries the report as data", () => {
    expect(readIsland(html, "report")).toEqual(JSON.parse(JSON.stringify(report())));
  });
});

describe("html", () => {
  it("shows hostile text as text", () => {
    const html = renderHtml(hostileReport());
    const shown = html.replace(/<style>[^]*?<\/style>|<script[ >][^]*?<\/script>/g, "");
    expect(shown).not.toMatch(/<script|<img|<b>/i);
    expect(shown).not.toMatch(CONTROL);
    expect(shown).not.toMatch(HIDDEN);
    for (const text of [
      "&lt;/script&gt;",
      "{{x}} {{{y}}} {{&gt; report}}",
      "$&amp; $1",
      "%%TOKEN%%",
      "␛[31m",
      "\\ud800",
    ]) {
      expect(shown).toContain(text);
    }
    expect(shown).toMatch(/\[\d+,\d{3} more characters in this line\]/);
  });

  it("puts the sections in the order of the story", () => {
    const headings = [...renderHtml(seedReport()).matchAll(/<h2 id="h-([^"]+)"/g)].map((match) => match[1]);
    expect(headings).toEqual(
      "what-happened what-to-do further timeline findings events clock containers checks coverage reproduce".split(" "),
    );
  });

  it.each([
    [healthyReport, "Nothing is wrong, as far as this bundle can tell.", "Every container is up"],
    [insufficientReport, "This bundle holds too little", "Only one artifact was recognised"],
    [unknownCauseReport, "this bundle does not tell why", "No finding explains it."],
  ])("says plainly what it concludes and why", (report, answer, reason) => {
    const story = renderHtml(report()).split('id="what-to-do"')[0] ?? "";
    expect(story).toContain(answer);
    expect(story).toContain(reason);
  });

  it("keeps within its budgets", () => {
    const seed = seedReport();
    const empty: IncidentReport = {
      ...insufficientReport(),
      checks: [],
      notCollected: [],
      coverage: [],
      links: [],
      entities: [],
    };
    expect(Buffer.byteLength(renderHtml(empty))).toBeLessThan(160 * 1024);
    expect(Buffer.byteLength(renderHtml(seed))).toBeLessThan(400 * 1024);
    expect(Buffer.byteLength(renderHtml(reports.bigReport()))).toBeLessThan(4 * 1024 * 1024);
  });

  it("shows under which header a line of evidence stands", () => {
    const seed = seedReport();
    const [evidence] = seed.findings[0]?.evidence ?? [];
    if (!evidence) throw new Error("the seed has no evidence");
    Object.assign(evidence, { line: 40, under: { line: 30, text: "$ openssl -in </b>.crt" } });
    const shown = /data-n="30">([^<]*)\n<\/span><span class="line[^>]*data-n="(\d+)"/.exec(renderHtml(seed));
    expect(shown?.[1]).toBe("$ openssl -in &lt;/b&gt;.crt");
    expect(Number(shown?.[2])).toBe(40 - (evidence.before?.length ?? 0));
  });

  it("needs no field that is optional", () => {
    const seed = seedReport();
    const bare = (evidence: { before?: string[]; after?: string[] }): void => {
      delete evidence.before;
      delete evidence.after;
    };
    for (const finding of seed.findings) finding.evidence.forEach(bare);
    expect(() => renderHtml({ ...seed, bundles: [], histogram: null, containers: [] })).not.toThrow();
  });
});

describe("a table of more rows than are shown", () => {
  const boot = { id: "b", first: null, last: null, offsetUs: 0, basis: "exact" };
  const gap = { artifact: "a", from: null, to: null, kind: "unknown" as const, detail: "d" };
  const item = { item: "i", status: "ok" as const, detail: "d" };
  const long = (rows: number): IncidentReport => {
    const report = seedReport();
    const fill = <T>(row: T): T[] => Array.from({ length: rows }, () => row);
    const [container] = report.containers;
    return {
      ...report,
      clock: { ...report.clock, boots: fill(boot), steps: fill({ bootId: null, at: null, deltaUs: 1, cause: "c" }) },
      containers: fill(container!),
      gaps: fill(gap),
      coverage: fill(item),
    } as IncidentReport;
  };

  it("says how many there are, and where", () => {
    const html = renderHtml(long(1301));
    for (const what of ["boots", "steps", "containers", "gaps", "items"])
      expect(html).toContain(`The first 300 of 1,301 ${what} are shown. All are in the JSON`);
  });

  it("says nothing where all are shown", () => {
    expect(renderHtml(long(300))).not.toContain("The first 300");
  });
});
