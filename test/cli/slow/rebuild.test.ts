import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { coldcase, scratch } from "../../helpers/cli.ts";
import { sampleBundles } from "../../helpers/samples.ts";

const directory = scratch();

/** Copies a directory file by file from the last name to the first, so that the disk lists it in another order. */
function copyBackwards(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from).toSorted().toReversed()) {
    const [source, target] = [join(from, name), join(to, name)];
    if (statSync(source).isDirectory()) copyBackwards(source, target);
    else copyFileSync(source, target);
  }
}

function outputs(bundle: string, into: string, env: NodeJS.ProcessEnv, html = "report.html"): Buffer[] {
  const folder = join(directory, into);
  mkdirSync(folder, { recursive: true });
  const paths = [html, "report.md", "report.json"].map((name) => join(folder, name));
  const [page = "", markdown = "", json = ""] = paths;
  const run = coldcase([bundle, "--html", page, "--markdown", markdown, "--json", json], { env });
  expect(run.stderr).not.toMatch(/^error/m);
  expect(run.exit).toBe(0);
  return paths.map((path) => readFileSync(path));
}

const HERE = { TZ: "UTC", LANG: "C", LC_ALL: "C" };
const ELSEWHERE = { TZ: "Asia/Kathmandu", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8", LANGUAGE: "tr", NO_COLOR: "1" };

describe.each(sampleBundles())("samples/$name", ({ name, bundle }) => {
  test("gives the same bytes in another time zone, locale and order of the directory, and packed", () => {
    const first = outputs(bundle, `${name}-here`, HERE);
    let other = bundle;
    if (statSync(bundle).isDirectory()) {
      other = join(directory, `${name}-copy`, basename(bundle));
      copyBackwards(bundle, other);
    }
    const [packed, ...rest] = outputs(other, `${name}-elsewhere`, ELSEWHERE, "report.html.gz");
    expect(gunzipSync(packed!).equals(first[0]!)).toBe(true);
    expect(rest.map((bytes, index) => bytes.equals(first[index + 1]!))).toEqual([true, true]);
  }, 180_000);
});
