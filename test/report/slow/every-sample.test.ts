/** The reference's tests of the report on every sample, in both themes, with the script and without. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { IncidentReport } from "../../../analyzer/model/report.ts";
import { readIsland } from "../../../analyzer/report/island.ts";
import { clipLine, visibleText } from "../../../analyzer/report/text.ts";
import { sampleBundles } from "../../helpers/samples.ts";
import type { Opened } from "../browser.ts";
import {
  addressed,
  axe,
  browserMissing,
  htmlOf,
  launch,
  openReport,
  overhang,
  ready,
  settled,
  until,
  walkToCopy,
} from "../browser.ts";

const missing = browserMissing("the report of every sample");
const samples = sampleBundles();
const themes = ["light", "dark"] as const;
const scripts = ["with its script", "without a script"] as const;
const cases = samples.flatMap(({ name }) =>
  themes.flatMap((theme) => scripts.map((script) => [name, theme, script] as const)),
);

const squeezed = (text: string): string => text.replace(/\s+/g, " ").trim();
const folds = `[...document.querySelectorAll("details")].map((fold) => fold.open)`;
/** A4 without its margins, in CSS pixels. */
const PAPER = { width: 718, height: 1000 };

describe.skipIf(missing)("every sample's report", () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "coldcase-samples-"));
    for (const { name, bundle } of samples) {
      const html = await htmlOf(bundle);
      writeFileSync(join(folder, `${name}.html`), html);
      writeFileSync(join(folder, `${name}-bare.html`), html.replace(/<script>[^]*?<\/script>/, ""));
    }
    browser = await launch();
  });

  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const reportOf = (name: string): IncidentReport =>
    readIsland(readFileSync(join(folder, `${name}.html`), "utf8"), "report") as IncidentReport;

  async function open(name: string, hash = "", options: BrowserContextOptions = {}): Promise<Opened> {
    const all = { viewport: { width: 1440, height: 900 }, timezoneId: "Asia/Kolkata", ...options };
    const opened = await openReport(browser, join(folder, `${name}.html`), hash, all);
    if (!name.endsWith("-bare") && options.javaScriptEnabled !== false) await ready(opened.page);
    return opened;
  }

  it.each(cases)("%s, %s, %s: axe finds nothing, nothing sticks out, wide and narrow", async (name, theme, script) => {
    const withScript = script === scripts[0];
    const { page, troubles, requests } = await open(withScript ? name : `${name}-bare`, "", { colorScheme: theme });
    if (withScript) await page.locator("#x-rows .row").first().click();
    // Axe once for each theme: colours are no matter of width.
    const lookedAt = theme === "light" ? 1440 : 360;
    for (const width of [1440, 360]) {
      await page.setViewportSize({ width, height: 900 });
      await settled(page);
      if (width === lookedAt) expect(await axe(page)).toEqual([]);
      expect(await overhang(page)).toBeLessThanOrEqual(0);
    }
    const violations = await page.evaluate("violations");
    expect({ violations, troubles, requests: requests.length }).toEqual({ violations: [], troubles: [], requests: 1 });
  });

  it.each(cases)(
    "%s, %s, %s: prints in light, all folds open, and leaves them as they were",
    async (name, theme, script) => {
      const withScript = script === scripts[0];
      const { page } = await open(withScript ? name : `${name}-bare`, "", { colorScheme: theme });
      await page.evaluate(`(() => {
      const [first] = document.querySelectorAll("main details");
      if (first) first.open = true;
      globalThis.during = null;
      addEventListener("beforeprint", () => { during = ${folds}; });
    })()`);
      const before = await page.evaluate<boolean[]>(folds);
      await page.pdf({ format: "A4", preferCSSPageSize: true });
      const during = await page.evaluate<boolean[]>("during");
      if (withScript) expect(during.every(Boolean)).toBe(true);
      await until(page, `JSON.stringify(${folds}) === ${JSON.stringify(JSON.stringify(before))}`);
      await page.setViewportSize(PAPER);
      await page.emulateMedia({ media: "print", colorScheme: theme });
      expect(await overhang(page)).toBeLessThanOrEqual(0);
      expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe("rgb(255, 255, 255)");
      expect(await page.locator("#explore").isVisible()).toBe(false);
      expect(await page.locator(".static-timeline").isVisible()).toBe(true);
      const shown = `[...document.querySelectorAll("main details:not(#explore *)")].every((fold) => fold.lastElementChild.checkVisibility())`;
      expect(await page.evaluate(shown)).toBe(true);
    },
  );

  it.each(samples.map(({ name }) => name))(
    "%s: without JavaScript all findings, evidence and steps are there",
    async (name) => {
      const { page } = await open(name, "", { javaScriptEnabled: false });
      const report = reportOf(name);
      const told = squeezed((await page.locator("main").textContent()) ?? "");
      const said = (text: string): string => squeezed(visibleText(clipLine(text, 4000))).slice(0, 3000);
      for (const finding of report.findings) {
        for (const { text } of finding.evidence.slice(0, 60)) expect(told).toContain(said(text));
      }
      const [cause] = report.rootCauses;
      for (const { command } of cause?.remedy ?? []) if (command) expect(told).toContain(squeezed(command));
      for (const { command } of report.notCollected) if (command) expect(told).toContain(squeezed(command));
      expect(await page.locator("#what-happened .chain .link").count()).toBe(cause?.chain.length ?? 0);
      if (cause) expect(told).toContain(cause.cause);
    },
  );

  it.each(samples.map(({ name }) => name))(
    "%s: links to every finding and to an event are found again",
    async (name) => {
      const { page } = await open(name);
      for (const { id } of reportOf(name).findings) {
        await page.evaluate(`location.hash = ${JSON.stringify(`#f=${id}`)}`);
        await until(page, `document.activeElement.dataset.finding === ${JSON.stringify(id)}`);
        expect(await page.locator(`[data-finding="${id}"] h3`).isVisible()).toBe(true);
      }
      await page.locator("#x-rows .row").last().click();
      const raw = await page.locator("#x-detail .raw").textContent();
      await addressed(page);
      const hash = await page.evaluate<string>("location.hash");
      expect(hash).toMatch(/^#e=[0-9a-f]{8}-\d+/);
      const again = await open(name, hash);
      expect(await again.page.locator("#x-detail .raw").textContent()).toBe(raw);
    },
  );

  it.each(samples.map(({ name }) => name))(
    "%s: what to type next stands on the first screen of a phone",
    async (name) => {
      const { page } = await open(name, "", { viewport: { width: 360, height: 740 } });
      const [command] = reportOf(name).rootCauses.flatMap(({ remedy: [step] }) => step?.command ?? []);
      const shown = page.locator("#what-happened .short .step pre").first();
      expect(await shown.count()).toBe(command === undefined ? 0 : 1);
      if (command === undefined) return;
      const { y = 0, height = 0 } = (await shown.boundingBox()) ?? {};
      expect(y).toBeGreaterThan(0);
      expect(y + height).toBeLessThanOrEqual(740);
    },
  );

  it.each(samples.map(({ name }) => name))("%s: every zone is that of the whole page", async (name) => {
    const { page } = await open(name);
    const seen = new Set<string>();
    for (const choice of await page.locator("#x-zones button").all()) {
      await choice.click();
      await settled(page);
      const [zones, range, times] = await page.evaluate<[string[], string, string]>(`[
        [...new Set([...document.querySelectorAll(".zone")].map((zone) => zone.textContent))],
        document.getElementById("x-range").textContent,
        document.querySelector("#events time")?.textContent + document.querySelector("#x-rows .row-time").textContent]`);
      expect(zones).toHaveLength(1);
      expect(range.endsWith(zones[0] ?? "?")).toBe(true);
      seen.add(times);
    }
    // The zone of the browser is none of the samples'; relative times look like no others.
    expect(seen.size).toBeGreaterThanOrEqual(2);
  });

  it.each(samples.filter(({ name }) => name !== "healthy").map(({ name }) => name))(
    "%s: keys lead from the contents to the first finding, its event and a copy of it",
    async (name) => {
      const { page } = await open(name, "", { permissions: ["clipboard-read", "clipboard-write"] });
      const text = await walkToCopy(page);
      const [, artifact, line] = /^`(.+):(\d+)`/.exec(text) ?? [];
      const cited = reportOf(name).findings.flatMap(({ evidence }) => evidence);
      expect(cited.some((place) => place.artifact === artifact && place.line === Number(line))).toBe(true);
    },
  );

  it.each(samples.map(({ name }) => name))("%s: is no larger than a megabyte", (name) => {
    expect(statSync(join(folder, `${name}.html`)).size).toBeLessThanOrEqual(1024 * 1024);
  });

  it.each(samples)("$name: the same bytes again", async ({ name, bundle }) => {
    expect(await htmlOf(bundle)).toBe(readFileSync(join(folder, `${name}.html`), "utf8"));
  });
});
