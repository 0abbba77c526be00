import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { coldcase, scratch } from "../helpers/cli.ts";
import { textOfHtml } from "../redact/island.ts";

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

  test("can be masked further: strict, and words of one's own", () => {
    const cwd = fresh("stricter");
    expect(coldcase([bundle, "--html", "k1.html"], { cwd }).exit).toBe(0);
    writeFileSync(join(cwd, "words.txt"), "structure needs cleaning\ntoken\n");
    const again = (out: string, ...args: string[]): string => {
      expect(coldcase(["k1.html", "--html", out, ...args], { cwd }).exit).toBe(0);
      return textOfHtml(readFileSync(join(cwd, out), "utf8"));
    };
    expect(textOfHtml(readFileSync(join(cwd, "k1.html"), "utf8"))).toMatch(/192\.168\.1\.11/);
    const strict = again("strict.html", "--redact", "strict");
    expect(strict).not.toMatch(/192\.168\.1\.11|kube-apiserver-k1/);
    expect(strict).toContain('"mode":"strict"');
    const words = again("words.html", "--redact-words", "words.txt");
    expect(words).not.toMatch(/structure needs cleaning/i);
    expect(words).toMatch(/‹word:1›/);
    const both = coldcase(["strict.html", "--html", "both.html", "--redact-words", "words.txt"], { cwd });
    expect(both.exit, both.stderr).toBe(0);
    const last = textOfHtml(readFileSync(join(cwd, "both.html"), "utf8"));
    expect(last).toContain('"mode":"strict"');
    expect(last).not.toMatch(/192\.168\.1\.11|structure needs cleaning|‹[a-z-]*:?‹/i);
  });

  test("cannot be unmasked, and says so; one that was never masked is masked when it is rendered again", () => {
    const cwd = fresh("unmask");
    expect(coldcase([bundle, "--html", "k1.html"], { cwd }).exit).toBe(0);
    const run = coldcase(["k1.html", "--html", "open.html", "--no-redact"], { cwd });
    expect(run.exit).toBe(2);
    expect(run.stderr).toMatch(/was masked \(default\), and cannot be unmasked\nhint: /);
    expect(readdirSync(cwd)).toEqual(["k1.html"]);
    const secret = "Kanarie99x";
    writeFileSync(
      join(cwd, "a.log"),
      `Nov 05 06:07:57 k1 kubelet[319]: dial tcp 192.168.1.11:6443: connect: connection refused password=${secret}\n`,
    );
    expect(coldcase(["a.log", "--html", "bare.html", "--no-redact"], { cwd }).exit).toBe(0);
    expect(textOfHtml(readFileSync(join(cwd, "bare.html"), "utf8"))).toContain(secret);
    expect(coldcase(["bare.html", "--html", "masked.html"], { cwd }).exit).toBe(0);
    expect(textOfHtml(readFileSync(join(cwd, "masked.html"), "utf8"))).not.toContain(secret);
  });
});
