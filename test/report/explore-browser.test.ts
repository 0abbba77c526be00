import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ReportEvents } from "../../analyzer/model/events.ts";
import type { IncidentReport } from "../../analyzer/model/report.ts";
import { renderHtml } from "../../analyzer/report/html.ts";
import { readIsland } from "../../analyzer/report/island.ts";
import { sampleBundles } from "../helpers/samples.ts";
import type { Opened } from "./browser.ts";
import {
  addressed,
  axe,
  browserMissing,
  copied,
  htmlOf,
  launch,
  openReport,
  overhang,
  ready,
  settled,
  until,
  walkToCopy,
} from "./browser.ts";
import { tinyEvents } from "./fixture-events.ts";
import { hostileReport } from "./fixture.ts";

const missing = browserMissing("tests of the report's script");
const texts = (selector: string): string =>
  `[...document.querySelectorAll(${JSON.stringify(selector)})].map((one) => one.textContent)`;

const samples = sampleBundles();
/** A long report and a short one; slow/every-sample.test.ts has axe look at all of them. */
const lookedAt = ["k1-apiserver-refused", "healthy"];

/** Hostile texts in every place of the events, on top of a hostile report. */
function hostileEvents(): ReportEvents {
  const events = tinyEvents();
  const spoiled = (text: string): string =>
    `${text} </script><img src=x onerror=alert(1)> {{x}} $& \u202e\u0000 ${"y".repeat(2000)}`;
  return {
    ...events,
    texts: events.texts.map(spoiled),
    origins: events.origins.map((origin) => ({ ...origin, name: spoiled(origin.name) })),
  };
}

