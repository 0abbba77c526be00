/** Reads a report back from an HTML file that this program wrote, or that somebody made to look like one. */
import type { ReportEvents } from "../model/events.ts";
import type { IncidentReport } from "../model/report.ts";
import {
  causes,
  changes,
  conclusions,
  confidences,
  coverageStatuses,
  entityKinds,
  gapKinds,
  layers,
  redactionModes,
  repairAnswers,
  roles,
  severities,
  timeBases,
  verdicts,
} from "../model/words.ts";
import type { OlderReport } from "./older.ts";
import { completed } from "./older.ts";
import { IslandError, readIsland } from "./island.ts";
import type { Check } from "./shape.ts";
import { flag, integers, list, number, object, oneOf, optional, orNull, record, text, time, written } from "./shape.ts";
import { ShapeError } from "./shape.ts";

const CLOCKS = ["utc", "local", "local-no-year", "monotonic", "none"] as const;
const RISKS = ["safe", "backup", "change"] as const;

const at = orNull(
  object({ from: time, to: time, basis: oneOf(timeBases), best: optional(time), stated: optional(written) }),
);
const evidence = object({
  artifact: text,
  line: number,
  text,
  at,
  before: optional(list(text)),
  after: optional(list(text)),
  under: optional(object({ line: number, text })),
});
const remedy = list(object({ text, command: optional(text), risk: oneOf(RISKS) }));
const alternative = object({ cause: oneOf(causes), title: text, whyNot: text });

const custody = object({
  host: orNull(text),
  collectorVersion: orNull(text),
  collectedAt: orNull(text),
  zone: orNull(text),
  synchronized: orNull(flag),
  rtc: orNull(flag),
  rtcLost: optional(flag),
  laptopClock: orNull(text),
  seconds: orNull(number),
  interrupted: flag,
});

const bundle = object({
  name: text,
  form: text,
  sha256: orNull(text),
  collectedAt: at,
  complete: flag,
  redacted: flag,
  custody: optional(orNull(custody)),
});

const node = object({
  host: orNull(text),
  model: orNull(text),
  hypervisor: optional(orNull(text)),
  os: orNull(text),
  kernel: orNull(text),
  runtime: orNull(text),
  kubernetes: orNull(text),
});

const place = object({ artifact: text, line: number });
const clock = object({
  zone: orNull(text),
  zoneBasis: text,
  yearBasis: orNull(text),
  boots: list(object({ id: text, first: at, last: at, offsetUs: number, basis: text, cites: optional(list(place)) })),
  steps: list(object({ bootId: orNull(text), at, deltaUs: number, cause: text, cite: optional(orNull(place)) })),
  notes: list(text),
  cites: optional(object({ read: list(place), unset: list(place) })),
});

const rootCause = object({
  cause: oneOf(causes),
  title: text,
  summary: text,
  confidence: oneOf(confidences),
  reasons: list(text),
  finding: text,
  chain: list(text),
  narrative: list(object({ text, evidence: list(evidence) })),
  consequences: list(text),
  trigger: text,
  triggers: optional(
    list(object({ finding: text, title: text, likelihood: oneOf(confidences), why: text, evidence: list(evidence) })),
  ),
  deciding: optional(orNull(object({ text, command: text }))),
  alternatives: list(alternative),
  remedy,
  active: orNull(flag),
});

const finding = object({
  id: text,
  rule: text,
  cause: oneOf(causes),
  layer: oneOf(layers),
  role: oneOf(roles),
  severity: oneOf(severities),
  confidence: oneOf(confidences),
  title: text,
  summary: text,
  why: text,
  window: at,
  active: orNull(flag),
  count: number,
  counted: optional(oneOf(["line", "sign"])),
  countedFrom: optional(text),
  evidence: list(evidence),
  counterEvidence: list(evidence),
  entities: list(text),
  remedy,
  references: list(text),
  change: optional(oneOf(changes)),
  changeReason: optional(text),
});

const container = object({
  id: text,
  name: text,
  pod: orNull(text),
  image: orNull(text),
  state: text,
  started: at,
  finished: at,
  finishedNote: orNull(text),
  lastSign: at,
  layers: list(text),
  damaged: flag,
  cites: optional(record(place)),
});

const histogram = object({
  from: time,
  to: time,
  binUs: number,
  error: integers(0, Number.MAX_SAFE_INTEGER),
  warning: integers(0, Number.MAX_SAFE_INTEGER),
  other: integers(0, Number.MAX_SAFE_INTEGER),
  unplaced: number,
});

