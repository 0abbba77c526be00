/** Store and diagnosis to the one IncidentReport that every renderer reads. */
import type { Database } from "better-sqlite3";
import type { Custody, StepRecord } from "../model/artifact.ts";
import type { ClockSummary } from "../model/analysis.ts";
import type { Diagnosis, RootCause } from "../model/diagnosis.ts";
import { entityId } from "../model/entity.ts";
import type { IncidentReport, ReportCheck, ReportEvidence, ReportFinding, ReportRootCause } from "../model/report.ts";
import type { Evidence, Finding } from "../model/rule.ts";
import { layers, roles, severities } from "../model/words.ts";
import type { Graph } from "../store/graph.ts";
import { clockOf } from "./clock-section.ts";
import { containersOf } from "./containers.ts";
import { coverageOf } from "./coverage.ts";
import { gapsOf } from "./gaps.ts";
import { histogramOf } from "./histogram.ts";
import { reportTime } from "./instants.ts";
import { addStated } from "./stated.ts";
import { keyEvents } from "./key-events.ts";
import { nodeOf } from "./node.ts";
import { rowLines } from "./row-lines.ts";

export interface ReportInput {
  database: Database;
  graph: Graph;
  diagnosis: Diagnosis;
  findings: Finding[];
  checks: ReportCheck[];
  missing: { title: string; why: string; command: string | null }[];
  clock: ClockSummary;
  version: string;
  bundle: {
    name: string;
    form: string;
    sha256: string | null;
    damage: { kind: string; path: string | null; message: string }[];
    custody: Custody | null;
  };
  steps: StepRecord[];
  complete: boolean;
  host: string | null;
  unread: { path: string; what: string }[];
}

const MAX_ROWS = 2_000;

/** Builds the report. Everything in it is in a fixed order. */
export function buildReport(input: ReportInput): IncidentReport {
  const { database, graph, diagnosis, findings, clock, bundle } = input;
  const report: IncidentReport = {
    schemaVersion: 1,
    tool: { name: "coldcase", version: input.version },
    conclusion: diagnosis.conclusion,
    conclusionReasons: diagnosis.reasons,
    headline: diagnosis.headline,
    bundles: [
      {
        name: bundle.name,
        form: bundle.form,
        sha256: bundle.sha256,
        collectedAt: reportTime(clock.collectedAt),
        complete: input.complete,
        redacted: false,
        custody: bundle.custody,
      },
    ],
    node: nodeOf(database, input.host),
    clock: clockOf(database, clock),
    rootCauses: diagnosis.rootCauses.map(toRootCause),
    findings: findings.toSorted(bySeverity).map(toFinding),
    entities: rows(database, "SELECT id, kind, key, title FROM entity ORDER BY id"),
    links: links(database),
    containers: containersOf(database, graph, findings),
    checks: input.checks,
    coverage: coverageOf(database, input.steps, input.unread, bundle.damage),
    notCollected: input.missing.map(({ title, why, command }) => ({ item: title, why, command })),
    gaps: gapsOf(database, graph, clock.collectedAt),
    damage: bundle.damage.map(({ path, message }) => ({ path, message })),
    warnings: rows(database, "SELECT artifact, line, message FROM warning ORDER BY rowid"),
    counts: countsOf(database),
    histogram: histogramOf(database),
    timeline: keyEvents(database, graph, findings),
    redaction: { mode: "none", masked: [], late: 0 },
  };
  addStated(database, report);
  report.lines = rowLines(report);
  return report;
}

function rows<T>(database: Database, query: string): T[] {
  return database.prepare(`${query} LIMIT ${MAX_ROWS}`).all() as T[];
}

type Ranked = Pick<Finding, "layer" | "severity" | "role">;

/** Worst first, then from the lowest layer up. */
export function bySeverity(a: Ranked, b: Ranked): number {
  const layer = layers.indexOf(a.layer) - layers.indexOf(b.layer);
  return (
    severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
    layer ||
    roles.indexOf(a.role) - roles.indexOf(b.role)
  );
}

/** A line of evidence as the report shows it. */
export function toEvidence({ artifact, line, text, at }: Evidence): ReportEvidence {
  return { artifact, line, text, at: reportTime(at) };
}

function toFinding(finding: Finding): ReportFinding {
  const {
    id,
    findingId,
    cause,
    layer,
    role,
    severity,
    confidence,
    title,
    summary,
    why,
    active,
    count,
    counted = "sign",
  } = finding;
  return {
    id: findingId,
    rule: id,
    cause,
    layer,
    role,
    severity,
    confidence,
    title,
    summary,
    why,
    window: reportTime(finding.window),
    active,
    count,
    counted,
    ...(finding.countedFrom === undefined ? {} : { countedFrom: finding.countedFrom }),
    evidence: finding.evidence.map(toEvidence),
    counterEvidence: finding.counterEvidence.map(toEvidence),
    entities: finding.entities.map(({ kind, key }) => entityId(kind, key)),
    remedy: finding.remedy,
    references: finding.references,
  };
}

/** A root cause as the report shows it. */
export function toRootCause(root: RootCause): ReportRootCause {
  const { cause, finding, confidence, reasons, chain, consequences, trigger, alternatives, remedy, active } = root;
  const triggers = root.triggers
    .filter(({ likelihood }) => likelihood !== "unknown")
    .map(({ finding: { findingId, title, evidence }, likelihood, why }) => {
      return { finding: findingId, title, likelihood, why, evidence: evidence.slice(0, 2).map(toEvidence) };
    });
  return {
    cause,
    title: finding.title,
    summary: finding.summary,
    confidence,
    reasons,
    finding: finding.findingId,
    chain: chain.map(({ findingId }) => findingId),
    narrative: chain.map((link) => ({ text: sentence(link), evidence: link.evidence.slice(0, 3).map(toEvidence) })),
    consequences: consequences.map(({ findingId }) => findingId),
    trigger,
    triggers,
    deciding: root.deciding,
    alternatives,
    remedy,
    active,
  };
}

/** What a link of the chain says, and whether it was over. */
function sentence(link: Finding): string {
  if (link.active !== false) return link.summary;
  const [proof] = link.counterEvidence;
  return `${link.summary} By the end of the evidence this was over${proof ? `: ${proof.text}` : ""}.`;
}

function links(database: Database): IncidentReport["links"] {
  const found = rows<{ from: string; to: string; kind: string; artifact: string | null; line: number | null }>(
    database,
    `SELECT "from", "to", kind, artifact, line FROM link ORDER BY rowid`,
  );
  return found.map(({ from, to, kind, artifact, line }) => {
    const evidence = artifact === null || line === null ? null : { artifact, line, text: "", at: null };
    return { from, to, kind, evidence };
  });
}

function countsOf(database: Database): IncidentReport["counts"] {
  const count = (table: string): number =>
    (database.prepare(`SELECT count(*) AS count FROM ${table}`).get() as { count: number }).count;
  const bySource = database
    .prepare("SELECT name, events AS count FROM origin ORDER BY events DESC, name LIMIT 40")
    .all() as { name: string; count: number }[];
  return {
    events: count("event"),
    facts: count("fact"),
    artifacts: count("artifact"),
    bySource: Object.fromEntries(bySource.map((row) => [row.name, row.count])),
    warnings: count("warning"),
  };
}
