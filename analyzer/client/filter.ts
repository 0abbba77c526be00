/**
 * The search field's language: words and "quoted words" are looked for in the message; `level<=3`, `src:`, `file:`,
 * `pod:`, `ctr:`, `boot:-1`, `finding:`, `like:` narrow it further; `!` in front turns any of them around.
 */
import type { IncidentReport } from "../model/report.ts";
import type { LevelGroup, State } from "./state.ts";
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

type Match = (index: number) => boolean;

function matchNumber(column: ArrayLike<number>, sign: string, wanted: number): Match {
  if (sign === "<=") return (index) => (column[index] ?? 0) <= wanted;
  if (sign === ">=") return (index) => (column[index] ?? 0) >= wanted;
  if (sign === "<") return (index) => (column[index] ?? 0) < wanted;
  if (sign === ">") return (index) => (column[index] ?? 0) > wanted;
  return (index) => column[index] === wanted;
}

/** Looks once at each name of a table, then only at numbers. All are in lower case: with each key that is typed, this runs. */
function matchLower(column: ArrayLike<number>, names: string[], wanted: string): Match {
  const hits = new Uint8Array(names.length);
  for (let name = 0; name < names.length; name += 1) hits[name] = (names[name] as string).includes(wanted) ? 1 : 0;
  return (index) => hits[column[index] ?? 0] === 1;
}

function matchNames(column: ArrayLike<number>, names: string[], wanted: string): Match {
  return matchLower(
    column,
    names.map((name) => name.toLowerCase()),
    wanted,
  );
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

function either(a: Match, b: Match): Match {
  return (index) => a(index) || b(index);
}

function matchTerm(term: Term, table: Table, report: IncidentReport): Match {
  const value = term.value.toLowerCase();
  const { origins, artifacts } = table.events;
  const inOrigin = (): Match => matchNames(table.origin, originNames(origins), value);
  const inText = (): Match => matchLower(table.text, table.lower(), value);
  if (term.key.startsWith("level")) return matchNumber(table.level, term.key.slice(5), Number(value));
  if (term.key === "src") return inOrigin();
  if (term.key === "file") return matchNames(table.artifact, pathsOf(artifacts), value);
  if (term.key === "pod" || term.key === "ctr") {
    return either(either(inOrigin(), inText()), matchNames(table.artifact, pathsOf(artifacts), value));
  }
  if (term.key === "boot") return matchBoot(table, report, Number(value));
  if (term.key === "finding") return matchFinding(table, report, value);
  if (term.key === "like") {
    const wanted = table.shape[table.text[findEvent(table, value)] ?? -1];
    return (index) => table.shape[table.text[index] ?? 0] === wanted;
  }
  return either(inText(), inOrigin());
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

/** Which events the reader's choices leave. */
export function filterEvents(table: Table, report: IncidentReport, state: State): Filtered {
  const { terms, problem: misspelt, hint } = parseQuery(state.query);
  const problem = misspelt ?? terms.map((term) => pointless(term, table, report)).find((one) => one !== null) ?? null;
  const matches = terms.map((term) => ({ match: matchTerm(term, table, report), wanted: !term.negated }));
  const levels = Uint8Array.from({ length: 8 }, (_, level) => (state.hiddenLevels.has(groupOf(level)) ? 0 : 1));
  const mask = new Uint8Array(table.size);
  const hidden = Uint8Array.from(table.events.origins, (_, origin) => (state.hiddenOrigins.has(origin) ? 1 : 0));
  const [from, to] = state.scope ? [state.scope.from, state.scope.to] : [-Infinity, Infinity];
  for (let index = 0; index < table.size; index += 1) {
    const time = table.time[index] ?? 0;
    const shown = levels[table.level[index] ?? 0] === 1 && hidden[table.origin[index] ?? 0] === 0;
    mask[index] = shown && time >= from && time <= to ? 1 : 0;
  }
  for (const { match, wanted } of matches) {
    for (let index = 0; index < table.size; index += 1)
      if (mask[index] === 1 && match(index) !== wanted) mask[index] = 0;
  }
  const count = mask.reduce((sum, shown) => sum + shown, 0);
  return { mask, count, problem, hint, terms };
}
