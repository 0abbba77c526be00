import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { afterEach, expect, test } from "vitest";

const planted = "analyzer/model/planted-import.ts";

afterEach(() => rmSync(planted, { force: true }));

function layers(): { exit: number | null; output: string } {
  const run = spawnSync(
    "npx",
    ["depcruise", "--config", ".dependency-cruiser.mjs", "--output-type", "err", "analyzer"],
    {
      encoding: "utf8",
    },
  );
  return { exit: run.status, output: run.stdout + run.stderr };
}

test("a forbidden import is seen", () => {
  writeFileSync(planted, 'import "../cli/version.ts";\n');
  const { exit, output } = layers();
  expect(exit).not.toBe(0);
  expect(output).toContain("model-imports");
  expect(output).toContain("nothing-imports-cli");
});
