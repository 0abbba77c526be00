// Pictures of every sample's report, light, dark, narrow and printed, in dist/screenshots/: to be looked at.
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const target = join(ROOT, "dist", "screenshots");
const extra = process.argv.slice(2);

function sampleBundles() {
  const root = join(ROOT, "samples");
  return readdirSync(root)
    .filter((name) => existsSync(join(root, name, "truth.json")))
    .map((name) => {
      const bundle = readdirSync(join(root, name)).find(
        (entry) => entry.endsWith(".tar.gz") || statSync(join(root, name, entry)).isDirectory(),
      );
      return { name, bundle: join(root, name, bundle) };
    });
}

function analyse({ name, bundle }) {
  const html = join(target, `${name}.html`);
  const args = [join(ROOT, "dist", "cli", "bin.js"), "analyze", bundle, "--html", html, "--progress", "none"];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${bundle}: ${stderr}`);
  return html;
}

async function shoot(browser, name, html) {
  const views = [
    { kind: "light", viewport: { width: 1440, height: 900 }, colorScheme: "light" },
    { kind: "dark", viewport: { width: 1440, height: 900 }, colorScheme: "dark" },
    { kind: "narrow", viewport: { width: 360, height: 800 }, colorScheme: "light" },
    { kind: "wide", viewport: { width: 2560, height: 1300 }, colorScheme: "light" },
  ];
  for (const { kind, ...options } of views) {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    await page.goto(pathToFileURL(html).href);
    await page.waitForTimeout(400);
    await page.screenshot({ path: join(target, `${name}-${kind}-top.png`) });
    await page.screenshot({ path: join(target, `${name}-${kind}.png`), fullPage: true });
    if (kind === "light") await page.pdf({ path: join(target, `${name}.pdf`), preferCSSPageSize: true, format: "A4" });
    await context.close();
  }
}

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
const bundles = [...sampleBundles(), ...extra.map((bundle) => ({ name: basename(bundle), bundle }))];
for (const item of bundles) await shoot(browser, item.name, analyse(item));
await browser.close();
process.stdout.write(`${target}\n`);
