import { statSync } from "node:fs";
import { createMatcher, matchRule } from "../rules/line.ts";
import { loadRules, loadUserRules } from "../rules/registry.ts";
import { within } from "../rules/_within.ts";
import type { LineRule } from "../rules/types.ts";
import { EXIT, plainLine, UsageError } from "./errors.ts";

/** Longest line that rules are tried on. */
const LONGEST = 16_384;
const SHORTEST = 128;
/** A pattern that needs longer for one line would hold up an analysis of a million. */
const MOST_MS = 50;
/** So long can nobody interrupt. */
const GIVEN_UP_MS = 1_000;

/** @throws UsageError when it is no directory */
export function checkDirectory(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new UsageError(`${path} is no directory`, "give the directory that holds your rules, one <id>.yaml each");
  }
  return path;
}

/** Runs the rules of a directory against their own cases and against hostile lines; prints a line for each. */
export async function testRules(directory: string): Promise<number> {
  const rules = await loadUserRules(checkDirectory(directory), await loadRules());
  let failed = 0;
  for (const rule of rules) {
    const wrong = [...wrongCases(rule), ...slowPatterns(rule)];
    failed += wrong.length > 0 ? 1 : 0;
    const cases = rule.cases.fires.length + rule.cases.quiet.length;
    process.stdout.write(plainLine(`${wrong.length > 0 ? "FAILED" : "ok    "} ${rule.id}: ${cases} cases`) + "\n");
    for (const message of wrong) process.stdout.write(plainLine(`       ${message}`) + "\n");
  }
  process.stdout.write(`${rules.length} rules, ${failed} failed\n`);
  return failed > 0 ? EXIT.findings : EXIT.ok;
}

/** Cases that do not come out as written. The filter by literals is part of a rule, so that it is tried too. */
export function wrongCases(rule: LineRule): string[] {
  const match = createMatcher([rule]);
  const unfired = rule.cases.fires
    .filter((line) => match(line).length === 0)
    .map((line) => {
      const filtered =
        matchRule(rule, line) === null ? "" : " (the pattern does, but none of its literals is in the line)";
      return `does not fire on: ${line}${filtered}`;
    });
  const unquiet = rule.cases.quiet
    .filter((line) => matchRule(rule, line) !== null)
    .map((line) => `is not quiet on: ${line}`);
  return [...unfired, ...unquiet];
}

/** Lines as long as can be, of what a pattern likes to repeat: one letter, and its own cases over and over. */
function hostileLines(rule: LineRule): string[] {
  const letters = [...'a0 /.:=-"_'].map((letter) => letter.repeat(LONGEST));
  const seeds = rule.cases.fires.flatMap((line) => [line, line.slice(0, Math.ceil(line.length / 2))]);
  const repeated = seeds.map((seed) => seed.repeat(Math.ceil(LONGEST / seed.length)).slice(0, LONGEST));
  const stretched = rule.cases.fires.flatMap((line) =>
    ["a", " ", "0", "/a"].map(
      (filler) => (line.slice(0, -1) + filler.repeat(LONGEST)).slice(0, LONGEST - 1) + "\u0000",
    ),
  );
  return [...letters, ...repeated, ...stretched];
}

/** The time of a match in ms, the shorter of two when the first was long: other programs run as well. */
function timeOf(rule: LineRule, line: string, most: number): number {
  const once = (): number => {
    const start = performance.now();
    return within(GIVEN_UP_MS, () => matchRule(rule, line)) === null ? Infinity : performance.now() - start;
  };
  const first = once();
  return first <= most || first === Infinity ? first : Math.min(first, once());
}

/**
 * The directory of a user's rules, when none of them could hold up an analysis.
 * @throws UsageError for a slow one, RuleError for one that cannot be read
 */
export async function checkUserRules(directory: string): Promise<string> {
  for (const rule of await loadUserRules(checkDirectory(directory), await loadRules())) {
    const [slow] = slowPatterns(rule);
    if (slow === undefined) continue;
    throw new UsageError(`rule ${rule.id} ${slow}`, `coldcase rules --test ${directory} tells when it is quick enough`);
  }
  return directory;
}

/** Patterns that need too long for a line made to hold them up; `most` in ms. */
export function slowPatterns(rule: LineRule, most = MOST_MS): string[] {
  for (const line of hostileLines(rule)) {
    // Longer and longer: a pattern whose time grows with a power of the length is found out before it hangs.
    for (let length = SHORTEST; length <= LONGEST; length *= 2) {
      const part = line.slice(0, length / 2) + line.slice(-length / 2);
      const took = timeOf(rule, part, most);
      if (took <= most) continue;
      return [
        `needs ${took === Infinity ? `more than ${GIVEN_UP_MS}` : Math.round(took)} ms for a line of ${length} (at most ${most}): bound its repetitions, as in .{1,200}`,
      ];
    }
  }
  return [];
}
