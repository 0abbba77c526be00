// Advisories on packages that coldcase ships, for where the registry cannot be asked: GitHub's id, and the first version
// without the fault on the line that is used here. No list of all there are; `npm audit` knows those.

export const advisories = [
  { name: "bl", mended: "4.0.3", id: "GHSA-pp7h-53gx-mx7r" },
  { name: "deep-extend", mended: "0.5.1", id: "GHSA-hr2v-3952-633q" },
  { name: "handlebars", mended: "4.7.9", id: "GHSA-2w6w-674q-4c4q" },
  { name: "handlebars", mended: "4.7.7", id: "GHSA-f2jv-r9rf-7988" },
  { name: "ini", mended: "1.3.6", id: "GHSA-qqgx-2p2h-9c37" },
  { name: "minimist", mended: "1.2.6", id: "GHSA-xvch-5gv4-984h" },
  { name: "semver", mended: "7.5.2", id: "GHSA-c2qf-rxjj-qqgw" },
  { name: "simple-get", mended: "4.0.1", id: "GHSA-wpg7-2c88-r8xv" },
  { name: "tar-fs", mended: "2.1.4", id: "GHSA-vj76-c3g6-qr5v" },
  { name: "tunnel-agent", mended: "0.6.0", id: "GHSA-xc7v-wxcw-j472" },
  { name: "yaml", mended: "2.2.2", id: "GHSA-f9xv-q969-pqx4" },
];

/** Below 0 when version `a` is older than `b`; both plain `1.2.3`. */
function compare(a, b) {
  const [left, right] = [a, b].map((version) => version.split(".").map(Number));
  const at = left.findIndex((number, index) => number !== right[index]);
  return at < 0 ? 0 : left[at] - right[at];
}

/** Those that hold for one of some packages. */
export function advisoriesFor(packages) {
  return advisories.filter(({ name, mended }) =>
    packages.some((shipped) => shipped.name === name && compare(shipped.version, mended) < 0),
  );
}
