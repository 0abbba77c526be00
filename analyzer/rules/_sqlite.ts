/** Whose SQLite file is damaged: that of the cluster (k3s, kine), or one of some program. */
import type { Evidence } from "../model/rule.ts";
import type { RuleView } from "./types.ts";

/** Words of the cluster's datastore, in the line or in the name of its log. */
const CLUSTER = /\/registry\/|\bkine\b|\bk3s\b|\brke2\b|\bk3os\b|state\.db\b/i;
/** Names that a log without headers is given: they name no program. */
const NAMELESS = new Set(["text", "message", "container", "error", "level", ""]);

/** Whether a line is of the datastore of the cluster. */
export function isOfCluster({ text, witness, artifact }: Evidence): boolean {
  return (
    CLUSTER.test(text) ||
    /^(?:k3s|rke2|kine)/i.test(witness) ||
    /(?:^|[/._-])(?:k3s|kine|rke2)(?:[/._-]|$)/i.test(artifact)
  );
}

/** The program that said a line, by the log's own name where the line has none. */
export function programOf({ witness, artifact }: Evidence): string {
  if (!NAMELESS.has(witness.toLowerCase())) return witness;
  const name = artifact.slice(artifact.lastIndexOf("/") + 1);
  return name.replace(/\.(?:log|txt|out|json)(?:\.\d+)?$/i, "") || artifact;
}

export interface Damaged {
  what: string;
  count: number;
  first: Evidence;
  last: Evidence;
}

/** What SQLite said of damaged files. */
export function damagedDatabases(view: RuleView): Damaged[] {
  return view.matches("sqlite-damaged").map((match) => {
    return { what: match.captures["what"] ?? "", count: match.count, first: match.first(), last: match.last() };
  });
}
