import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { chromium } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { renderHtml } from "../../analyzer/report/html.ts";
import { reports } from "./fixture.ts";

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const missing = !existsSync(CHROMIUM);
if (missing && process.env["CI"] === "true") throw new Error(`no browser at ${CHROMIUM}; set CHROMIUM`);
if (missing) process.stderr.write(`skipped: tests of the report in a browser, as there is none at ${CHROMIUM}\n`);

// What runs in the page is text: the project's types know no DOM.
const WATCH = `globalThis.violations = [];
document.addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective + " " + event.blockedURI));`;
const OVERHANG = `(() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const wide = [...document.querySelectorAll("body *")].filter((element) => element.getBoundingClientRect().right > clientWidth + 1);
  return wide.slice(0, 5).map((element) => element.tagName + "." + element.className + " " + element.textContent.slice(0, 60));
})()`;
const RUN_AXE = `axe.run(document, { runOnly: { type: "tag",
  values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] } }).then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(" | ")))`;
const OVERLAPS = `(() => {
  const drawings = [...document.querySelectorAll("svg.drawing")].filter((svg) => svg.getBoundingClientRect().width > 0);
  const texts = [...drawings[0].querySelectorAll("text")].map((text) => [text.textContent, text.getBoundingClientRect()]);
  const pairs = texts.flatMap(([a, one], index) => texts.slice(index + 1).flatMap(([b, two]) => {
    const across = Math.min(one.right, two.right) - Math.max(one.left, two.left);
    const down = Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top);
    return across > 1 && down > 2 ? [a + " / " + b] : [];
  }));
  const edge = drawings[0].getBoundingClientRect();
  const cut = texts.filter(([, box]) => box.left < edge.left - 1 || box.right > edge.right + 1).map(([text]) => text);
  return { drawings: drawings.length, pairs, cut };
})()`;

interface Opened {
  page: Page;
  troubles: string[];
  requests: string[];
}

describe.skipIf(missing)("html report in a browser", () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "coldcase-report-"));
    for (const [name, report] of Object.entries(reports)) {
      writeFileSync(join(folder, `${name}.html`), renderHtml(report()));
    }
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  }, 60_000);

  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(name: string, options: BrowserContextOptions = {}): Promise<Opened> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const [troubles, requests]: [string[], string[]] = [[], []];
    page.on("console", (message) => troubles.push(`console ${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => troubles.push(`error: ${error.message}`));
    page.on("dialog", (dialog) => troubles.push(`dialog: ${dialog.message()}`));
    page.on("request", (request) => requests.push(request.url()));
    await page.addInitScript(WATCH);
    await page.goto(pathToFileURL(join(folder, `${name}.html`)).href);
    return { page, troubles, requests };
  }

  it.each(Object.keys(reports))(
    "%s: no violation, no console message, no request but itself, nothing sticks out",
    async (name) => {
      const { page, troubles, requests } = await open(name);
      expect(await page.evaluate(OVERHANG)).toEqual([]);
      await page.setViewportSize({ width: 360, height: 800 });
      expect(await page.evaluate(OVERHANG)).toEqual([]);
      const violations = await page.evaluate("violations");
      expect({ violations, troubles, requests: requests.length }).toEqual({
        violations: [],
        troubles: [],
        requests: 1,
      });
    },
    60_000,
  );

  it.each(Object.keys(reports).filter((name) => name !== "bigReport"))(
    "%s: axe finds nothing in light and dark, wide and narrow",
    async (name) => {
      const { page } = await open(name, { colorScheme: "light" });
      await page.evaluate(AXE);
      expect(await page.evaluate(RUN_AXE)).toEqual([]);
      await page.emulateMedia({ colorScheme: "dark" });
      await page.setViewportSize({ width: 360, height: 800 });
      expect(await page.evaluate(RUN_AXE)).toEqual([]);
    },
    120_000,
  );

  it("tells everything without JavaScript", async () => {
    const { page } = await open("seedReport", { javaScriptEnabled: false });
    const squeezed = (value: string): string => value.replace(/\s+/g, " ").trim();
    const whole = squeezed(await page.locator("main").innerText());
    // Findings of severity info lie in a fold, which opens without a script as well.
    const folded = squeezed((await page.locator("#findings details").allTextContents()).join(" "));
    const report = reports.seedReport();
    for (const finding of report.findings) {
      const place = finding.severity === "info" ? folded : whole;
      for (const { text: line } of finding.evidence) expect(place).toContain(squeezed(line));
    }
    for (const step of report.rootCauses[0]?.remedy ?? []) expect(whole).toContain(squeezed(step.command ?? ""));
    for (const part of ["What set it off", "Looked for and not found", "Never collected"])
      expect(whole).toContain(part);
  });

  it.each([360, 820, 1280, 2200])(
    "at %d px one drawing of the timeline is shown, and its labels neither overlap nor are cut",
    async (width) => {
      for (const name of ["seedReport", "bigReport", "healthyReport"]) {
        const { page } = await open(name, { viewport: { width, height: 800 } });
        const found = await page.evaluate<object>(OVERLAPS);
        expect({ name, ...found }).toEqual({ name, drawings: 1, pairs: [], cut: [] });
      }
    },
    60_000,
  );

  it("prints in light colours on paper, whatever the screen has", async () => {
    const { page } = await open("seedReport", { colorScheme: "dark", viewport: { width: 720, height: 900 } });
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe("rgb(255, 255, 255)");
    expect(await page.evaluate(OVERHANG)).toEqual([]);
  });
});
