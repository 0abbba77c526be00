// Line rules in the manner of coldcase's own, to measure what many of them cost.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import Sqlite from "better-sqlite3";

const VERBS = ["attach", "detach", "reconcile", "mount", "unmount", "resize", "migrate", "register", "renew", "flush"];
const THINGS = [
  "volume",
  "snapshot",
  "endpoint slice",
  "lease",
  "webhook",
  "token review",
  "cgroup slice",
  "bridge port",
  "route table",
  "block bitmap",
  "device plugin",
  "checkpoint",
  "content store",
  "sandbox image",
  "health probe",
  "service account",
];
/** Words that many lines hold, so that the pattern is tried and does not match: every tenth rule has one. */
const COMMON = [
  "connection refused",
  "not found",
  "level=error",
  "failed to list",
  "I/O error",
  "overlay2",
  "orphaned",
];

function ruleOf(index) {
  const verb = VERBS[index % VERBS.length];
  const thing = THINGS[Math.floor(index / VERBS.length) % THINGS.length];
  const phrase = `failed to ${verb} ${thing}`;
  const common = index % 10 === 0 ? [COMMON[(index / 10) % COMMON.length]] : [];
  const literals = [phrase, `unable to ${verb} ${thing}`, ...common].map((text) => JSON.stringify(text)).join(", ");
  const pattern = `(?:failed|unable) to ${verb} ${thing}.{0,80}? (?<name>[\\w./-]{1,120}): (?<what>.{1,120})`;
  return `id: bench-${index}
title: "The ${thing} {name} cannot be handled"
passTitle: Every ${thing} could be handled
summary: "It was not possible to ${verb} the ${thing} {name}, {count} times: {what}."
why: Written to measure what many rules cost.
layer: workload
role: marker
cause: unknown
severity: info
match:
  - literals: [${literals}]
    pattern: '${pattern}'
subject: [name]
cases:
  fires: ["${phrase} of pod a/b: no answer"]
  quiet: ["${verb} ${thing}"]
`;
}

/** Writes as many rules as are missing to `wanted` beside coldcase's own, and gives how many that were. */
export function writeRules(directory, wanted, own) {
  const missing = Math.max(0, wanted - own);
  mkdirSync(directory, { recursive: true });
  for (let index = 0; index < missing; index++) writeFileSync(join(directory, `bench-${index}.yaml`), ruleOf(index));
  return missing;
}

/** Number of coldcase's own rules in a build. */
export async function ownRules(dist) {
  const { loadRules } = await import(pathToFileURL(join(dist, "rules", "registry.js")).href);
  return (await loadRules()).length;
}

/** Seconds that all line rules take over all distinct texts of a store, in one thread and without anything else. */
export async function matchingSeconds(dist, directory, database) {
  const { loadRules } = await import(pathToFileURL(join(dist, "rules", "registry.js")).href);
  const { createBatchMatcher } = await import(pathToFileURL(join(dist, "rules", "line.js")).href);
  const { textsOf } = await import(pathToFileURL(join(dist, "store", "texts.js")).href);
  const rules = await loadRules(directory);
  const match = createBatchMatcher(rules.filter(({ type }) => type === "line"));
  const store = new Sqlite(database, { readonly: true, fileMustExist: true });
  const texts = store.prepare("SELECT text FROM text").pluck();
  let seconds = 0;
  let count = 0;
  let batch = [];
  const run = () => {
    const said = textsOf(batch);
    const start = performance.now();
    match(said, () => {});
    seconds += (performance.now() - start) / 1000;
    count += batch.length;
    batch = [];
  };
  for (const text of texts.iterate()) if (batch.push(text) >= 10_000) run();
  run();
  store.close();
  return { seconds, count, rules: rules.length };
}