describe.skipIf(missing)("the script of the report", () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "coldcase-explore-"));
    for (const { name, bundle } of samples) writeFileSync(join(folder, `${name}.html`), await htmlOf(bundle));
    writeFileSync(join(folder, "hostile.html"), renderHtml(hostileReport(), hostileEvents()));
    browser = await launch();
  });

  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(name: string, hash = "", options: BrowserContextOptions = {}): Promise<Opened> {
    const all = { viewport: { width: 1440, height: 900 }, timezoneId: "Asia/Tokyo", ...options };
    const opened = await openReport(browser, join(folder, `${name}.html`), hash, all);
    if (options.javaScriptEnabled !== false) await ready(opened.page);
    return opened;
  }

  it.each([...samples.map(({ name }) => name), "hostile"])(
    "%s: no violation, no console message, no request, nothing sticks out while everything is used",
    async (name) => {
      const { page, troubles, requests } = await open(name);
      for (const width of [1440, 360, 2400]) {
        await page.setViewportSize({ width, height: 900 });
        expect(await overhang(page)).toBeLessThanOrEqual(0);
      }
      await page.locator("#x-rows .row").first().click();
      for (const key of ["j", "k", "n", "N", "+", "-", "0", "i", "u", "z", "z", "e", "d", "c"])
        await page.keyboard.press(key);
      await page.fill("#x-query", '"x" level<=6 !src:nobody boot:-1 level:silly');
      await page.locator("#x-bars summary").click();
      const violations = await page.evaluate("violations");
      expect({ violations, troubles, requests: requests.length }).toEqual({
        violations: [],
        troubles: [],
        requests: 1,
      });
    },
    60_000,
  );

  it.each(lookedAt)(
    "%s: axe finds nothing in light and dark, wide and narrow, with an event open",
    async (name) => {
      const { page } = await open(name, "", { colorScheme: "light" });
      await page.locator("#x-rows .row").first().click();
      expect(await axe(page)).toEqual([]);
      await page.keyboard.press("d");
      await page.setViewportSize({ width: 360, height: 800 });
      await settled(page);
      expect(await axe(page)).toEqual([]);
    },
    120_000,
  );

  it("is not needed: without it nothing of it is seen", async () => {
    const { page } = await open("k1-apiserver-refused", "", { javaScriptEnabled: false });
    expect(await page.locator("#explore").isVisible()).toBe(false);
    expect(await page.locator(".static-timeline").isVisible()).toBe(true);
    expect(await page.locator("main").innerText()).toContain("structure needs cleaning");
  });

  it.each(lookedAt)(
    "%s: without its script it shows the chain and a line of each link, prints within the page, and axe finds nothing",
    async (name) => {
      const html = readFileSync(join(folder, `${name}.html`), "utf8");
      writeFileSync(join(folder, `${name}-bare.html`), html.replace(/<script>[^]*?<\/script>/, ""));
      const report = readIsland(html, "report") as IncidentReport;
      const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
      await page.goto(pathToFileURL(join(folder, `${name}-bare.html`)).href);
      expect(await page.evaluate("document.documentElement.dataset.ready ?? null")).toBe(null);
      const squeezed = (text: string): string => text.replace(/\s+/g, " ").trim();
      const told = squeezed((await page.locator("main").textContent()) ?? "");
      const chain = report.rootCauses[0]?.chain ?? [];
      expect(await page.locator("#what-happened .chain .link").count()).toBe(chain.length);
      if (report.rootCauses[0]) expect(told).toContain(report.rootCauses[0].cause);
      for (const id of chain) {
        const line = report.findings.find((finding) => finding.id === id)?.evidence[0]?.text ?? "missing";
        expect(told).toContain(squeezed(line.slice(0, 300)).slice(0, 150));
      }
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await axe(page)).toEqual([]);
      }
      // A4 without its margins, in CSS pixels.
      await page.setViewportSize({ width: 718, height: 1000 });
      await page.emulateMedia({ media: "print" });
      expect(await overhang(page)).toBeLessThanOrEqual(0);
    },
    120_000,
  );

  it("changes the zone of everything at once", async () => {
    const permissions = ["clipboard-read", "clipboard-write"];
    const { page } = await open("k1-apiserver-refused", "", { permissions });
    await page.fill("#x-query", "PLEG");
    await page.locator("#x-rows .row").first().click();
    const shown = async (): Promise<string[]> => {
      await settled(page);
      return page.evaluate(
        `[document.querySelector("#x-rows .row-time").textContent, document.querySelector("#x-detail .fields dd").textContent,
          document.querySelector("#x-range").textContent, document.querySelector("#events time").textContent,
          document.querySelector("#events .zone").textContent]`,
      );
    };
    const utc = await shown();
    expect(utc[0]).toContain("2017-11-05 06:07:57");
    await page.getByRole("button", { name: /^here/ }).click();
    const here = await shown();
    expect(here[0]).toContain("2017-11-05 15:07:57");
    expect(here[1]).toContain("2017-11-05 15:07:57");
    expect(here[1]).toContain("Asia/Tokyo");
    expect(here[2]).toContain("Asia/Tokyo");
    expect(here[4]).toBe("Asia/Tokyo");
    expect(await copied(page, () => page.keyboard.press("c"))).toContain("2017-11-05 15:07:57");
    await page.locator("#x-canvas").hover({ position: { x: 500, y: 100 } });
    await settled(page);
    expect(await page.locator("#x-note").textContent()).toContain("Asia/Tokyo");
    expect(here[3]).not.toBe(utc[3]);
    await page.getByRole("button", { name: "from T0" }).click();
    const relative = await shown();
    expect(relative[0]).toMatch(/^~?[+−]\d\d:\d\d/);
    await page.getByRole("button", { name: "UTC", exact: true }).click();
    expect(await shown()).toEqual(utc);
  });

  it("links to an event, a finding and a search, and finds them again", async () => {
    const { page } = await open("k1-apiserver-refused");
    await page.fill("#x-query", "PLEG");
    await page.locator("#x-rows .row").first().click();
    await page.locator("#x-detail .raw").waitFor();
    const text = await page.evaluate(texts("#x-detail .raw"));
    await addressed(page);
    const hash = await page.evaluate<string>("location.hash");
    expect(hash).toMatch(/^#e=[0-9a-f]{8}-\d+&t=-?\d+--?\d+&q=PLEG/);
    const again = await open("k1-apiserver-refused", hash);
    expect(await again.page.evaluate(texts("#x-detail .raw"))).toEqual(text);
    expect(await again.page.inputValue("#x-query")).toBe("PLEG");
    const finding = await open("k1-apiserver-refused", "#f=pleg-ignores-pod");
    expect(await finding.page.evaluate("document.activeElement.dataset.finding")).toContain("pleg-ignores-pod");
    const unknown = await open("k1-apiserver-refused", "#e=00000000-7");
    expect(await unknown.page.locator("#x-status").textContent()).toContain("is not in this report");
  });

  it("carries the whole view in the address: filters, toggles, fold, range and zone", async () => {
    const { page } = await open("no-rtc-clock-jump");
    await page.fill("#x-query", "!never-said");
    await page.locator("#x-levels button").last().click();
    await page.locator("details.menu summary").click();
    await page.locator("#x-sources input").nth(1).click();
    await page.getByRole("button", { name: "all but the chosen" }).click();
    await page.keyboard.press("Escape");
    await page.uncheck("#x-fold");
    await page.click("#x-in");
    await page.check("#x-scope");
    await page.locator("#x-zones button").last().click();
    await addressed(page);
    const view = `[location.hash, document.getElementById("x-query").value, document.getElementById("x-fold").checked,
      document.getElementById("x-scope").checked, document.getElementById("x-range").textContent,
      document.getElementById("x-count").textContent,
      [...document.querySelectorAll("#x-levels button, #x-zones button")].map((one) => one.getAttribute("aria-pressed")).join(),
      [...document.querySelectorAll("#x-sources input")].map((one) => one.checked).join()]`;
    const told = await page.evaluate<string[]>(view);
    for (const key of ["t=", "q=", "lv=", "hide=", "fold=0", "scope=1", "tz="]) expect(told[0]).toContain(key);
    const again = await open("no-rtc-clock-jump", told[0]);
    await addressed(again.page);
    expect(await again.page.evaluate(view)).toEqual(told);
    await page.locator("details.menu summary").click();
    await page.getByRole("button", { name: "all sources" }).click();
    await page.locator("#x-sources input").nth(1).click();
    await addressed(page);
    const only = await page.evaluate<string[]>(view);
    expect(only[0]).toContain("only=");
    const one = await open("no-rtc-clock-jump", only[0]);
    await addressed(one.page);
    expect(await one.page.evaluate(view)).toEqual(only);
  });

  it("shows only the level that is chosen first, adds others, and all again after the last", async () => {
    const { page } = await open("k1-apiserver-refused");
    const levels = page.locator("#x-levels button");
    const shown = async (): Promise<string[]> => {
      await settled(page);
      return page.evaluate(
        `[document.getElementById("x-count").textContent.replace(/ of.*/, ""),
          [...document.querySelectorAll("#x-levels button")].map((one) => one.getAttribute("aria-pressed")).join()]`,
      );
    };
    const whole = await shown();
    const others = (await levels.count()) - 2;
    const pressed = (...on: boolean[]): string => [...on, ...Array.from({ length: others }, () => false)].join();
    expect(whole[1]).toBe(pressed(true, false));
    const errors = ((await levels.nth(1).textContent()) ?? "").replace(/^.*errors /, "");
    expect(await levels.nth(1).getAttribute("title")).toBe("show only errors");
    await levels.nth(1).click();
    expect(await shown()).toEqual([errors, pressed(false, true)]);
    expect(await levels.nth(2).getAttribute("title")).toMatch(/^show .* too$/);
    await levels.nth(2).click();
    expect(Number((await shown())[0])).toBeGreaterThan(Number(errors));
    await levels.nth(2).click();
    await levels.nth(1).click();
    expect(await shown()).toEqual(whole);
    await levels.nth(1).click();
    await levels.first().click();
    expect(await shown()).toEqual(whole);
  });

  it("says what narrows a list without any event, and lifts it", async () => {
    const { page } = await open("k1-apiserver-refused");
    await page.locator("#x-levels button").nth(1).click();
    await page.fill("#x-query", "never-said");
    await settled(page);
    const empty = page.locator("#x-empty");
    expect(await page.locator("#x-list").isVisible()).toBe(false);
    expect(await empty.textContent()).toMatch(/No event matches.*The search: never-said.*Not all levels/);
    expect(await axe(page)).toEqual([]);
    await empty.getByRole("button", { name: "show all levels" }).click();
    await settled(page);
    expect(await empty.textContent()).not.toContain("levels");
    await empty.getByRole("button", { name: "clear the search" }).click();
    await settled(page);
    expect(await empty.isVisible()).toBe(false);
    expect(await page.locator("#x-rows .row").first().isVisible()).toBe(true);
    expect(await page.evaluate("document.activeElement.id")).toBe("x-list");
  });

  it("closes the sources with Escape and with a click elsewhere, and gives the focus back", async () => {
    const { page } = await open("k1-apiserver-refused");
    const state = `[document.getElementById("x-menu").open, document.activeElement.id]`;
    await page.click("#x-menu-open");
    await page.locator("#x-sources input").first().click();
    await page.keyboard.press("Escape");
    expect(await page.evaluate(state)).toEqual([false, "x-menu-open"]);
    expect(await page.locator("#x-menu-open").textContent()).toMatch(/^Sources: 1 of \d+$/);
    await page.click("#x-menu-open");
    await page.locator("#h-list").click();
    expect(await page.evaluate(state)).toEqual([false, "x-menu-open"]);
  });

  it("opens the list at the first event of the incident, its rows aligned", async () => {
    const { page } = await open("k1-apiserver-refused");
    const [cut, first] = await page.evaluate<[number, boolean]>(`(() => {
      const list = document.getElementById("x-list");
      const top = list.getBoundingClientRect().top + list.clientTop;
      const height = document.querySelector("#x-rows .row").offsetHeight;
      return [list.scrollTop % height, [...document.querySelectorAll("#x-rows .row")].some((row) =>
        Math.abs(row.getBoundingClientRect().top - top) < 1)];
    })()`);
    expect([cut, first]).toEqual([0, true]);
  });

  it("names no incident and no links of a chain where there are none", async () => {
    const { page } = await open("healthy");
    const seen = async (id: string): Promise<boolean> => page.locator(id).isVisible();
    expect([await seen("#x-incident"), await seen("#x-incident-help")]).toEqual([false, false]);
    const ill = await open("k1-apiserver-refused");
    expect(await ill.page.locator("#x-incident").isVisible()).toBe(true);
    expect(await ill.page.locator("#x-incident-help").textContent()).toMatch(/incident.*links of the chain/);
  });

  it("brings a line of evidence below the top, and the browser's way back leads back", async () => {
    const { page } = await open("k1-apiserver-refused");
    const link = page.locator("#what-happened .cite").first();
    await link.scrollIntoViewIfNeeded();
    const before = await page.evaluate<number>("scrollY");
    await link.click();
    await settled(page);
    const top = await page.evaluate<number>("document.querySelector(':target').getBoundingClientRect().top");
    expect(top).toBeGreaterThan(200);
    expect(top).toBeLessThan(700);
    await page.goBack();
    await until(page, `Math.abs(scrollY - ${before}) < 5`);
  });

  it("prints over the whole width of wide paper, and opens its help at the top on a phone", async () => {
    const { page } = await open("k1-apiserver-refused", "", { viewport: { width: 1280, height: 900 } });
    await page.emulateMedia({ media: "print" });
    expect(await page.evaluate("document.getElementById('main').clientWidth")).toBeGreaterThan(1200);
    await page.emulateMedia({ media: "screen" });
    await page.setViewportSize({ width: 360, height: 640 });
    await page.keyboard.press("?");
    expect(await page.evaluate("document.getElementById('x-help').scrollTop")).toBe(0);
    expect(await page.evaluate("document.querySelector('.keys dd').clientWidth")).toBeGreaterThan(200);
  });

  it("opens the folds of the page and of the list with one key", async () => {
    const { page } = await open("k1-apiserver-refused");
    const shown = `[document.getElementById("x-fold").checked,
      [...document.querySelectorAll("details")].filter((fold) => !fold.closest("#explore")).every((fold) => fold.open)]`;
    await page.keyboard.press("e");
    await settled(page);
    expect(await page.evaluate(shown)).toEqual([false, true]);
    await page.keyboard.press("e");
    await settled(page);
    expect(await page.evaluate(shown)).toEqual([true, false]);
  });

  it("filters: words, keys, negation, chips, and says what is wrong", async () => {
    const { page } = await open("k1-apiserver-refused");
    await page.uncheck("#x-fold");
    const counted = async (query: string): Promise<number> => {
      await page.fill("#x-query", query);
      await settled(page);
      return Number((await page.locator("#x-count").textContent())?.replace(/ of.*/, "").replaceAll(",", ""));
    };
    const all = await counted("");
    const errors = await counted("level<=3");
    expect(errors).toBeGreaterThan(0);
    expect(await counted("!level<=3")).toBe(all - errors);
    expect(await counted("file:journal/journal.txt")).toBe(4);
    expect(await counted("src:kubelet PLEG")).toBe(1);
    expect(await counted("finding:pleg-ignores-pod")).toBe(1);
    expect(await page.evaluate(texts(".chip"))).toEqual(["finding:pleg-ignores-pod ×"]);
    await page.locator(".chip").click();
    await settled(page);
    expect(await page.inputValue("#x-query")).toBe("");
    await page.fill("#x-query", "level:silly");
    await settled(page);
    expect(await page.locator("#x-problem").textContent()).toContain("“silly” is no level");
    await page.fill("#x-query", "foo:bar");
    await settled(page);
    expect(await page.locator("#x-problem").textContent()).toContain("“foo:” is no key");
    await page.fill("#x-query", "foo:bar exit-code=1 level:");
    await settled(page);
    expect(await page.locator("#x-problem").textContent()).toBe(
      "“foo:”, “exit-code=” are no keys, and looked for as text. “level:” needs a value right after the colon. " +
        "Keys: level, src, unit, pod, ctr, boot, file, finding, like",
    );
    for (const [query, words] of [
      ["boot:last", "“last” is no boot"],
      ["boot:99", "boots in the report"],
      ["finding:nonsense", "no finding is called “nonsense”"],
      ["like:00000000-1", "no event is called"],
    ] as const) {
      await page.fill("#x-query", query);
      await settled(page);
      expect(await page.locator("#x-problem").textContent()).toContain(words);
    }
    await page.fill("#x-query", '"foo:bar" https://host');
    await settled(page);
    expect(await page.locator("#x-problem").textContent()).toBe("");
  });

  it("fills rows again when the filter changes, and nothing of what was in them stays", async () => {
    const shown = async (page: Opened["page"]): Promise<string[]> => {
      await page.evaluate("document.getElementById('x-list').scrollTop = 0");
      // The rows out of sight follow 300 ms after the others.
      await addressed(page);
      const rows = await page.evaluate<[number, string][]>(
        `[...document.querySelectorAll("#x-rows .row")].map((row) => [Number(row.ariaRowIndex), row.outerHTML])`,
      );
      return rows.toSorted(([a], [b]) => a - b).map(([, html]) => html);
    };
    const { page } = await open("no-rtc-clock-jump");
    for (const query of ["tsc", "file:docker", "level<=3"]) {
      await page.fill("#x-query", query);
      await settled(page);
      const again = await open("no-rtc-clock-jump", `#q=${encodeURIComponent(query)}`);
      expect(await shown(page)).toEqual(await shown(again.page));
    }
  });

  it("leads from a key event that no finding shows to its raw line", async () => {
    const { page } = await open("under-voltage-readonly");
    const place = page.locator("#events a.cite", { hasText: "journal/tail.txt:6" });
    await place.first().click();
    await settled(page);
    expect(await page.locator("#x-detail .raw").textContent()).toContain("Started Docker Application Container Engine");
    // A state that a command tells is no event, and has no line in the list.
    const state = page.locator("#events a.cite", { hasText: "docker/ps.txt:2" }).first();
    const name = await state.getAttribute("href");
    expect(name).toMatch(/^#e-/);
    expect(await page.locator(`#lines ${name}`).textContent()).toContain("Up 26 hours");
  });

  it("copies an event with its raw line in a fence, where it stands, and a way back that works", async () => {
    const permissions = ["clipboard-read", "clipboard-write"];
    const { page } = await open("k1-apiserver-refused", "#f=pleg-ignores-pod", { permissions });
    await page.locator('[data-finding^="pleg-ignores-pod"]').getByText("Show its events").click();
    await settled(page);
    const text = await copied(page, () => page.keyboard.press("c"));
    const report = readIsland(
      readFileSync(join(folder, "k1-apiserver-refused.html"), "utf8"),
      "report",
    ) as IncidentReport;
    const [cited] = report.findings.flatMap(({ rule, evidence }) => (rule === "pleg-ignores-pod" ? evidence : []));
    const [place, fenced, way] = text.split("\n\n");
    expect(place).toMatch(new RegExp(`^\`${cited?.artifact}:${cited?.line}\`, ~?\\d{4}-.* UTC$`));
    expect(fenced).toBe(`\`\`\`text\n${cited?.text}\n\`\`\``);
    const [, file, hash = ""] = /report `(.+)`: .*put `(#e=[0-9a-f]{8}-\d+)` at the end/.exec(way ?? "") ?? [];
    expect(file).toBe("k1-apiserver-refused.html");
    const again = await open("k1-apiserver-refused", hash);
    expect(await again.page.locator("#x-detail .raw").textContent()).toBe(cited?.text);
  });

  it("unfolds all lanes and folds them again, with a button and a key", async () => {
    const { page } = await open("no-rtc-clock-jump");
    const button = page.locator("#x-lanes");
    const height = (): Promise<number> => page.evaluate<number>("document.getElementById('x-canvas').clientHeight");
    const folded = await height();
    const [, all = "0"] = /^all (\d+) lanes$/.exec((await button.textContent()) ?? "") ?? [];
    await button.click();
    // Each lane is 22 pixels high.
    expect(await height()).toBeGreaterThan(folded);
    expect(((await height()) - 172) / 22).toBe(Number(all));
    expect(await button.getAttribute("aria-pressed")).toBe("true");
    await page.locator("#x-chart").focus();
    await page.keyboard.press("l");
    expect(await height()).toBe(folded);
  });

  it("shows what a wrong clock had said beside the corrected time, in the list, the pane and the copy", async () => {
    const permissions = ["clipboard-read", "clipboard-write"];
    const { page } = await open("no-rtc-clock-jump", "", { permissions });
    await page.fill("#x-query", "clocksource tsc-early");
    const row = page.locator("#x-rows .row", { hasText: "tsc-early" }).first();
    const told = (await row.textContent()) ?? "";
    expect(told).toMatch(/^~2026-09-14 08:05:21\.\d+/);
    expect(told).toContain("stated 2026-04-27 19:49:02");
    await row.click();
    expect(await page.locator("#x-detail .fields").textContent()).toContain("Stated in the line2026-04-27 19:49:02");
    expect(await copied(page, () => page.keyboard.press("c"))).toContain("(stated 2026-04-27 19:49:02");
  });

  it("chooses a part of the time on the bars and on the whole period, moves it, and takes steps back", async () => {
    const { page } = await open("no-rtc-clock-jump");
    await page.locator("#x-canvas").scrollIntoViewIfNeeded();
    const box = (await page.locator("#x-canvas").boundingBox())!;
    const range = async (): Promise<[number, number]> => {
      await settled(page);
      const [from = "", to = ""] = ((await page.locator("#x-range").textContent()) ?? "").split(" – ");
      const ms = (text: string): number => Date.parse(`${text.replace(" UTC", "").replace(" ", "T")}Z`);
      return [ms(from), ms(to)];
    };
    const drag = async (x0: number, x1: number, y: number): Promise<[number, number]> => {
      await page.mouse.move(box.x + x0, box.y + y);
      await page.mouse.down();
      await page.mouse.move(box.x + (x0 + x1) / 2, box.y + y);
      await page.mouse.move(box.x + x1, box.y + y);
      await page.mouse.up();
      return range();
    };
    const whole = await range();
    const [from, to] = await drag(400, 600, 90);
    expect([from > whole[0], to < whole[1]]).toEqual([true, true]);
    await page.keyboard.down("Shift");
    const moved = await drag(500, 400, 90);
    await page.keyboard.up("Shift");
    expect(moved[0]).toBeGreaterThan(from);
    expect(Math.abs(moved[1] - moved[0] - (to - from))).toBeLessThanOrEqual(2000);
    await page.keyboard.press("0");
    const all = await range();
    const part = await drag(500, 700, 20);
    expect([part[0] > all[0], part[1] < all[1]]).toEqual([true, true]);
    await page.click("#x-undo");
    expect(await range()).toEqual(all);
  });

  it("shows one time in chart and list: under the pointer, and of the chosen event", async () => {
    const { page } = await open("k1-apiserver-refused");
    const canvas = page.locator("#x-canvas");
    const picture = "document.getElementById('x-canvas').toDataURL()";
    await page.fill("#x-query", "Trace");
    await page.keyboard.press("Escape");
    await page.click("#x-everything");
    await page.mouse.move(5, 5);
    await settled(page);
    const before = await page.evaluate(picture);
    await page.locator("#x-rows .row").first().hover();
    await settled(page);
    expect(await page.evaluate(picture)).not.toBe(before);
    expect(await page.locator(".row.at-cursor").getAttribute("aria-rowindex")).toBe("1");
    const box = (await canvas.boundingBox())!;
    await canvas.hover({ position: { x: box.width - 20, y: 90 } });
    await settled(page);
    const rows = await page.locator("#x-list").getAttribute("aria-rowcount");
    expect(await page.locator(".row.at-cursor").getAttribute("aria-rowindex")).toBe(rows);
  });

  it("leads from a finding to its events and back, and unfolds a finding that is linked", async () => {
    const { page } = await open("k1-apiserver-refused");
    const section = page.locator('[data-finding^="pleg-ignores-pod"]');
    await section.getByRole("button", { name: "Show its events" }).click();
    await settled(page);
    expect(await page.inputValue("#x-query")).toContain("finding:pleg-ignores-pod");
    expect(await page.locator("#x-detail .raw").textContent()).toContain("PLEG");
    await page
      .locator("#x-detail")
      .getByRole("link", { name: /^The kubelet ignores/ })
      .click();
    expect(await page.evaluate("document.activeElement.dataset.finding")).toContain("pleg-ignores-pod");
    const folded = await page.evaluate<string>(
      "document.querySelector('#findings details [data-finding]').dataset.finding",
    );
    const linked = await open("k1-apiserver-refused", `#f=${folded}`);
    expect(await linked.page.locator(`[data-finding="${folded}"] h3`).isVisible()).toBe(true);
  });

  it("gives a list of few rows little height, and cuts no word of the search field", async () => {
    const { page } = await open("k1-apiserver-refused", "", { viewport: { width: 1280, height: 900 } });
    const height = `document.getElementById("x-list").offsetHeight`;
    const full = await page.evaluate<number>(height);
    await page.fill("#x-query", "PLEG");
    await until(page, `${height} < ${full / 2}`);
    await page.fill("#x-query", "");
    await until(page, `${height} === ${full}`);
    const cut = await page.evaluate(`(() => {
      const field = document.getElementById("x-query");
      const ruler = document.createElement("canvas").getContext("2d");
      ruler.font = getComputedStyle(field).font;
      return ruler.measureText(field.placeholder).width + 24 > field.clientWidth;
    })()`);
    expect(cut).toBe(false);
  });

  it("opens folds for the printer and leaves them as they were", async () => {
    const { page } = await open("k1-apiserver-refused");
    const openFolds = `[...document.querySelectorAll("details")].map((fold) => fold.open)`;
    const before = await page.evaluate<boolean[]>(openFolds);
    await page.evaluate("window.dispatchEvent(new Event('beforeprint'))");
    expect((await page.evaluate<boolean[]>(openFolds)).every(Boolean)).toBe(true);
    await page.evaluate("window.dispatchEvent(new Event('afterprint'))");
    expect(await page.evaluate(openFolds)).toEqual(before);
    await page.emulateMedia({ media: "print" });
    expect(await page.locator("#explore").isVisible()).toBe(false);
    expect(await page.locator(".static-timeline").isVisible()).toBe(true);
  });

  it("is walked with the keyboard alone: first finding, its event, copy; search, event, copy", async () => {
    const { page } = await open("k1-apiserver-refused", "", { permissions: ["clipboard-read", "clipboard-write"] });
    expect(await walkToCopy(page)).toMatch(/^`journal\/journal\.txt:2`, ~2017-11-05 06:07:57\.\d+ UTC\n/);
    await page.keyboard.press("/");
    await page.keyboard.type("PLEG");
    await page.keyboard.press("Escape");
    await page.keyboard.press("j");
    const text = await copied(page, () => page.keyboard.press("c"));
    expect(text).toMatch(/^`journal\/journal\.txt:3`, ~2017-11-05 06:07:57\.\d+ UTC\n/);
    expect(text).toMatch(/```text\nNov 05 06:07:57 k1 kubelet.*PLEG/);
  });
});
