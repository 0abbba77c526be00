import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { coldcase, scratch } from "../helpers/cli.ts";

const directory = scratch();
const bundle = resolve("samples/k1-apiserver-refused/k1");

function fresh(name: string): string {
  const path = join(directory, name);
  mkdirSync(path);
  return path;
}

describe("an earlier report", () => {
  test("is rendered again without its bundle, to the same bytes", () => {
    const cwd = fresh("again");
    expect(coldcase([bundle], { cwd }).exit).toBe(0);
    const [html, markdown] = [readFileSync(join(cwd, "k1.html")), readFileSync(join(cwd, "k1.md"), "utf8")];
    const run = coldcase(["k1.html", "--out", "new", "--json", "new.json"], { cwd });
    expect(run.exit).toBe(0);
    expect(run.stdout).toContain("Root cause");
    expect(readdirSync(join(cwd, "new"))).toEqual(["k1.html", "k1.md"]);
    expect(readFileSync(join(cwd, "new", "k1.html")).equals(html)).toBe(true);
    expect(readFileSync(join(cwd, "new", "k1.md"), "utf8")).toBe(markdown);
    const json = JSON.parse(readFileSync(join(cwd, "new.json"), "utf8")) as { schemaVersion: number };
    expect(json.schemaVersion).toBe(1);
  });

  test("may be packed: .html.gz is written, holds the same bytes, and is read", () => {
    const cwd = fresh("packed");
    expect(coldcase([bundle, "--html", "a.html.gz"], { cwd }).exit).toBe(0);
    expect(coldcase([bundle, "--html", "a.html"], { cwd }).exit).toBe(0);
    expect(gunzipSync(readFileSync(join(cwd, "a.html.gz"))).equals(readFileSync(join(cwd, "a.html")))).toBe(true);
    expect(statSync(join(cwd, "a.html.gz")).size).toBeLessThan(statSync(join(cwd, "a.html")).size);
    expect(coldcase(["a.html.gz", "--markdown", "-"], { cwd }).stdout).toContain("filesystem");
    expect(coldcase([bundle, "--html", "a.html.gz"], { cwd }).exit).toBe(0);
    writeFileSync(join(cwd, "b.html.gz"), "not ours");
    expect(coldcase([bundle, "--html", "b.html.gz"], { cwd }).exit).toBe(2);
  });

  test("that is damaged, or asked for what needs the bundle, is refused in two lines", () => {
    const cwd = fresh("damaged");
    coldcase([bundle, "--html", "a.html"], { cwd });
    const html = readFileSync(join(cwd, "a.html"), "utf8");
    writeFileSync(join(cwd, "cut.html"), html.slice(0, html.indexOf('id="report-data"') + 400));
    for (const args of [["cut.html"], ["a.html", "--year", "2017"], ["a.html", "--db", "a.sqlite"]]) {
      const run = coldcase(args, { cwd });
      expect(run.exit).toBe(2);
      expect(run.stderr.trim().split("\n")).toHaveLength(2);
    }
  });
});
