/**
 * The search field's language: words and "quoted words" are looked for in the message; `level<=3`, `src:`, `file:`,
 * `pod:`, `ctr:`, `boot:-1`, `finding:`, `like:` narrow it further; `!` in front turns any of them around.
 */
import type { IncidentReport } from "../model/report.ts";
import type { Criteria, LevelGroup } from "./criteria.ts";
import type { Table } from "./table.ts";
import { findEvent, LEVELS } from "./table.ts";

export interface Term {
  /** As it stands in the field, to show as a chip. */
  source: string;
  negated: boolean;
  key: string;
  value: string;
}

export interface Query {
  terms: Term[];
  /** What is wrong with it, for people; null when nothing is. */
  problem: string | null;
  /** What may not be meant as it was understood; null when nothing is. */
  hint: string | null;
}

const KEYS = ["level", "src", "unit", "pod", "ctr", "boot", "file", "finding", "like"];
const TERM = /(!?)(?:([a-z][\w.-]*)(<=|>=|<|>|:|=))?("[^"]*"?|[^\s"]+)/gi;
const KEY_LIST = `Keys: ${KEYS.join(", ")}`;

/** Takes the text apart. A key that is not known makes it a word: `error:` is found as it stands. */
export function parseQuery(text: string): Query {
  const terms: Term[] = [];
  let problem: string | null = null;
  const unknown: string[] = [];
  const empty: string[] = [];
  for (const [source, mark, name = "", sign = "", raw = ""] of text.matchAll(TERM)) {
    const value = raw.replace(/^"|"$/g, "");
    const key = name.toLowerCase();
    if (!KEYS.includes(key)) {
      const [, open = ""] = /^([a-z]+):$/i.exec(raw) ?? [];
      if (sign !== "" && !raw.startsWith("//")) unknown.push(`${name}${sign}`);
      else if (KEYS.includes(open.toLowerCase())) empty.push(open);
      else if (open !== "") unknown.push(`${open}:`);
      terms.push({ source, negated: mark === "!", key: "word", value: `${name}${sign}${value}` });
    } else if (key === "level") {
      const level = levelOf(value);
      if (level === null) problem = `“${value}” is no level: 0 to 7, or ${LEVELS.map(({ word }) => word).join(", ")}`;
      else
        terms.push({ source, negated: mark === "!", key: `level${sign === ":" ? "=" : sign}`, value: String(level) });
    } else {
      terms.push({ source, negated: mark === "!", key: key === "unit" ? "src" : key, value });
    }
  }
  return { terms: terms.filter(({ value }) => value !== ""), problem, hint: hintOf(unknown, empty) };
}

function hintOf(unknown: string[], empty: string[]): string | null {
  const names = [...new Set(unknown)].map((name) => `“${name}”`);
  const hints = [
    ...(names.length > 0
      ? [`${names.join(", ")} ${names.length > 1 ? "are no keys" : "is no key"}, and looked for as text.`]
      : []),
    ...empty.map((name) => `“${name}:” needs a value right after the colon.`),
  ];
  return hints.length > 0 ? `${hints.join(" ")} ${KEY_LIST}` : null;
}

/** What a key can never match in this report; null when it may. */
function pointless(term: Term, table: Table, report: IncidentReport): string | null {
  const { key, value } = term;
  const boots = report.clock.boots.length;
  if (key === "boot" && !/^-?\d+$/.test(value))
    return `“${value}” is no boot: -1 is the one before the last, 1 the first`;
  if (key === "boot" && Number(value) > boots) return `there are ${boots} boots in the report`;
  if (key === "boot" && -Number(value) >= boots) return `there are ${boots} boots in the report`;
  const wanted = value.toLowerCase();
  if (key === "finding" && !report.findings.some(({ id, rule }) => id.includes(wanted) || rule.includes(wanted)))
    return `no finding is called “${value}”`;
  return key === "like" && findEvent(table, wanted) < 0 ? `no event is called “${value}”` : null;
}

function levelOf(value: string): number | null {
  if (/^[0-7]$/.test(value)) return Number(value);
  const index = LEVELS.findIndex(({ word }) => value !== "" && word.startsWith(value.toLowerCase()));
  return index < 0 ? null : index;
}

/** One number of each event, and which numbers are meant: a pass over the events calls no function for each. */
interface Lookup {
  column: ArrayLike<number>;
  hits: Uint8Array;
}

/** An event is meant when any of the lookups says so, or the function does. */
type Match = Lookup[] | ((index: number) => boolean);

const LEVEL_SIGNS: Record<string, (level: number, wanted: number) => boolean> = {
  "<=": (level, wanted) => level <= wanted,
  ">=": (level, wanted) => level >= wanted,
  "<": (level, wanted) => level < wanted,
  ">": (level, wanted) => level > wanted,
  "=": (level, wanted) => level === wanted,
};

function inLevel(column: ArrayLike<number>, sign: string, wanted: number): Lookup {
  const holds = LEVEL_SIGNS[sign] ?? LEVEL_SIGNS["="]!;
  return { column, hits: Uint8Array.from({ length: 256 }, (_, level) => (holds(level, wanted) ? 1 : 0)) };
}

function inNames(column: ArrayLike<number>, names: string[], wanted: string): Lookup {
  return { column, hits: Uint8Array.from(names, (name) => (name.toLowerCase().includes(wanted) ? 1 : 0)) };
}