const timelineEntry = object({
  at,
  lane: text,
  severity: oneOf(severities),
  text,
  artifact: text,
  line: number,
  count: number,
  finding: optional(text),
});

const comparison = object({
  answer: oneOf(repairAnswers),
  sentences: list(object({ text, evidence: list(evidence) })),
  counts: object(Object.fromEntries(changes.map((change) => [change, number]))),
  notes: list(text),
});

const incidentReport = object({
  schemaVersion: oneOf([1]),
  tool: object({ name: oneOf(["coldcase"]), version: text }),
  conclusion: oneOf(conclusions),
  conclusionReasons: list(text),
  headline: text,
  bundles: list(bundle),
  comparison: optional(comparison),
  node,
  clock,
  rootCauses: list(rootCause),
  findings: list(finding),
  entities: list(object({ id: text, kind: oneOf(entityKinds), key: text, title: text })),
  links: list(object({ from: text, to: text, kind: text, evidence: orNull(evidence) })),
  containers: list(container),
  checks: list(object({ rule: text, title: text, verdict: oneOf(verdicts), missing: optional(text) })),
  coverage: list(object({ item: text, status: oneOf(coverageStatuses), detail: text })),
  notCollected: list(object({ item: text, why: text, command: orNull(text) })),
  gaps: list(
    object({
      artifact: text,
      entity: optional(text),
      from: at,
      to: at,
      kind: oneOf(gapKinds),
      detail: text,
      cites: optional(list(place)),
    }),
  ),
  damage: list(object({ path: orNull(text), message: text })),
  warnings: list(object({ artifact: text, line: number, message: text })),
  counts: object({ events: number, facts: number, artifacts: number, bySource: record(number), warnings: number }),
  histogram: orNull(histogram),
  timeline: list(timelineEntry),
  redaction: optional(
    object({
      mode: oneOf(redactionModes),
      masked: list(object({ kind: text, values: number, places: number })),
      late: number,
    }),
  ),
  lines: optional(list(evidence)),
});

const SAFE = Number.MAX_SAFE_INTEGER;
const placement = object({
  basis: orNull(oneOf(timeBases)),
  clock: oneOf(CLOCKS),
  shift: number,
  before: number,
  after: number,
  precision: number,
  lo: orNull(number),
  hi: orNull(number),
});

function eventsCheck({ places, texts, origins, artifacts }: ReportEvents): Check {
  return object({
    version: oneOf([1]),
    total: number,
    thinning: orNull(text),
    shapes: integers(1, texts.length + 1),
    unset: optional(list(integers(-SAFE, SAFE))),
    columns: object({
      time: integers(-SAFE, SAFE),
      place: integers(0, places.length),
      level: integers(0, 8),
      origin: integers(0, origins.length),
      text: integers(0, texts.length),
      artifact: integers(0, artifacts.length),
      line: integers(-SAFE, SAFE),
    }),
  });
}

const tables = object({
  places: list(placement),
  texts: list(text),
  origins: list(object({ name: text, total: number, kept: number })),
  artifacts: list(object({ path: text, id: text })),
});

/** The report, with what an older version did not write yet. @throws ShapeError when it cannot be rendered as one */
export function checkReport(value: unknown): IncidentReport {
  incidentReport(value, "");
  return completed(value as OlderReport);
}

/** @throws ShapeError when the columns do not fit together */
export function checkEvents(value: unknown): ReportEvents {
  tables(value, "events");
  const events = value as ReportEvents;
  eventsCheck(events)(events, "events");
  const sizes = new Set(Object.values(events.columns).map(({ length }) => length));
  const shaped = events.shapes.reduce((sum, count) => sum + count, 0);
  if (sizes.size > 1 || shaped !== events.texts.length) throw new ShapeError("the events' columns differ in length");
  // Versions before it did not say what stood in lines of which only the order is known.
  return { ...events, unset: (events as Partial<ReportEvents>).unset ?? [] };
}

export interface StoredReport {
  report: IncidentReport;
  /** Null when the file carries none. */
  events: ReportEvents | null;
}

/**
 * The report and the events inside of an HTML report.
 * @throws IslandError or ShapeError, whose messages say what is wrong
 */
export function readHtmlReport(html: string): StoredReport {
  const report = readIsland(html, "report");
  if (report === null) throw new IslandError("there is no report data in it");
  const events = readIsland(html, "events");
  return { report: checkReport(report), events: events === null ? null : checkEvents(events) };
}

/** What `readHtmlReport` throws for a file that is not what it says. */
export function isUnreadable(error: unknown): error is Error {
  return error instanceof IslandError || error instanceof ShapeError;
}
