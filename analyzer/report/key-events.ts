/** The timeline of the report: what proves the findings, and the other times that matter, in order. */
import type { Database } from "better-sqlite3";
import type { Fact } from "../model/fact.ts";
import type { ReportTimelineEntry } from "../model/report.ts";
import type { Finding } from "../model/rule.ts";
import type { Instant } from "../model/time.ts";
import type { Severity } from "../model/words.ts";
import { severities } from "../model/words.ts";
import type { Graph } from "../store/graph.ts";
import { SLACK } from "../store/copies.ts";
import { artifactSpans, eventById, factsOf, fieldPlace, matchesOf } from "../store/queries.ts";
import { reportTime } from "./instants.ts";
import { addTo } from "./stated.ts";

const MAX_ENTRIES = 2_000;
const MAX_FACTS = 500;
/** Characters of an id that tools print at least. */
const SHORT_ID = 12;

interface Entry {
  at: Instant;
  entry: ReportTimelineEntry;
  /** All lines of the state that it belongs to, any of which a finding may cite for it. */
  lines?: number[];
}

/** At most 2,000 entries, earliest first; entries at the same time keep the order of their evidence. */
export function keyEvents(database: Database, graph: Graph, findings: Finding[]): ReportTimelineEntry[] {
  const entries = [
    ...findings.flatMap((finding) => fromFinding(finding, graph)),
    ...fromSpans(database),
    ...fromStarts(database),
    ...fromFacts(database, graph),
  ];
  const unique = new Map<string, Entry>();
  for (const own of entries) {
    const { entry, at, lines = [] } = own;
    const keyOf = (line: number): string => `${entry.artifact}:${line}:${at.lo}`;
    if (![entry.line, ...lines].some((line) => unique.has(keyOf(line)))) unique.set(keyOf(entry.line), own);
  }
  return withoutCopies([...unique.values()].toSorted(inTime))
    .slice(0, MAX_ENTRIES)
    .map(({ entry }) => entry);
}

function inTime(a: Entry, b: Entry): number {
  return a.at.best - b.at.best || a.at.lo - b.at.lo || compare(a.entry, b.entry);
}

/**
 * What two artifacts hold, by the time of a line's program and by that of its entry, is one event: of the sharper or
 * earlier time, for the graver of the findings that cite it.
 */
function withoutCopies(entries: Entry[]): Entry[] {
  const kept: Entry[] = [];
  const said = new Map<string, Entry[]>();
  for (const own of entries) {
    const words = `${own.entry.lane} ${own.entry.text}`;
    const alike = said.get(words) ?? [];
    const twin = alike.find((other) => isCopy(own, other));
    if (twin === undefined) {
      kept.push(own);
      said.set(words, [...alike.slice(-3), own]);
    } else Object.assign(twin, oneOf(twin, own));
  }
  return kept.toSorted(inTime);
}

function oneOf(twin: Entry, own: Entry): Entry {
  const { at, entry } = width(own) < width(twin) ? own : twin;
  const isGraver = severities.indexOf(own.entry.severity) < severities.indexOf(twin.entry.severity);
  const grave = isGraver ? own.entry : twin.entry;
  return { at, entry: { ...grave, at: entry.at, artifact: entry.artifact, line: entry.line } };
}

const width = ({ at }: Entry): number => at.hi - at.lo;

function isCopy(own: Entry, other: Entry): boolean {
  if (own.entry.artifact === other.entry.artifact) return false;
  // Two forms of one list tell the same age.
  if (own.at.lo === other.at.lo && own.at.hi === other.at.hi) return true;
  const isSharp = Math.max(width(own), width(other)) <= 2 * SLACK;
  return isSharp && own.at.lo - other.at.hi < SLACK;
}

function compare(a: ReportTimelineEntry, b: ReportTimelineEntry): number {
  return a.artifact === b.artifact ? a.line - b.line : a.artifact < b.artifact ? -1 : 1;
}

function fromFinding(finding: Finding, graph: Graph): Entry[] {
  const entity = finding.entities.find(({ kind }) => kind !== "path" && kind !== "layer") ?? finding.entities[0];
  const alike = finding.entities.filter(({ kind }) => kind === entity?.kind);
  return finding.evidence.flatMap(({ at, artifact, line, text }) => {
    if (at === null) return [];
    // Of several containers the one that the line is about; a line that names none stands for all of them.
    const own =
      alike.length > 1
        ? alike.find(({ key }) => key.length >= SHORT_ID && text.includes(key.slice(0, SHORT_ID)))
        : entity;
    const lane = own ? `${own.kind} ${graph.title(own)}` : finding.layer;
    const entry = { at: reportTime(at), lane, severity: finding.severity, text: clip(text), artifact, line, count: 1 };
    return [{ at, entry: { ...entry, finding: finding.findingId } }];
  });
}

