/** The matcher of all line rules, here and in a thread of its own. */
import type { Match, TextMatcher } from "../store/matches.ts";
import { createMatcher, type Signature } from "./line.ts";

/** @param rules all that texts are matched against; their patterns are copied to the thread */
export function textMatcher(rules: Signature[]): TextMatcher {
  const signatures = rules.map(({ id, match, except }) => ({ id, match, except }));
  return { match: createMatcher(signatures), module: import.meta.url, argument: signatures };
}

/** The same matcher in another thread. */
export default function createMatch(signatures: Signature[]): Match {
  return createMatcher(signatures);
}
