import type { Database } from "better-sqlite3";
import type { NodeFact } from "../model/fact.ts";
import type { ReportNode } from "../model/report.ts";
import { factsOf, matchesOf } from "../store/queries.ts";

/**
 * What is known of the node: for each field the first output that says it. Where several nodes are described, as the API
 * does for all of a cluster, those of another name say nothing, and without a name none of them does.
 */
export function nodeOf(database: Database, host: string | null): ReportNode {
  const all = factsOf(database, "node").map(({ value }) => value);
  const names = new Set(all.flatMap((fact) => fact.host ?? []));
  const facts = names.size < 2 ? all : all.filter((fact) => fact.host === null || fact.host === host);
  const first = (field: keyof NodeFact): string | null =>
    facts.map((fact) => fact[field]).find((value) => value) ?? null;
  return {
    host: host ?? first("host"),
    model: first("model"),
    hypervisor: hypervisorOf(database),
    os: first("os"),
    kernel: first("kernel"),
    runtime: first("runtime"),
    kubernetes: first("kubernetes"),
  };
}

/** What runs the node as a virtual machine. Firmware and the processor name the maker, systemd only the interface. */
function hypervisorOf(database: Database): string | null {
  const names = matchesOf(database, "virtual-machine").flatMap(({ captures }) => captures["hypervisor"] ?? []);
  return names[0] ?? null;
}
