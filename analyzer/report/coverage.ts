import type { Database } from "better-sqlite3";
import type { StepRecord } from "../model/artifact.ts";
import type { IncidentReport } from "../model/report.ts";

type Coverage = IncidentReport["coverage"];

/**
 * What the bundle holds: the collector's steps with their statuses, then every artifact with who read it. A planned step
 * without a record was not reached.
 */
export function coverageOf(
  database: Database,
  steps: StepRecord[],
  unread: { path: string; what: string }[],
): Coverage {
  const artifacts = database.prepare("SELECT path, source, bytes, lines, link FROM artifact ORDER BY path").all() as {
    path: string;
    source: string | null;
    bytes: number;
    lines: number;
    link: string | null;
  }[];
  const binary = new Map(unread.map(({ path, what }) => [path, what]));
  const fromSteps: Coverage = steps.map(({ id, kind, path, command, status, detail }) => {
    const what = [path ?? command ?? "", detail ?? ""].filter((part) => part !== "").join(": ");
    return { item: `step ${id} (${kind})`, status, detail: what };
  });
  const fromArtifacts: Coverage = artifacts.flatMap(({ path, source, bytes, lines, link }): Coverage => {
    const what = binary.get(path);
    if (what !== undefined)
      return [{ item: path, status: "skipped", detail: `${what}; this version does not read it` }];
    if (link !== null) return [];
    if (bytes === 0) return [{ item: path, status: "empty", detail: "no bytes" }];
    return [{ item: path, status: "ok", detail: `${source === "text" ? "plain text" : source}, ${lines} lines` }];
  });
  return [...fromSteps, ...fromArtifacts];
}
