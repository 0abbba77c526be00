/**
 * Masks secrets in texts that are about to leave. The same value becomes the same token everywhere, numbered per kind by
 * first appearance, so that what belongs together can still be told and the same bundle gives the same bytes.
 */
import type { ReportRedaction } from "../model/report.ts";
import { createPrefilter } from "../store/literals.ts";
import { isPrivateIpv4 } from "./secret-addresses.ts";
import type { SecretKind } from "./secret-kind.ts";
import { secretKinds } from "./secret-kinds.ts";
import { looksRandom } from "./secret-words.ts";

/** Secrets that are also looked for where no word in front of them gives them away. */
const MAX_LOOSE = 500;
/** Different values that are told apart; beyond it all of a kind share one token. */
const MAX_VALUES = 100_000;

export interface RedactorOptions {
  mode: "default" | "strict";
  /** Words of the user's own, masked wherever they stand, in any case. */
  words: readonly string[];
  /** Names of nodes, pods, containers: masked in mode strict. */
  names: readonly string[];
  /** Lines of private keys, masked where a text ends with one. */
  keyLines?: readonly string[];
  /** Values that the line before, or the object around them, makes secret: masked at the end of a line. */
  namedValues?: readonly string[];
  /** The last number of each kind that was given already, by an earlier run. */
  numbered?: ReadonlyMap<string, number>;
}

export interface Redactor {
  /** Gives the secrets of a text their numbers, without counting them as masked. */
  learn(text: string): void;
  /**
   * The text with every secret replaced by its token.
   * @param clean whether `isClean` was asked before and said so
   */
  mask(text: string, clean?: boolean): string;
  /** The token of a secret that was found by other means. */
  token(kind: string, value: string): string;
  /** The slugs of known secrets, as they stand in ids, replaced too. */
  maskId(id: string): string;
  /** How many different values of each kind were masked, and how often. */
  table(): ReportRedaction["masked"];
}

interface Span {
  start: number;
  end: number;
  kind: string;
}

export function createRedactor(options: RedactorOptions): Redactor {
  const tokens = createTokens(options.numbered ?? new Map());
  const slugs = new Map<string, string>();

  const ownSpans = createSpanFinder(ownKinds(options));
  const secretsOf = (text: string, clean = false): Span[] => {
    const spans = ownSpans(text);
    if (!clean) spans.push(...knownSpans(text));
    looseSpans(text, tokens.loose(), spans);
    return spans.length === 0 ? spans : disjoint(outsideOfTokens(text, spans));
  };
  const token = (kind: string, value: string): string => {
    const name = tokens.of(kind, value);
    slugs.set(slugOf(value), name.slice(1, -1).replace(":", "-"));
    return name;
  };
  const mask = (text: string, clean = false): string => {
    let result = "";
    let at = 0;
    for (const { start, end, kind } of secretsOf(text, clean)) {
      tokens.count(kind);
      result += text.slice(at, start) + token(kind, text.slice(start, end));
      at = end;
    }
    return at === 0 ? text : result + text.slice(at);
  };
  return {
    learn(text) {
      for (const { start, end, kind } of secretsOf(text)) token(kind, text.slice(start, end));
    },
    mask,
    token(kind, value) {
      tokens.count(kind);
      return token(kind, value);
    },
    maskId(id) {
      let masked = mask(id);
      for (const [slug, token] of slugs) {
        if (slug.length >= 5 && masked.includes(slug)) masked = masked.replaceAll(slug, token);
      }
      return masked;
    },
    table: () => tokens.table(),
  };
}

/** Whether nothing in a text is a secret wherever it stands. What the user or other texts make one is not asked. */
export function isClean(text: string): boolean {
  return knownSpans(text).length === 0;
}

/** True if a text holds something that is a secret by its own form. Tokens are none. */
export function holdsEvidentSecret(text: string): boolean {
  return outsideOfTokens(text, evidentSpans(text)).length > 0;
}

/** The text with what is a secret by its own form struck out: the last resort, after everything else. */
export function strikeEvidentSecrets(text: string): { text: string; struck: number } {
  const spans = outsideOfTokens(text, evidentSpans(text)).toSorted((a, b) => b.start - a.start);
  let result = text;
  for (const { start, end } of spans) result = `${result.slice(0, start)}‹struck›${result.slice(end)}`;
  return { text: result, struck: spans.length };
}

const knownSpans = createSpanFinder(secretKinds);
const evidentSpans = createSpanFinder(secretKinds.filter(({ evident }) => evident));

/** In order, each beginning after the end of the one before; of two at one place the longer. */
function disjoint(spans: Span[]): Span[] {
  let at = 0;
  return spans
    .toSorted((a, b) => a.start - b.start || b.end - a.end)
    .filter(({ start, end }) => {
      if (start < at) return false;
      at = end;
      return true;
    });
}

const TOKEN = /‹[a-z0-9-]{1,40}(?::\d{1,9})?›/g;

/** A word of the user's may be one that our own tokens are made of. */
function outsideOfTokens(text: string, spans: Span[]): Span[] {
  if (spans.length === 0 || !text.includes("‹")) return spans;
  const tokens = [...text.matchAll(TOKEN)].map(({ index, 0: token }) => [index, index + token.length] as const);
  return spans.filter(({ start, end }) => !tokens.some(([from, to]) => start < to && end > from));
}

/** The last number of each kind among the tokens of a text. */
export function numbersIn(text: string): Map<string, number> {
  const last = new Map<string, number>();
  for (const [, kind = "", number] of text.matchAll(/‹([a-z0-9-]{1,40}):(\d{1,9})›/g)) {
    last.set(kind, Math.max(last.get(kind) ?? 0, Number(number)));
  }
  return last;
}

function slugOf(value: string): string {
  return value
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
}

