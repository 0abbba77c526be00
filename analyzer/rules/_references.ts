import { causes, layers } from "../model/words.ts";
import { needs } from "./needs.ts";
import type { LineRule, Rule } from "./types.ts";
import { RuleError } from "./_rule-error.ts";

interface RuleFile {
  rule: LineRule;
  source: string;
  file: string;
}

/** The line that holds a word, from 1; 1 when none does. */
function lineWith(source: string, word: string): number {
  return Math.max(1, source.split("\n").findIndex((line) => line.includes(word)) + 1);
}

/**
 * Whether what a user's rules name exists: rules, causes and layers under `explains`, evidence under `needs`; and no id
 * is taken.
 * @throws RuleError with file:line
 */
export function checkReferences(files: RuleFile[], own: Rule[]): void {
  const taken = new Set(own.map(({ id }) => id));
  const known = new Set([
    ...[...own, ...files.map(({ rule }) => rule)].map(({ id }) => id),
    ...layers.map((layer) => `layer:${layer}`),
    ...causes.map((cause) => `cause:${cause}`),
  ]);
  for (const { rule, source, file } of files) {
    const fail = (word: string, message: string): never => {
      throw new RuleError(`${file}:${lineWith(source, word)}: ${message}`);
    };
    if (taken.has(rule.id)) fail("id:", `${rule.id} is the id of a rule of coldcase; choose another`);
    for (const name of rule.explains) {
      if (!known.has(name))
        fail(name, `${name} is no rule, layer:<layer> or cause:<cause> (coldcase rules lists them)`);
    }
    for (const name of rule.needs) {
      if (!needs.some(({ id }) => id === name)) fail(name, `${name} is none of ${needs.map(({ id }) => id).join(" ")}`);
    }
  }
}
