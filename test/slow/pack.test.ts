import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const directory = mkdtempSync(join(tmpdir(), "coldcase-pack-"));
const bundle = resolve("samples/k1-apiserver-refused/k1");
let tarball = "";

beforeAll(() => {
  // Without building again: other suites use what was built.
  const options = ["--silent", "--ignore-scripts", "--pack-destination", directory];
  const output = execFileSync("npm", ["pack", ...options], { encoding: "utf8" });
  tarball = join(directory, output.trim().split("\n").at(-1) ?? "");
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test("the package holds the program and no samples", () => {
  const names = execFileSync("tar", ["-tzf", tarball], { encoding: "utf8" }).split("\n");
  for (const name of ["dist/cli/bin.js", "dist/store/schema.sql", "dist/report/templates.js", "collector/collect.sh"]) {
    expect(names).toContain(`package/${name}`);
  }
  expect(names.filter((name) => /^package\/(?:samples|test|analyzer)\//.test(name))).toEqual([]);
});

describe.each(["11", "12"])("npm %s, from an empty folder", (major) => {
  test("writes the report, or names the one option that is missing", () => {
    const cwd = join(directory, `npm-${major}`);
    mkdirSync(cwd);
    const env = { ...process.env, npm_config_cache: join(directory, `cache-${major}`) };
    const npx = (options: string[]): ReturnType<typeof spawnSync> =>
      spawnSync(
        "npx",
        ["--yes", `npm@${major}`, "exec", "--yes", ...options, `--package=${tarball}`, "--", "coldcase", bundle],
        { cwd, encoding: "utf8", env },
      );
    const run = npx([]);
    if (run.status !== 0) {
      expect(run.status).toBe(2);
      expect(run.stderr).toContain("npx --allow-scripts=better-sqlite3 coldcase");
      expect(run.stderr).not.toMatch(/^\s+at /m);
      const forget = /npm cache npx rm [0-9a-f]+/.exec(String(run.stderr))?.[0] ?? "";
      execFileSync("npx", ["--yes", `npm@${major}`, ...forget.split(" ").slice(1)], { env });
      expect(npx(["--allow-scripts=better-sqlite3"]).status).toBe(0);
    }
    expect(existsSync(join(cwd, "k1.html"))).toBe(true);
    expect(readFileSync(join(cwd, "k1.html"), "utf8")).toContain("74217d05");
  });
});
