/** What the tests of the report in a browser share. What runs in the page is text: the project's types know no DOM. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { chromium } from "playwright-core";
import { analyze } from "../../analyzer/analyze.ts";
import { openBundle } from "../../analyzer/bundle/open.ts";
import { selectEvents } from "../../analyzer/report/event-selection.ts";
import { exportEvents } from "../../analyzer/report/events.ts";
import { renderHtml } from "../../analyzer/report/html.ts";
import { createStore } from "../../analyzer/store/open.ts";

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RUN_AXE = `axe.run(document, { runOnly: { type: "tag",
  values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] } }).then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(" | ")))`;
const WATCH = `globalThis.violations = [];
document.addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective + " " + event.blockedURI));`;
const FRAMES = "await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));";

/** Whether there is no browser; with CI=true that is an error. */
export function browserMissing(what: string): boolean {
  const missing = !existsSync(CHROMIUM);
  if (missing && process.env["CI"] === "true") throw new Error(`no browser at ${CHROMIUM}; set CHROMIUM`);
  if (missing) process.stderr.write(`skipped: ${what}, as there is no browser at ${CHROMIUM}\n`);
  return missing;
}

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
}

/** The report of a bundle with its events. */
export async function htmlOf(bundle: string): Promise<string> {
  const database = await createStore("");
  const options = { timezone: null, year: null, collectedAt: null, rules: null, version: "0.0.0" };
  const report = await analyze(
    () => openBundle([bundle]),
    database,
    options,
    () => undefined,
  );
  const events = await exportEvents(selectEvents(database, report), () => 2_500_000);
  database.close();
  return renderHtml(report, events);
}

export interface Opened {
  page: Page;
  /** Console messages, errors and dialogs. */
  troubles: string[];
  requests: string[];
}

/** Opens a report and watches what must not happen. With its script on, waits until that is ready. */
export async function openReport(browser: Browser, file: string, hash: string, options: BrowserContextOptions) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const opened: Opened = { page, troubles: [], requests: [] };
  page.on("console", (message) => opened.troubles.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => opened.troubles.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => opened.troubles.push(`dialog: ${dialog.message()}`));
  page.on("request", (request) => opened.requests.push(request.url()));
  await page.addInitScript(WATCH);
  await page.goto(`${pathToFileURL(file).href}${hash}`);
  return opened;
}

/** Waits for the script to have set itself up. */
export async function ready(page: Page): Promise<void> {
  await page.locator(`html[data-ready="yes"]`).waitFor({ state: "attached" });
}

/** What axe finds, in words. */
export async function axe(page: Page): Promise<string[]> {
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(AXE);
  return page.evaluate<string[]>(RUN_AXE);
}

/** By how many pixels the page is wider than its window. */
export function overhang(page: Page): Promise<number> {
  return page.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}

/** The state of the page follows an input with the next frame: nothing is waited for by the clock. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(`(async () => { ${FRAMES} })()`);
}

/** The address follows 300 ms after the state; a timer that is due later runs later, on a slow machine too. */
export async function addressed(page: Page): Promise<void> {
  await page.evaluate(`(async () => { ${FRAMES} await new Promise((done) => setTimeout(done, 400)); })()`);
}

/** Waits frame by frame until something holds. The page's policy forbids playwright's own way. */
export async function until(page: Page, expression: string): Promise<void> {
  for (let turn = 0; turn < 2000; turn += 1) {
    if (await page.evaluate(expression)) return;
    await settled(page);
  }
  throw new Error(`never true: ${expression}`);
}

/** What an action puts on the clipboard, once the page says that it did. */
export async function copied(page: Page, action: () => Promise<unknown>): Promise<string> {
  await page.evaluate("document.getElementById('x-status').textContent = ''");
  await action();
  await until(page, "document.getElementById('x-status').textContent !== ''");
  return page.evaluate<string>("navigator.clipboard.readText()");
}

async function tabTo(page: Page, wanted: string): Promise<void> {
  const focus = "document.activeElement.textContent.trim()";
  for (let turn = 0; turn < 400; turn += 1) {
    await page.keyboard.press("Tab");
    if ((await page.evaluate<string>(focus)) === wanted) return;
  }
  throw new Error(`no “${wanted}” within 400 tabs`);
}

/** With keys only: from the contents to the first finding that events prove, to its event, and that copied. */
export async function walkToCopy(page: Page): Promise<string> {
  await tabTo(page, "Findings");
  await page.keyboard.press("Enter");
  await tabTo(page, "Show its events");
  await page.keyboard.press("Enter");
  await settled(page);
  return copied(page, () => page.keyboard.press("c"));
}
