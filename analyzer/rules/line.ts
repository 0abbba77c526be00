import type { LineRule } from "./types.ts";
import { createPrefilter } from "./prefilter.ts";

/** What one rule captured in one text. */
export interface LineMatch {
  rule: string;
  captures: Record<string, string>;
}

/** What of a line rule is compared with texts. */
export type Signature = Pick<LineRule, "id" | "match" | "except">;

/** Longer texts are matched by their beginning only: no message of a program says what it is about after 16 KiB. */
const LONGEST = 16_384;

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
      const captures = matchRule(rule, text);
      return captures === null ? [] : [{ rule: rule.id, captures }];
    });
  };
}
