import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { renderHtml } from "../../analyzer/report/html.ts";
import type { Opened } from "./browser.ts";
import { axe, browserMissing, launch, openReport } from "./browser.ts";
import { reports } from "./fixture.ts";

const missing = browserMissing("tests of the report in a browser");
const OVERHANG = `(() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const wide = [...document.querySelectorAll("body *")].filter((element) => element.getBoundingClientRect().right > clientWidth + 1);
  return wide.slice(0, 5).map((element) => element.tagName + "." + element.className + " " + element.textContent.slice(0, 60));
})()`;
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

describe.skipIf(missing)("html report in a browser", () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "coldcase-report-"));
    for (const [name, report] of Object.entries(reports)) {
      writeFileSync(join(folder, `${name}.html`), renderHtml(report()));
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

  async function open(name: string, options: BrowserContextOptions = {}): Promise<Opened> {
    const all = { viewport: { width: 1280, height: 900 }, ...options };
    return openReport(browser, join(folder, `${name}.html`), "", all);
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
      expect(await axe(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: "dark" });
      await page.setViewportSize({ width: 360, height: 800 });
      expect(await axe(page)).toEqual([]);
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

  it("shows what to type next on the first screen of a phone", async () => {
    const { page } = await open("seedReport", { viewport: { width: 360, height: 740 } });
    const command = page.locator("#what-happened .short .step pre").first();
    expect((await command.textContent()) ?? "").not.toBe("");
    const { y = 0, height = 0 } = (await command.boundingBox()) ?? {};
    expect(y).toBeGreaterThan(0);
    expect(y + height).toBeLessThanOrEqual(740);
  });

  it("prints the timeline in slices, so that no page is left half empty before it", async () => {
    const { page } = await open("bigReport", { viewport: { width: 718, height: 1000 } });
    await page.emulateMedia({ media: "print" });
    const [slices, whole] = await page.evaluate<[number[], number]>(`(() => {
      const heights = [...document.querySelectorAll(".slice")].map((slice) => slice.getBoundingClientRect().height);
      const { viewBox } = document.querySelector(".drawing.middle");
      const width = document.querySelector(".slice").getBoundingClientRect().width;
      return [heights, viewBox.baseVal.height * width / viewBox.baseVal.width];
    })()`);
    expect(slices.length).toBeGreaterThan(2);
    expect(Math.max(...slices)).toBeLessThan(320);
    expect(Math.abs(slices.reduce((sum, height) => sum + height, 0) - whole)).toBeLessThan(slices.length);
    expect(await page.evaluate("getComputedStyle(document.querySelector('.timeline')).breakInside")).toBe("auto");
  });

  it("keeps an introduction on one page, and on that of what it introduces", async () => {
    const { page } = await open("seedReport", { viewport: { width: 718, height: 1000 } });
    await page.emulateMedia({ media: "print" });
    const rules = await page.evaluate<[string, string]>(`(() => {
      const { breakInside, breakAfter } = getComputedStyle(document.querySelector("#events h2 + p"));
      return [breakInside, breakAfter];
    })()`);
    expect(rules).toEqual(["avoid", "avoid"]);
  });

  it("prints in light colours on paper, whatever the screen has", async () => {
    const { page } = await open("seedReport", { colorScheme: "dark", viewport: { width: 720, height: 900 } });
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe("rgb(255, 255, 255)");
    expect(await page.evaluate(OVERHANG)).toEqual([]);
  });
});
