/** What is shipped: its licences, and that none of it reaches for a network. */
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { scratch } from "./helpers/cli.ts";
import { advisoriesFor } from "./tools/advisories.mjs";
import { isAllowed, shippedPackages } from "./tools/licences.mjs";

const DIST = fileURLToPath(new URL("../dist/", import.meta.url));
const PRELOAD = fileURLToPath(new URL("hostile/no-network.cjs", import.meta.url));
const root = scratch();

describe("licences", () => {
  test("all shipped packages have one that is allowed", () => {
    const packages = shippedPackages();
    expect(packages.map(({ name }) => name)).toContain("better-sqlite3");
    expect(packages.filter(({ licence }) => !isAllowed(licence))).toEqual([]);
  });

  test.each([
    ["MIT", true],
    ["(MIT OR GPL-3.0)", true],
    ["(BSD-2-Clause OR MIT OR Apache-2.0)", true],
    ["MIT AND Apache-2.0", true],
    ["MIT AND GPL-3.0", false],
    ["GPL-2.0-only", false],
    ["none stated", false],
  ])("%s: %s", (licence, allowed) => expect(isAllowed(licence)).toBe(allowed));
});

describe("advisories on record", () => {
  test("none holds for what is shipped", () => expect(advisoriesFor(shippedPackages())).toEqual([]));

  test.each([
    ["2.1.3", 1],
    ["2.1.4", 0],
    ["2.1.10", 0],
  ])("tar-fs %s: %i", (version, count) => expect(advisoriesFor([{ name: "tar-fs", version }])).toHaveLength(count));
});

const texts = readdirSync(DIST, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.(?:m?js|json|html|css)$/.test(path))
  .map((path) => ({ path, text: readFileSync(join(DIST, path), "utf8") }));

const packageOf = (name: string): string =>
  name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");

describe("no network", () => {
  test("no module that could open a connection or start a program is loaded", () => {
    const loaded = new Set(
      texts.flatMap(({ text }) =>
        [...text.matchAll(/(?:\bfrom |\bimport\(|\brequire\(|^import )"([@\w][\w@./:-]*)"/gm)].map(
          ([, name = ""]) => name,
        ),
      ),
    );
    const own = JSON.parse(readFileSync("package.json", "utf8")) as { dependencies: Record<string, string> };
    const builtin = [...loaded].filter((name) => builtinModules.includes(name.replace("node:", "")));
    const others = [...loaded].filter((name) => !builtin.includes(name));
    expect(builtin.length).toBeGreaterThan(3);
    expect(
      builtin.filter((name) =>
        /^(?:node:)?(?:net|tls|https?|http2|dns|dgram|child_process|cluster|inspector)\b/.test(name),
      ),
    ).toEqual([]);
    expect(others.filter((name) => !(packageOf(name) in own.dependencies))).toEqual([]);
  });

  test("nothing in it fetches: neither the program nor the script and styles of the report", () => {
    const ways =
      /\bfetch\(|\bWebSocket\b|XMLHttpRequest|EventSource|sendBeacon|importScripts|RTCPeerConnection|@import|url\(\s*["']?https?:/;
    expect(texts.filter(({ text }) => ways.test(text)).map(({ path }) => path)).toEqual([]);
  });

  const unshare = spawnSync("unshare", ["-n", "true"]).status === 0;
  const sample = resolve("samples/k1-apiserver-refused/k1");
  test.each([
    ["analyze", ["analyze", sample]],
    ["analyze an earlier report", ["analyze", "k1.html", "--out", "again"]],
    ["verify", ["verify", sample]],
    ["query", ["query", sample, "SELECT count(*) FROM event"]],
    ["rules", ["rules"]],
    ["collector", ["collector", "--stamp"]],
  ])("%s does its work without one", (_, args) => {
    const bin = [process.execPath, "--require", PRELOAD, join(DIST, "cli/bin.js"), ...args];
    const [program = "", ...rest] = unshare ? ["unshare", "-n", ...bin] : bin;
    const run = spawnSync(program, rest, { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 });
    expect(run.stderr).not.toContain("network:");
    expect(run.status, run.stderr).toBe(0);
    expect(run.stdout).not.toBe("");
  });
});