function matchBoot(table: Table, report: IncidentReport, wanted: number): Match {
  const { boots } = report.clock;
  const boot = wanted > 0 ? boots[wanted - 1] : boots.at(wanted - 1);
  const [from, to] = [Date.parse(boot?.first?.from ?? ""), Date.parse(boot?.last?.to ?? "")];
  return (index) => (table.time[index] ?? 0) >= from && (table.time[index] ?? 0) <= to;
}

function matchFinding(table: Table, report: IncidentReport, wanted: string): Match {
  const cited = new Set(
    report.findings
      .filter(({ id, rule }) => id.includes(wanted) || rule.includes(wanted))
      .flatMap(({ evidence }) => evidence.map(({ artifact, line }) => `${artifact}\n${line}`)),
  );
  const paths = table.events.artifacts.map(({ path }) => path);
  return (index) => cited.has(`${paths[table.artifact[index] ?? 0]}\n${table.line[index]}`);
}

function matchLike({ text, shape, events }: Table, event: number): Match {
  const wanted = shape[text[event] ?? -1];
  return [{ column: text, hits: Uint8Array.from(events.texts, (_, index) => (shape[index] === wanted ? 1 : 0)) }];
}

function matchTerm(term: Term, table: Table, report: IncidentReport): Match {
  const value = term.value.toLowerCase();
  const { origins, artifacts } = table.events;
  const inOrigin = (): Lookup => inNames(table.origin, originNames(origins), value);
  const inText = (): Lookup => ({ column: table.text, hits: table.search(value) });
  const inFile = (): Lookup => inNames(table.artifact, pathsOf(artifacts), value);
  if (term.key.startsWith("level")) return [inLevel(table.level, term.key.slice(5), Number(value))];
  if (term.key === "src") return [inOrigin()];
  if (term.key === "file") return [inFile()];
  if (term.key === "pod" || term.key === "ctr") return [inOrigin(), inText(), inFile()];
  if (term.key === "boot") return matchBoot(table, report, Number(value));
  if (term.key === "finding") return matchFinding(table, report, value);
  if (term.key === "like") return matchLike(table, findEvent(table, value));
  return [inText(), inOrigin()];
}

function originNames(origins: { name: string }[]): string[] {
  return origins.map(({ name }) => name);
}

function pathsOf(artifacts: { path: string }[]): string[] {
  return artifacts.map(({ path }) => path);
}

export function groupOf(level: number): LevelGroup {
  if (level <= 3) return "error";
  if (level === 4) return "warning";
  return level === 7 ? "debug" : "other";
}

export interface Filtered {
  /** 1 for each event that is shown. */
  mask: Uint8Array;
  count: number;
  problem: string | null;
  hint: string | null;
  terms: Term[];
}

/** Which events the choices of levels, sources and time leave: 1 for each. */
function chosen(table: Table, { hiddenLevels, hiddenOrigins, scope }: Criteria): Uint8Array {
  const mask = new Uint8Array(table.size);
  if (hiddenLevels.size === 0 && hiddenOrigins.size === 0 && scope === null) return mask.fill(1);
  const levels = Uint8Array.from({ length: 8 }, (_, level) => (hiddenLevels.has(groupOf(level)) ? 0 : 1));
  const hidden = Uint8Array.from(table.events.origins, (_, origin) => (hiddenOrigins.has(origin) ? 1 : 0));
  const [from, to] = scope ? [scope.from, scope.to] : [-Infinity, Infinity];
  for (let index = 0; index < table.size; index += 1) {
    const time = table.time[index] ?? 0;
    const shown = levels[table.level[index] ?? 0] === 1 && hidden[table.origin[index] ?? 0] === 0;
    mask[index] = shown && time >= from && time <= to ? 1 : 0;
  }
  return mask;
}

/** Leaves in the mask what any of the lookups names; where that is not wanted, what none of them does. */
function keepListed(mask: Uint8Array, lookups: Lookup[], wanted: boolean): void {
  const [first, ...others] = lookups.filter(({ hits }) => hits.includes(1));
  if (!first) {
    if (wanted) mask.fill(0);
    return;
  }
  const { column, hits } = first;
  const keep = wanted ? 1 : 0;
  if (others.length === 0) {
    for (let index = 0; index < mask.length; index += 1) if (hits[column[index] as number] !== keep) mask[index] = 0;
    return;
  }
  for (let index = 0; index < mask.length; index += 1) {
    if (mask[index] === 0) continue;
    const any =
      hits[column[index] as number] === 1 || others.some((one) => one.hits[one.column[index] as number] === 1);
    if (any !== wanted) mask[index] = 0;
  }
}

function keepWhere(mask: Uint8Array, holds: (index: number) => boolean, wanted: boolean): void {
  for (let index = 0; index < mask.length; index += 1)
    if (mask[index] === 1 && holds(index) !== wanted) mask[index] = 0;
}

/** Which events the reader's choices leave. */
export function filterEvents(table: Table, report: IncidentReport, criteria: Criteria): Filtered {
  const { terms, problem: misspelt, hint } = parseQuery(criteria.query);
  const problem = misspelt ?? terms.map((term) => pointless(term, table, report)).find((one) => one !== null) ?? null;
  const mask = chosen(table, criteria);
  for (const term of terms) {
    const match = matchTerm(term, table, report);
    if (typeof match === "function") keepWhere(mask, match, !term.negated);
    else keepListed(mask, match, !term.negated);
  }
  let count = 0;
  for (let index = 0; index < mask.length; index += 1) count += mask[index] as number;
  return { mask, count, problem, hint, terms };
}
