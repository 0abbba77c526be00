/** The pipeline: bundle -> store -> clock -> entities -> rules -> diagnosis -> report. */
import type { Database } from "better-sqlite3";
import { readExcerpts } from "./bundle/excerpts.ts";
import { custodyOf } from "./bundle/manifest.ts";
import { placeTimes } from "./clock-pass.ts";
import { diagnose } from "./diagnosis/diagnose.ts";
import { buildEntities, linkEndpoints, mountOf } from "./entities/build.ts";
import { ingest } from "./ingest.ts";
import type { AnalysisOptions, Progress } from "./model/analysis.ts";
import type { OpenedBundle } from "./model/artifact.ts";
import type { IncidentReport } from "./model/report.ts";
import type { BinarySource } from "./model/source.ts";
import type { Finding, FindingDraft } from "./model/rule.ts";
import type { Micros } from "./model/time.ts";
import { buildReport } from "./report/build.ts";
import { addExcerpts, wantedLines } from "./report/excerpts.ts";
import { evaluateRules } from "./rules/evaluate.ts";
import { missingNeeds, presentNeeds } from "./rules/needs.ts";
import { textMatcher } from "./rules/matcher.ts";
import { loadRules } from "./rules/registry.ts";
import { createView } from "./rules/view.ts";
import type { Rereader } from "./rereader.ts";
import { loadBinarySources, loadSources } from "./sources/registry.ts";
import { countOnce } from "./store/copies.ts";
import { shareLevels } from "./store/levels.ts";
import { orderMatches } from "./store/match-times.ts";
import { createGraph, createConnection } from "./store/graph.ts";
import { factsOf } from "./store/queries.ts";
import { finishStore, writeFindings } from "./store/finish.ts";

/** Lines shown before and after a line of evidence. */
const CONTEXT = 2;

/** Fewer events are read again before a thread has started. */
const EVENTS_FOR_THREAD = 100_000;

/** What a caller can do to shorten the wait for the second reading of a large bundle. */
export interface Assistance {
  /** Reads lines again beside the caller. */
  rereader?: Rereader | undefined;
  /** Called when only the raw lines of the evidence are missing from the report. */
  meanwhile?: (report: IncidentReport) => void;
}

/** Analyses one bundle into an empty store and gives its report; see `examine`. */
export async function analyze(...args: Parameters<typeof examine>): Promise<IncidentReport> {
  return (await examine(...args)).report;
}

/**
 * Analyses one bundle into an empty store and gives its report, and the findings with their witnesses.
 * @param open opens the bundle; called twice, the second time for the raw lines of the evidence
 * @throws BundleError for input that cannot be used, RuleError for a broken rule file
 */
export async function examine(
  open: () => Promise<OpenedBundle>,
  database: Database,
  options: AnalysisOptions,
  onProgress: (progress: Progress) => void,
  { rereader, meanwhile }: Assistance = {},
): Promise<{ report: IncidentReport; findings: Finding[]; collectedAt: Micros | null }> {
  const [sources, binary, rules, bundle] = await Promise.all([
    loadSources(),
    loadBinarySources(),
    loadRules(options.rules),
    open(),
  ]);
  const { manifest, unread, problems } = await ingest(bundle, sources, database, {
    binary,
    matcher: textMatcher(rules),
    onArtifact: (path) => onProgress({ stage: "read", detail: path }),
    onRead: (events, text) => void (events >= EVENTS_FOR_THREAD && text && rereader?.prepare()),
  });

  onProgress({ stage: "clock", detail: "" });
  shareLevels(database);
  const clock = placeTimes(database, manifest, options);
  countOnce(database);
  orderMatches(database);

  onProgress({ stage: "entities", detail: "" });
  const graph = createGraph(database);
  buildEntities(database, graph);

  onProgress({ stage: "rules", detail: `${rules.length} rules` });
  const absent = (manifest?.steps ?? []).filter(({ status }) => status === "absent").map(({ id }) => id);
  const present = presentNeeds(database, new Set(absent));
  const mounts = factsOf(database, "mount");
  const found = new Map<string, FindingDraft[]>();
  const view = createView({
    database,
    graph,
    collectedAt: clock.collectedAt,
    present,
    findings: found,
    mountOf: (path) => mountOf(mounts, path),
    boots: clock.boots.map(({ id }) => id),
  });
  const { findings, checks } = evaluateRules(rules, view, found, () => linkEndpoints(graph));

  onProgress({ stage: "diagnosis", detail: `${findings.length} findings` });
  const device = mountOf(mounts, "/var/lib/docker")?.source ?? null;
  const missing = missingNeeds(present, device);
  const counts = { events: view.count("event"), facts: view.count("fact"), containers: graph.all("container").length };
  const diagnosis = diagnose({
    findings,
    checks,
    connected: createConnection(graph),
    present,
    missing,
    device,
    counts,
    endOfLogs: view.endOfLogs,
    containersDown: view.facts("container").some(({ value }) => value.state !== "running" && value.exitCode !== 0),
  });

  onProgress({ stage: "report", detail: "" });
  writeFindings(database, findings);
  const { name, form } = bundle;
  const damage = [...bundle.damage(), ...problems];
  const report = buildReport({
    database,
    graph,
    diagnosis,
    findings,
    checks,
    missing,
    clock: { ...clock, zone: clock.zone.name, zoneBasis: clock.zone.basis },
    version: options.version,
    bundle: { name, form, sha256: bundle.sha256(), damage, custody: custodyOf(manifest, clock.rtcLost) },
    steps: manifest?.steps ?? [],
    complete: (manifest?.complete ?? true) && damage.length === 0,
    host: manifest?.host ?? null,
    unread,
  });
  const wanted = wantedLines(report);
  const isAlone = counts.events < EVENTS_FOR_THREAD || areBinary(database, [...wanted.keys()], binary);
  const pending = isAlone ? null : rereader?.read({ wanted, context: CONTEXT });
  meanwhile?.(report);
  addExcerpts(report, (await pending) ?? (await readExcerpts(open, wanted, CONTEXT, binary)));
  finishStore(database, { name, sha256: bundle.sha256() ?? "", version: options.version });
  await bundle.close();
  return { report, findings, collectedAt: clock.collectedAt?.best ?? null };
}

/** Whether some artifacts hold no text: read again by a thread of their own, journals take sixty megabytes more. */
function areBinary(database: Database, paths: string[], sources: BinarySource[]): boolean {
  const source = database.prepare("SELECT source FROM artifact WHERE path = ?").pluck();
  const ids = sources.map(({ id }) => id);
  return paths.some((path) => ids.includes(source.get(path) as string));
}
