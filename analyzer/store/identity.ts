import type { Database } from "better-sqlite3";
import type { NodeIdentity } from "../model/comparison.ts";
import { factsOf } from "./queries.ts";

/** What the store holds that tells this node from others. `host` is the name of the manifest, if there is one. */
export function identityOf(database: Database, host: string | null): NodeIdentity {
  const hosts = [host, ...factsOf(database, "node").map(({ value }) => value.host)];
  const containers = database
    .prepare("SELECT key FROM entity WHERE kind = 'container' AND length(key) = 64 ORDER BY key")
    .pluck()
    .all() as string[];
  const listed = factsOf(database, "boot").toSorted((a, b) => a.value.index - b.value.index);
  const current = factsOf(database, "clock").flatMap(({ value }) => value.bootId ?? []);
  const boots = [...listed.map(({ value }) => value.id), ...current].map((id) => id.replaceAll("-", ""));
  return {
    hosts: [...new Set(hosts.filter((name): name is string => name !== null && name !== "").map(shortName))],
    containers,
    boots: [...new Set(boots)],
  };
}

/** A host may be written with its domain in one place and without it in another. */
function shortName(host: string): string {
  return (host.split(".")[0] ?? host).toLowerCase();
}
