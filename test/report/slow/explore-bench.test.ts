import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generate } from "../../bench/generate.mjs";

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const missing = !existsSync(CHROMIUM);
if (missing && process.env["CI"] === "true") throw new Error(`no browser at ${CHROMIUM}; set CHROMIUM`);
if (missing) process.stderr.write(`skipped: budgets of the report's script, as there is no browser at ${CHROMIUM}\n`);

const WATCH = `globalThis.violations = []; globalThis.long = [];
document.addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));
new PerformanceObserver((list) => list.getEntries().forEach((entry) => long.push(Math.round(entry.duration)))).observe({ type: "longtask" });`;
/** A fixed job, in ms: how slow this machine is at the moment, against the 45 ms it takes on an idle one. */
const BASELINE = `(() => {
  const times = [];
  for (let turn = 0; turn < 5; turn += 1) {
    const start = performance.now();
    const numbers = new Float64Array(200_000);
    let seed = 7;
    for (let index = 0; index < numbers.length; index += 1) numbers[index] = seed = (seed * 16807) % 2147483647;
    numbers.sort();
    let text = "";
    for (let index = 0; index < 20_000; index += 1) text += numbers[index].toString(36);
    times.push(performance.now() - start + (text.length > 1 ? 0 : 1));
  }
  return times.sort((a, b) => a - b)[2];
})()`;
const NOMINAL = 45;
const FRAME = "await new Promise((done) => requestAnimationFrame(() => setTimeout(done)))";
/**
 * What the page works for one key, in ms: in the handler of the field, and in the two frames that follow, each from its
 * first callback until it is laid out, painted and handed over (only then a timer runs that was set in it). The chart may
 * be drawn one frame after the list: both count, as a sum. A frame's wait for its turn does not, nor what is put off until
 * nobody has typed for 300 ms. Each key finds the page at rest and in view, and no word is among those last searched for.
 */
const KEYSTROKES = `(async () => {
  const field = document.getElementById("x-query");
  field.scrollIntoView({ block: "center", behavior: "instant" });
  const type = async (text) => {
    await new Promise((done) => setTimeout(done, 400));
    field.value = text;
    ${FRAME};
    const frames = new Promise((done) => {
      const works = [];
      const watch = () => {
        const start = performance.now();
        setTimeout(() => works.push(performance.now() - start) === 2 && done(works));
      };
      requestAnimationFrame(() => {
        requestAnimationFrame(watch);
        watch();
      });
    });
    const start = performance.now();
    field.dispatchEvent(new Event("input"));
    const handled = performance.now() - start;
    return (await frames).reduce((sum, work) => sum + work, handled);
  };
  await type("q w y z j v p m warm up");
  const times = [];
  for (const text of ["e", "er", "err", "erro", "error", "error level<=4", "kubelet", "node !found"]) times.push(await type(text));
  await type("");
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
})()`;
const SCROLL = `(async () => {
  const list = document.getElementById("x-list");
  for (let turn = 0; turn < 80; turn += 1) { list.scrollTop += 600; ${FRAME}; }
})()`;
const PAN = `(async () => {
  for (const id of ["x-everything", "x-in", "x-in", "x-right", "x-right", "x-left", "x-in", "x-left", "x-out", "x-incident"]) {
    for (let turn = 0; turn < 6; turn += 1) { document.getElementById(id).click(); ${FRAME}; }
  }
})()`;

describe.skipIf(missing).each([100_000, 500_000])("the report of %d events", (lines) => {
  const folder = mkdtempSync(join(tmpdir(), "coldcase-explore-bench-"));
  const html = join(folder, "bench.html");
  let browser: Browser;
  let page: Page;
  const troubles: string[] = [];
  let requests = 0;

  beforeAll(async () => {
    const { bundle } = await generate(folder, lines);
    const run = spawnSync(process.execPath, [resolve("dist/cli/bin.js"), bundle, "--html", html, "--progress", "none"]);
    expect(run.status).toBe(0);
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
    page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
    page.on("console", (message) => troubles.push(message.text()));
    page.on("pageerror", (error) => troubles.push(error.message));
    page.on("request", () => (requests += 1));
    await page.addInitScript(WATCH);
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  // What else the machine does only ever adds time: the nearest to the truth of three tries counts.
  it("keeps within its budgets, as far as this machine is as fast as it is when idle", { retry: 2 }, async () => {
    expect(statSync(html).size).toBeLessThan(4_000_000);
    await page.goto("about:blank");
    const slowness = async (): Promise<number> => Math.max(1, (await page.evaluate<number>(BASELINE)) / NOMINAL);
    const before = await slowness();
    const bestOf = async (turns: number, measure: () => Promise<number>, enough: number): Promise<number> => {
      let best = Infinity;
      for (let turn = 0; turn < turns && best >= enough; turn += 1) best = Math.min(best, await measure());
      return best;
    };
    // What else this machine does only ever adds time, so the best of a few turns is the nearest to the truth.
    const load = async (): Promise<number> => {
      await page.goto("about:blank");
      requests = 0;
      await page.goto(pathToFileURL(html).href);
      await page.locator('html[data-ready="yes"]').waitFor({ state: "attached" });
      return page.evaluate<number>("performance.now()");
    };
    const ready = await bestOf(4, load, 1500);
    const keystroke = await bestOf(8, () => page.evaluate<number>(KEYSTROKES), 50);
    const between = await slowness();
    const longTasks = async (action: string): Promise<number> => {
      await page.waitForTimeout(300);
      await page.evaluate("long.splice(0)");
      await page.evaluate(action);
      await page.waitForTimeout(300);
      return Math.max(0, ...(await page.evaluate<number[]>("long")));
    };
    const scrolling = await bestOf(3, () => longTasks(SCROLL), 50);
    const panning = await bestOf(3, () => longTasks(PAN), 50);
    const slow = Math.max(before, between, await slowness());
    const measured = { lines, bytes: statSync(html).size, slow, ready, keystroke, scrolling, panning };
    process.stdout.write(`${JSON.stringify(measured)}\n`);
    expect(ready / slow).toBeLessThan(1500);
    expect(keystroke / slow).toBeLessThan(50);
    expect(scrolling / slow).toBeLessThan(50);
    expect(panning / slow).toBeLessThan(50);
    const violations = await page.evaluate("violations");
    expect({ violations, troubles, requests }).toEqual({ violations: [], troubles: [], requests: 1 });
  });

  it("says what it left out", async () => {
    const thinned = await page.locator(".thinned").count();
    expect(thinned).toBe(lines > 100_000 ? 1 : 0);
    if (thinned) expect(await page.locator(".thinned").textContent()).toMatch(/of 500,000 events are in this file/);
  });
});
