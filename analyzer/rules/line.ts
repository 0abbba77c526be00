import type { LineRule } from "./types.ts";
import { RuleError } from "./_rule-error.ts";
import { within } from "./_within.ts";
import { createPrefilter } from "../store/literals.ts";

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
  const head = text.length > LONGEST ? text.slice(0, LONGEST) : text;
  if (rule.except?.test(head)) return null;
  for (const { pattern } of rule.match) {
    const found = pattern.exec(head);
    if (!found) continue;
    const groups = Object.entries(found.groups ?? {}).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    return Object.fromEntries(groups);
  }
  return null;
}

/** @throws RuleError when a pattern takes too long, which no line of a log is worth */
function matchGuarded(rule: Signature, text: string): Record<string, string> | null {
  if (text.length <= SHORT) return matchRule(rule, text);
  const found = within(MOST_MS, () => matchRule(rule, text));
  if (found !== null) return found.result;
  const length = Math.min(text.length, LONGEST);
  throw new RuleError(`rule ${rule.id} needs more than ${MOST_MS} ms for a line of ${length} characters`);
}

/** Matches texts against all line rules at once. Called once per distinct text. */
export function createMatcher(rules: Signature[]): (text: string) => LineMatch[] {
  const literals = new Map<string, number[]>();
  rules.forEach((rule, index) => {
    for (const literal of new Set(rule.match.flatMap((entry) => entry.literals))) {
      const key = literal.toLowerCase();
      literals.set(key, [...(literals.get(key) ?? []), index]);
    }
  });
  const owners = [...literals.values()];
  const prefilter = createPrefilter([...literals.keys()]);
  return (text) => {
    let tried: Set<number> | null = null;
    prefilter.scan(text, (literal) => {
      tried ??= new Set();
      for (const rule of owners[literal] ?? []) tried.add(rule);
    });
    if (tried === null) return [];
    return [...(tried as Set<number>)].flatMap((index) => {
      const rule = rules[index] as Signature;
      const captures = rule.guarded === true ? matchGuarded(rule, text) : matchRule(rule, text);
      return captures === null ? [] : [{ rule: rule.id, captures }];
    });
  };
}
