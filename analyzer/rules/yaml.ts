import { LineCounter, parseDocument } from "yaml";
import { RuleError } from "./_rule-error.ts";
import { toLineRule } from "./_line-rule.ts";
import type { LineRule } from "./types.ts";

/**
 * Reads one line rule.
 * @param name file name without `.yaml`; must be the rule's id
 * @param file the file as errors name it
 * @throws RuleError with file:line for anything missing, misspelt or unsafe
 */
export function parseLineRule(name: string, source: string, file = `${name}.yaml`): LineRule {
  const counter = new LineCounter();
  const document = parseDocument(source, { lineCounter: counter, logLevel: "error" });
  const lineOf = (path: string[]): number => {
    const node = document.getIn(path, true) as { range?: [number, number, number] } | undefined;
    return node?.range ? counter.linePos(node.range[0]).line : 1;
  };
  const syntax = document.errors[0];
  if (syntax) throw new RuleError(`${file}:${syntax.linePos?.[0].line ?? 1}: ${syntax.message.split("\n")[0]}`);
  return toLineRule(name, document.toJS(), (path, message) => {
    throw new RuleError(`${file}:${lineOf(path)}: ${message}`);
  });
}
