import type { LineRule } from "./types.ts";
import { RuleError } from "./_rule-error.ts";
import { within } from "./_within.ts";
import { createPrefilter } from "../store/literals.ts";
import { textAt, textsOf, type Texts } from "../store/texts.ts";

/** What one rule captured in one text. */
export interface LineMatch {
  rule: string;
  captures: Record<string, string>;
}

/** What of a line rule is compared with texts. */
export type Signature = Pick<LineRule, "id" | "match" | "except" | "guarded">;

/** Longer texts are matched by their beginning only: no message of a program says what it is about after 16 KiB. */
const LONGEST = 16_384;
/** A pattern that has passed the check of user's rules is quick on these. */
const SHORT = 256;
const MOST_MS = 500;

/** Tries a text against one rule without the filter. Null when it does not match. */
export function matchRule(rule: Signature, text: string): Record<string, string> | null {
  return firstMatch(rule, rule.match, text);
}

/** @param tried those of the rule's patterns whose literals occur, in the rule's order */
function firstMatch(rule: Signature, tried: Pick<Pattern, "pattern">[], text: string): Record<string, string> | null {
  const head = text.length > LONGEST ? text.slice(0, LONGEST) : text;
  for (const { pattern } of tried) {
    const found = pattern.exec(head);
    if (!found) continue;
    if (rule.except?.test(head)) return null;
    const groups = Object.entries(found.groups ?? {}).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    return Object.fromEntries(groups);
  }
  return null;
}

/** @throws RuleError when a pattern takes too long, which no line of a log is worth */
function matchGuarded(rule: Signature, tried: Pattern[], text: string): Record<string, string> | null {
  if (text.length <= SHORT) return firstMatch(rule, tried, text);
  const found = within(MOST_MS, () => firstMatch(rule, tried, text));
  if (found !== null) return found.result;
  const length = Math.min(text.length, LONGEST);
  throw new RuleError(`rule ${rule.id} needs more than ${MOST_MS} ms for a line of ${length} characters`);
}

interface Pattern {
  pattern: RegExp;
  /** Index of its rule. */
  rule: number;
}

/** Matches a text against all line rules at once. */
export function createMatcher(rules: Signature[]): (text: string) => LineMatch[] {
  const match = createBatchMatcher(rules);
  return (text) => {
    let found: LineMatch[] = [];
    match(textsOf([text]), (_, matches) => void (found = matches));
    return found;
  };
}

/** Matches many texts against all line rules at once, and calls `visit` with the index of each in which one is found. */
export type BatchMatcher = (texts: Texts, visit: (index: number, matches: LineMatch[]) => void) => void;

/** A matcher that is called with each distinct text once. */
export function createBatchMatcher(rules: Signature[]): BatchMatcher {
  const patterns: Pattern[] = [];
  const literals = new Map<string, number[]>();
  for (const [rule, { match }] of rules.entries()) {
    for (const entry of match) {
      const index = patterns.push({ pattern: entry.pattern, rule }) - 1;
      for (const literal of new Set(entry.literals.map((each) => each.toLowerCase()))) {
        const owners = literals.get(literal);
        if (owners === undefined) literals.set(literal, [index]);
        else owners.push(index);
      }
    }
  }
  const find = createFinder([...literals.keys()], [...literals.values()], patterns.length);
  return (texts, visit) => {
    find(texts, (index, tried) => {
      const matches = matchesAmong(
        tried.map((at) => patterns[at] as Pattern),
        rules,
        textAt(texts, index),
      );
      if (matches.length > 0) visit(index, matches);
    });
  };
}

/** @param tried in the order of their rules */
function matchesAmong(tried: Pattern[], rules: Signature[], text: string): LineMatch[] {
  const found: LineMatch[] = [];
  for (let at = 0; at < tried.length;) {
    const index = (tried[at] as Pattern).rule;
    const own: Pattern[] = [];
    for (; tried[at]?.rule === index; at++) own.push(tried[at] as Pattern);
    const rule = rules[index] as Signature;
    const captures = rule.guarded === true ? matchGuarded(rule, own, text) : firstMatch(rule, own, text);
    if (captures !== null) found.push({ rule: rule.id, captures });
  }
  return found;
}

/** Called with the index of a text and those, ascending, of the patterns of which a literal occurs in it. */
type Find = (texts: Texts, visit: (index: number, patterns: readonly number[]) => void) => void;

/** @param owners for each literal, the patterns that have it */
function createFinder(literals: string[], owners: number[][], patterns: number): Find {
  // By their bytes, as the texts are scanned.
  const prefilter = createPrefilter(literals.map((literal) => Buffer.from(literal).toString("latin1")));
  /** The text for which a pattern was last found, by its number. */
  const foundIn = new Uint32Array(patterns);
  let round = 0;
  return ({ count, bytes, ends }, visit) => {
    let found: number[] = [];
    let index = 0;
    let end = ends[0] ?? 0;
    round = (round + 1) >>> 0;
    const pass = (): void => {
      if (found.length > 0) visit(index, found.length > 1 ? found.sort((a, b) => a - b) : found);
      found = [];
      round = (round + 1) >>> 0;
    };
    prefilter.scanBytes(bytes, ends[count - 1] ?? 0, (literal, at) => {
      if (at >= end) pass();
      while (at >= end) end = ends[++index] as number;
      for (const pattern of owners[literal] as number[]) {
        if (foundIn[pattern] === round) continue;
        foundIn[pattern] = round;
        found.push(pattern);
      }
    });
    pass();
  };
}
