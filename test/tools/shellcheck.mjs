// Runs shellcheck over every shell script; without it says so, and fails when CI=true.
import { spawnSync } from "node:child_process";

const scripts = ["collector/collect.sh", ".ci/run"];
const run = spawnSync("shellcheck", scripts, { stdio: "inherit" });
if (run.error) {
  console.error("shellcheck is not installed: shell scripts were not checked");
  process.exitCode = process.env.CI === "true" ? 1 : 0;
} else {
  process.exitCode = run.status ?? 1;
}
