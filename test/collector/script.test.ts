/** The script as a text that an owner reads before running it as root, and the sample made with it. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { hostname, networkInterfaces, userInfo } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { collector, run, type Manifest } from "./lab.ts";
import { has } from "./shells.ts";

const script = readFileSync(collector, "utf8");
const lines = script.trimEnd().split("\n");

/** An owner reads it in one go.  */
const MAX_LINES = 700;

describe("collect.sh", () => {
  test(`it has at most ${MAX_LINES} lines`, () => {
    expect(lines.length).toBeLessThanOrEqual(MAX_LINES);
  });

  test("every line fits 110 columns, is ASCII, and the last one starts it", () => {
    expect(lines.filter((line) => line.length > 110)).toEqual([]);
    expect(script).toMatch(/^[\t\n -~]*$/);
    expect(lines.at(-1)).toBe('main "$@"');
  });

  test("all code is in functions, one statement a line", () => {
    let depth = 0;
    const outside = lines.filter((line) => {
      const opens = /^[a-z_]+\(\) \{/.test(line);
      const inside = depth > 0 || opens || /^#|^$/.test(line);
      if (opens && !line.endsWith("}")) depth = 1;
      if (line.startsWith("}")) depth = 0;
      return !inside;
    });
    expect(outside).toEqual(['main "$@"']);
    const shell = script.replace(/awk ([^'\n]*)'[^']*'/g, "awk $1").split("\n");
    const crowded = shell.filter((line) =>
      /;\s*\S/.test(
        line
          .replace(/'[^']*'|"[^"]*"|(?<!\$)#.*/g, "")
          .trimEnd()
          .replace(/;;|; (then|do)$|; \} 2>/g, "")
          .replace(/^\S+\(\) \{ .*; \}$/, ""),
      ),
    );
    expect(crowded).toEqual([]);
  });

  test("the forbidden list is on the first screen", () => {
    expect(lines.slice(0, 24).join("\n")).toMatch(/kubeconfig.*\*\.key.*token.*kubernetes\.io~secret/s);
  });

  test("shellcheck has nothing to say; each exception is for one statement and says why", async () => {
    if (!has("shellcheck")) return;
    const result = await run(["shellcheck", "--shell=sh", collector]);
    expect(result.stdout.toString()).toBe("");
    const exceptions = lines.flatMap((line, i) => (line.includes("shellcheck disable=") ? [i] : []));
    for (const i of exceptions) {
      expect(lines[i]).toMatch(/^ *# shellcheck disable=SC\d+(,SC\d+)* # \w+ \w+/);
      // What a comment stands before is what it is about: a function that is longer would be excepted as a whole.
      expect(lines[i + 1]).not.toMatch(/\{( #.*)?$|^#|^$/);
    }
    expect(exceptions.length).toBeLessThan(5);
  });
});

describe("samples/healthy", () => {
  const sample = fileURLToPath(new URL("../../samples/healthy/pi4", import.meta.url));
  const files = readdirSync(sample, { recursive: true, encoding: "utf8" }).filter((name) =>
    statSync(join(sample, name)).isFile(),
  );
  const manifest = JSON.parse(readFileSync(join(sample, "manifest.json"), "utf8")) as Manifest;

  test("nothing of the machine that made it is in it", () => {
    const macs = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map((one) => one.mac));
    const addresses = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map((one) => one.address));
    const own = [...macs, ...addresses].filter((text) => !/^(127\.0\.0\.1|::1|00:00:00:00:00:00)$/.test(text));
    const names = [hostname(), userInfo().username].filter((name) => name.length > 4);
    const strings = [
      ...own,
      ...names,
      "/work",
      "/tmp/",
      "/home/",
      "firecracker",
      "amazon",
      "ec2",
      "azure",
      "googleapis",
      "vda",
    ];
    const hits = files.flatMap((name) => {
      const text = readFileSync(join(sample, name), "latin1");
      return strings
        .filter((string) =>
          new RegExp(`(?<![A-Za-z0-9+])${string.replace(/[.*+?^$|()[\]\\/]/g, "\\$&")}(?![A-Za-z0-9])`, "i").test(text),
        )
        .map((string) => `${name}: ${string}`);
    });
    expect(hits).toEqual([]);
  });

  test("it is small, complete, and every output is the one that was recorded", () => {
    expect(files.reduce((sum, name) => sum + statSync(join(sample, name)).size, 0)).toBeLessThan(400_000);
    expect(manifest).toMatchObject({ host: "pi4", complete: true, interrupted: null });
    for (const step of manifest.steps) {
      expect(["ok", "empty", "absent"], step.id).toContain(step.status);
      if (step.sha256)
        expect(
          createHash("sha256")
            .update(readFileSync(join(sample, step.path)))
            .digest("hex"),
          step.id,
        ).toBe(step.sha256);
      for (const file of step.files) if (file.status === "ok") expect(files).toContain(file.path);
    }
  });
});