function clip(text: string): string {
  return text.length > 500 ? `${text.slice(0, 500)} […]` : text;
}

/** Where each log begins and ends. */
function fromSpans(database: Database): Entry[] {
  return artifactSpans(database).flatMap(({ artifact, first, last, events }) => {
    if (events < 2) return [];
    const ends = [
      { event: first, word: "first line" },
      { event: last, word: "last line" },
    ];
    return ends.flatMap(({ event, word }): Entry[] => {
      if (!event?.at) return [];
      const text = `${word} of ${artifact}: ${clip(event.text)}`;
      const severity: Severity = "info";
      const entry = {
        at: reportTime(event.at),
        lane: `log ${artifact}`,
        severity,
        text,
        artifact,
        line: event.line,
        count: 1,
      };
      return [{ at: event.at, entry }];
    });
  });
}

/** The first and the last start of each service of the node. */
function fromStarts(database: Database): Entry[] {
  return matchesOf(database, "service-started").flatMap(({ firstEvent, lastEvent }) =>
    [...new Set([firstEvent, lastEvent])].flatMap((id): Entry[] => {
      const { at, artifact, line, text } = eventById(database, id);
      if (!at) return [];
      const severity: Severity = "info";
      const entry = { at: reportTime(at), lane: "unit systemd", severity, text: clip(text), artifact, line, count: 1 };
      return [{ at, entry }];
    }),
  );
}

interface FactTime extends Instant {
  field: string;
  stated: string | null;
}

const WORDS: Record<string, string> = {
  startedAt: "started",
  finishedAt: "ended, or was found dead",
  stateAge: "came into this state",
  created: "created",
  createdAge: "created",
  modified: "last changed",
  firstErrorTime: "first error that ext4 recorded",
  lastErrorTime: "last error that ext4 recorded",
  lastChecked: "last check of the filesystem",
  lastMounted: "last mount of the filesystem",
  time: "the node's clock was read",
};

/** Directories that hold an unreadable entry, and the ones above them. */
function damagedDirectories(database: Database): Set<string> {
  const unreadable = factsOf(database, "directory-entry").filter(({ value }) => value.type === "unreadable");
  const parents = unreadable.map(({ key }) => key.slice(0, key.lastIndexOf("/")));
  return new Set(parents.flatMap((path) => [path, path.slice(0, path.lastIndexOf("/"))]));
}

/** The lines that tell a fact. */
function linesOf({ value, line }: Fact): number[] {
  const places = "places" in value ? Object.values(value.places ?? {}) : [];
  return [line, ...places.flatMap((place) => place?.line ?? [])];
}

/** Times that state carries: containers, damaged layers, the superblock. */
function fromFacts(database: Database, graph: Graph): Entry[] {
  const damaged = damagedDirectories(database);
  const shown = (["container", "ext4", "clock", "directory-entry"] as const).flatMap((kind): Fact[] => {
    if (kind === "directory-entry") return factsOf(database, kind).filter(({ key }) => damaged.has(key));
    if (kind === "clock") return factsOf(database, kind).filter(({ value }) => value.reading === "collection");
    return factsOf(database, kind);
  });
  const times = database.prepare(
    "SELECT field, stated, lo, hi, best, basis FROM fact_time WHERE fact = ? ORDER BY field",
  );
  return shown.slice(0, MAX_FACTS).flatMap((fact) =>
    (times.all(fact.id) as FactTime[]).map(({ field, stated, ...at }): Entry => {
      const { kind, artifact } = fact;
      const { line } = fieldPlace(fact, field);
      const name = kind === "container" ? graph.title(graph.resolve("container", fact.key)) : fact.key;
      const lane = kind === "container" ? `container ${name}` : kind === "directory-entry" ? "directories" : kind;
      const text = `${name}: ${WORDS[field] ?? field}`;
      const time = reportTime(at);
      if (time) addTo(time, stated);
      const entry = { at: time, lane, severity: "info" as const, text, artifact, line, count: 1 };
      return { at, entry, lines: linesOf(fact) };
    }),
  );
}
