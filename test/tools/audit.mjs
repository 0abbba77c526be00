// Known vulnerabilities in what is shipped, where the registry can be asked; where it cannot, says so, and looks through
// the few that are on record here.
import { spawnSync } from "node:child_process";
import { advisories, advisoriesFor } from "./advisories.mjs";
import { shippedPackages } from "./licences.mjs";

const run = spawnSync("npm", ["audit", "--omit=dev", "--json"], { encoding: "utf8", timeout: 120_000 });
let answer = {};
try {
  answer = JSON.parse(run.stdout);
} catch {
  // No answer at all.
}
const counts = answer.metadata?.vulnerabilities;
if (counts === undefined) {
  const why = answer.error?.summary || answer.message || run.stderr.trim().split("\n")[0] || "no answer";
  console.log(`audit: NOT DONE, the registry does not answer it here (${String(why).slice(0, 120)})`);
  const found = advisoriesFor(shippedPackages());
  for (const { name, mended, id } of found) console.error(`${name}: ${id}, mended in ${mended}`);
  console.log(`audit: ${found.length} of the ${advisories.length} advisories on record hold for a shipped version`);
  process.exitCode = found.length > 0 ? 1 : 0;
} else {
  console.log(`audit: ${counts.total} known vulnerabilities in shipped packages`);
  process.exitCode = counts.total > 0 ? 1 : 0;
}
