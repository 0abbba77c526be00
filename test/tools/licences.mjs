// The licences of what is shipped with coldcase, from what is installed: `--list` prints them. All must be in the list of
// those that a program under MIT may be distributed with.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("../../", import.meta.url);
const allowed = new Set(["MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "0BSD", "BlueOak-1.0.0"]);

/** Every package that `npm install coldcase` brings, by the lock file; with the licence that its own package.json states. */
export function shippedPackages() {
  const { packages } = JSON.parse(readFileSync(new URL("package-lock.json", root), "utf8"));
  return Object.entries(packages)
    .filter(
      ([path, entry]) => path !== "" && entry.dev !== true && entry.devOptional !== true && entry.optional !== true,
    )
    .map(([path]) => {
      const { name, version, license, licenses } = JSON.parse(
        readFileSync(new URL(`${path}/package.json`, root), "utf8"),
      );
      return { name, version, licence: String(license?.type ?? license ?? licenses?.[0]?.type ?? "none stated") };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** True for an SPDX expression of which one alternative is allowed as a whole. */
export function isAllowed(licence) {
  return licence
    .replace(/^\((.*)\)$/, "$1")
    .split(" OR ")
    .some((one) => one.split(" AND ").every((part) => allowed.has(part.trim())));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const packages = shippedPackages();
  const bad = packages.filter(({ licence }) => !isAllowed(licence));
  if (process.argv.includes("--list")) {
    for (const { name, version, licence } of packages) console.log(`${name} ${version}: ${licence}`);
  }
  for (const { name, licence } of bad) console.error(`${name}: ${licence} is not among the allowed licences`);
  console.log(`licences: ${packages.length} shipped packages, ${bad.length} not allowed`);
  process.exitCode = bad.length > 0 ? 1 : 0;
}
