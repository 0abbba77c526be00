import type { Database } from "better-sqlite3";
import type { StepRecord } from "../model/artifact.ts";
import type { JournalFileFact } from "../model/fact.ts";
import type { IncidentReport } from "../model/report.ts";
import { factsOf } from "../store/queries.ts";

type Coverage = IncidentReport["coverage"];

/**
 * What the bundle holds: the collector's steps with their statuses, then every artifact with who read it. A planned step
 * without a record was not reached.
 */
export function coverageOf(
  database: Database,
  steps: StepRecord[],
  unread: { path: string; what: string }[],
  damage: { kind: string; path: string | null; message: string }[],
): Coverage {
  const artifacts = database.prepare("SELECT path, source, bytes, lines, link FROM artifact ORDER BY path").all() as {
    path: string;
    source: string | null;
    bytes: number;
    lines: number;
    link: string | null;
  }[];
  const binary = new Map(unread.map(({ path, what }) => [path, what]));
  const journals = new Map(factsOf(database, "journal-file").map(({ artifact, value }) => [artifact, value]));
  const present = new Set(artifacts.map(({ path }) => path));
  const harmed = new Map(damage.map((entry) => [entry.path, entry]));
  const fromSteps: Coverage = steps.map(({ id, kind, path, command, status, detail }) => {
    const lost = status === "not-reached" && path !== null && present.has(path);
    const why = lost ? "its output is in the bundle, the end of its record is not" : (detail ?? "");
    const what = [path ?? command ?? "", why].filter((part) => part !== "").join(": ");
    return { item: id === kind ? `step ${id}` : `step ${id} (${kind})`, status, detail: what };
  });
  const fromArtifacts: Coverage = artifacts.flatMap(({ path, source, bytes, lines, link }): Coverage => {
    const what = binary.get(path);
    if (what !== undefined)
      return [{ item: path, status: "skipped", detail: `${what}; this version does not read it` }];
    if (link !== null) return [];
    const harm = harmed.get(path);
    if (harm !== undefined) {
      const changed = harm.kind === "checksum" || harm.kind === "size";
      return [{ item: path, status: changed ? "failed" : "truncated", detail: harm.message }];
    }
    if (bytes === 0) return [{ item: path, status: "empty", detail: "no bytes" }];
    const journal = journals.get(path);
    if (journal) return [{ item: path, ...journalCoverage(journal) }];
    return [
      {
        item: path,
        status: "ok",
        detail: `${source === "text" ? "plain text" : (source ?? "").replaceAll(",", ", ")}, ${lines} lines`,
      },
    ];
  });
  return [...fromSteps, ...fromArtifacts];
}

function journalCoverage(journal: JournalFileFact): Pick<Coverage[number], "status" | "detail"> {
  const { state, promised, read, recovered, lost, damaged, damagedAt } = journal;
  const of = promised === null || promised === read + recovered ? "" : ` of ${promised}`;
  const open = state === "online" ? ", open when it was copied or when the power went" : "";
  const whole = `binary journal, ${read + recovered}${of} entries${open}`;
  if (damagedAt === null) return { status: "ok", detail: whole };
  const counts = `${recovered} entries recovered, ${damaged} with damaged fields, ${lost} lost`;
  return { status: lost > 0 ? "truncated" : "ok", detail: `${whole}; damaged from byte ${damagedAt} on: ${counts}` };
}