/** Where a text holds secrets, as yet overlapping. */
type FindSpans = (text: string) => Span[];

/** Tries a kind's pattern only on texts in which one of its hints occurs, all of them looked for in one pass. */
function createSpanFinder(kinds: readonly SecretKind[]): FindSpans {
  const owners = new Map<string, number[]>();
  kinds.forEach(({ hints }, kind) => {
    for (const hint of hints) owners.set(hint, [...(owners.get(hint) ?? []), kind]);
  });
  if (kinds.length === 0) return () => [];
  const kindsOf = [...owners.values()];
  const literals = createPrefilter([...owners.keys()]);
  const always = Uint8Array.from(kinds, ({ hints }) => (hints.length === 0 ? 1 : 0));
  const tried = new Uint8Array(kinds.length);
  const hit = (literal: number): void => {
    for (const kind of kindsOf[literal] as number[]) tried[kind] = 1;
  };
  return (text) => {
    if (text.length < 3) return [];
    tried.set(always);
    literals.scan(text, hit);
    const spans: Span[] = [];
    for (let kind = 0; kind < tried.length; kind++) {
      if (tried[kind] === 1) matchesOf(text, kinds[kind] as SecretKind, spans);
    }
    return spans;
  };
}

function matchesOf(text: string, { kind, may, pattern, accept }: SecretKind, spans: Span[]): void {
  if (may?.(text) === false) return;
  // Not with matchAll, which makes a copy of the pattern each time.
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    if (match[0] === "") pattern.lastIndex += 1;
    const { value, single, bare, escaped } = match.groups ?? {};
    const found = value ?? single ?? bare ?? escaped;
    if (found === undefined || found.startsWith("‹") || accept?.(found, match) === false) continue;
    const start = match.index + match[0].lastIndexOf(found);
    spans.push({ start, end: start + found.length, kind });
  }
}

function looseSpans(text: string, loose: ReadonlyMap<string, string>, spans: Span[]): void {
  for (const [value, kind] of loose) {
    for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + value.length)) {
      spans.push({ start: at, end: at + value.length, kind });
    }
  }
}

interface Tokens {
  of(kind: string, value: string): string;
  count(kind: string): void;
  loose(): ReadonlyMap<string, string>;
  table(): ReportRedaction["masked"];
}

function createTokens(numbered: ReadonlyMap<string, number>): Tokens {
  const kinds = new Map<string, { values: Map<string, number>; places: number }>();
  const loose = new Map<string, string>();
  const entry = (kind: string): { values: Map<string, number>; places: number } => {
    const known = kinds.get(kind) ?? { values: new Map<string, number>(), places: 0 };
    kinds.set(kind, known);
    return known;
  };
  return {
    count(kind) {
      entry(kind).places += 1;
    },
    of(kind, value) {
      const known = entry(kind);
      const number = known.values.get(value) ?? Math.min(known.values.size + 1, MAX_VALUES);
      if (known.values.size < MAX_VALUES) known.values.set(value, number);
      if (loose.size < MAX_LOOSE && looksRandom(value)) loose.set(value, kind);
      return `‹${kind}:${String(number + (numbered.get(kind) ?? 0))}›`;
    },
    loose: () => loose,
    table: () =>
      [...kinds]
        .map(([kind, { values, places }]) => ({ kind, values: values.size, places }))
        .toSorted((a, b) => (a.kind < b.kind ? -1 : 1)),
  };
}

function ownKinds({ mode, words, names, keyLines = [], namedValues = [] }: RedactorOptions): SecretKind[] {
  const own: SecretKind[] = [];
  if (keyLines.length > 0) own.push(keyKind(keyLines));
  if (namedValues.length > 0) own.push(namedKind(namedValues));
  if (words.length > 0) own.push(literalKind("word", words, ""));
  if (mode !== "strict") return own;
  if (names.length > 0) own.push(literalKind("name", names, "[\\p{L}\\p{N}]"));
  const pattern = /(?<![\w.-])(?<value>\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?![\w-]|\.\d)/g;
  own.push({ kind: "private-ip", hints: ["."], pattern, accept: isPrivateIpv4, masks: [], keeps: [] });
  return own;
}

function keyKind(lines: readonly string[]): SecretKind {
  const values = lines.map(escaped).join("|");
  return {
    kind: "private-key",
    hints: lines.map((line) => line.toLowerCase()),
    pattern: new RegExp(`(?<![A-Za-z0-9+/=])(?<value>${values})(?=\\s{0,4}$|\\\\n)`, "g"),
    masks: [],
    keeps: [],
  };
}

const escaped = (word: string): string => word.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");

function namedKind(namedValues: readonly string[]): SecretKind {
  const alternatives = [...namedValues].toSorted((a, b) => b.length - a.length || (a < b ? -1 : 1)).map(escaped);
  return {
    kind: "password",
    hints: namedValues.map((value) => value.toLowerCase()),
    pattern: new RegExp(
      `(?:^\\s{0,200}(?:- )?|:\\s{0,4})["']?(?<value>${alternatives.join("|")})(?=["']?,?\\s{0,4}$)`,
      "g",
    ),
    masks: [],
    keeps: [],
  };
}

/** Longest first, so that a name inside of another does not break it up. */
function literalKind(kind: string, words: readonly string[], boundary: string): SecretKind {
  const alternatives = [...new Set(words)].toSorted((a, b) => b.length - a.length || (a < b ? -1 : 1)).map(escaped);
  const [before, after] = boundary === "" ? ["", ""] : [`(?<!${boundary})`, `(?!${boundary})`];
  return {
    kind,
    hints: [],
    pattern: new RegExp(`${before}(?<value>${alternatives.join("|")})${after}`, "giu"),
    masks: [],
    keeps: [],
  };
}
