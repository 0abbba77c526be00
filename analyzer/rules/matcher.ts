/** What texts are matched against, here and in a thread of its own: all line rules, and what the clock model and the masking look for. */
import { clockSignatures } from "../store/clock-queries.ts";
import { secretSignatures } from "../store/secret-queries.ts";
import type { Match, TextMatcher } from "../store/matches.ts";
import { createBatchMatcher, type Signature } from "./line.ts";
import type { Rule } from "./types.ts";

function signatureOf({ id, match, except, guarded }: Signature): Signature {
  return { id, match, except, ...(guarded === true ? { guarded } : {}) };
}

/** The matcher of some rules; its patterns are copied to the thread. */
export function textMatcher(rules: Rule[]): TextMatcher {
  const lineRules = rules.filter((rule) => rule.type === "line");
  const signatures = [...lineRules, ...clockSignatures, ...secretSignatures].map(signatureOf);
  return { match: createBatchMatcher(signatures), module: import.meta.url, argument: signatures };
}

/** The same matcher in another thread. */
export default function createMatch(signatures: Signature[]): Match {
  return createBatchMatcher(signatures);
}
