import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { coldcase, scratch } from "../helpers/cli.ts";

const directory = scratch();
const bundle = resolve("samples/k1-apiserver-refused/k1");

function fresh(name: string): string {
  const path = join(directory, name);
  mkdirSync(path);
  return path;
}

describe("collector", () => {
  const script = readFileSync("collector/collect.sh", "utf8");

  test("is printed as it is", () => {
    expect(coldcase(["collector"]).stdout).toBe(script);
  });

  test("--stamp differs by this machine's clock, and the shell takes it", () => {
    const [before, stamped, after] = [Date.now(), coldcase(["collector", "--stamp"]).stdout, Date.now()];
    const clock = /^ +laptop_clock='([^']+)' # /m.exec(stamped)?.[1] ?? "";
    expect(Date.parse(clock)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(clock)).toBeLessThanOrEqual(after);
    expect(stamped.replace(clock, "")).toBe(script);
    expect(spawnSync("sh", ["-n"], { input: stamped }).status).toBe(0);
  });
});

describe("outputs", () => {
  test("the default three beside the reader, and a summary of at most 40 lines of 100 columns", () => {
    const cwd = fresh("default");
    const run = coldcase([bundle], { cwd });
    expect(run.exit).toBe(0);
    expect(readdirSync(cwd).sort()).toEqual(["k1.html", "k1.md", "k1.sqlite"]);
    const lines = run.stdout.trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(40);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
    for (const name of ["Root cause", "Chain", "certain", "k1.html", "e2fsck"]) expect(run.stdout).toContain(name);
    expect(readFileSync(join(cwd, "k1.md"), "utf8").length).toBeLessThanOrEqual(60_000);
    expect(statSync(join(cwd, "k1.html")).size).toBeLessThan(1024 * 1024);
  });

  test("any output option means only those outputs, - is stdout", () => {
    const cwd = fresh("only");
    const run = coldcase([bundle, "--markdown", "-"], { cwd });
    expect(readdirSync(cwd)).toEqual([]);
    expect(run.stdout).toContain("filesystem");
    expect(run.stderr).toContain("Root cause");
  });

  test("--out names the directory of the default three", () => {
    const cwd = fresh("out");
    coldcase([bundle, "--out", "reports"], { cwd });
    expect(readdirSync(join(cwd, "reports")).sort()).toEqual(["k1.html", "k1.md", "k1.sqlite"]);
  });

  test("its own files are replaced, others are never overwritten", () => {
    const cwd = fresh("twice");
    expect(coldcase([bundle], { cwd }).exit).toBe(0);
    const before = readFileSync(join(cwd, "k1.html"));
    expect(coldcase([bundle], { cwd }).exit).toBe(0);
    expect(readFileSync(join(cwd, "k1.html")).equals(before)).toBe(true);
    writeFileSync(join(cwd, "k1.md"), "my own notes\n");
    const run = coldcase([bundle], { cwd });
    expect(run.exit).toBe(2);
    expect(run.stderr).toMatch(/k1\.md is there and was not written by coldcase/);
    expect(readFileSync(join(cwd, "k1.md"), "utf8")).toBe("my own notes\n");
    expect(readdirSync(cwd).filter((name) => name.includes("partial"))).toEqual([]);
  });

  test("a link is never followed", () => {
    const cwd = fresh("link");
    symlinkSync(join(directory, "elsewhere.html"), join(cwd, "k1.html"));
    const run = coldcase([bundle], { cwd });
    expect(run.exit).toBe(2);
    expect(existsSync(join(directory, "elsewhere.html"))).toBe(false);
  });

  test("--fail-on", () => {
    const cwd = fresh("fail-on");
    expect(coldcase([bundle, "--json", "-", "--fail-on", "critical"], { cwd }).exit).toBe(1);
    expect(coldcase([bundle, "--json", "-"], { cwd }).exit).toBe(0);
  });

  test("the database answers questions", () => {
    const cwd = fresh("query");
    coldcase([bundle], { cwd });
    const rows = coldcase(["query", "k1.sqlite", "SELECT id, cause FROM findings WHERE role = 'cause'", "--json"], {
      cwd,
    });
    expect(JSON.parse(rows.stdout)).toEqual([
      { id: "filesystem-damage-var-lib-docker", cause: "filesystem-corruption" },
    ]);
    const found = coldcase(
      ["query", "k1.sqlite", "SELECT count(*) AS n FROM text_fts WHERE text_fts MATCH 'cleaning'", "--csv"],
      { cwd },
    );
    expect(found.stdout).toMatch(/^n\n[1-9]/);
    const args = ["SELECT count(*) AS n FROM text_fts WHERE text_fts MATCH 'cleaning'", "--csv"];
    expect(coldcase(["query", bundle, ...args]).stdout).toBe(found.stdout);
    const wrong = coldcase(["query", "k1.sqlite", "SELEC"], { cwd });
    expect(wrong.exit).toBe(2);
    expect(wrong.stderr).toMatch(/the query failed/);
  });
});

describe("other commands", () => {
  test("collector prints the script", () => {
    const run = coldcase(["collector"]);
    expect(run.stdout).toBe(readFileSync("collector/collect.sh", "utf8"));
  });

  test("rules lists and explains", () => {
    expect(coldcase(["rules"]).stdout).toContain("filesystem-damage");
    expect(coldcase(["rules", "pleg-ignores-pod"]).stdout).toMatch(/fires: PLEG: Ignoring/);
    expect(coldcase(["rules", "nonsense"]).exit).toBe(2);
  });

  test("verify tells what is there", () => {
    expect(coldcase(["verify", bundle]).stdout).toMatch(/7 artifacts, sha256 [0-9a-f]{64}/);
  });

  test("usage errors exit 2", () => {
    expect(coldcase(["--nonsense"]).exit).toBe(2);
    expect(coldcase([]).exit).toBe(2);
    expect(coldcase(["--version"]).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

test("an old Node is told so before anything else is loaded", () => {
  const fake = "Object.defineProperty(process.versions, 'node', { value: '18.19.0' }); import(process.argv[1]);";
  const run = spawnSync(process.execPath, ["-e", fake, resolve("dist/cli/bin.js")], { encoding: "utf8" });
  expect(run.status).toBe(2);
  expect(run.stderr.split("\n")[0]).toBe("coldcase needs Node.js 20.19 or newer, and this is 18.19.0.");
});
