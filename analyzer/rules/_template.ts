/** Titles and summaries of line rules, filled with what the lines captured. */
import { usersOfLayer, pathEntities } from "./_layers.ts";
import type { LineRule, MatchedText, RuleView } from "./types.ts";

interface Filling {
  rule: LineRule;
  group: MatchedText[];
  view: RuleView;
  /** Say how many lines each value has, where one of them carries most. */
  counted: boolean;
}

/** The lines of a group. */
export function total(group: MatchedText[]): number {
  return group.reduce((sum, match) => sum + match.count, 0);
}

/** `users` stands for the containers that the layers of the captured paths belong to. */
function captured(match: MatchedText, name: string, view: RuleView): string[] {
  const value = match.captures[name];
  if (value !== undefined) return [value];
  const path = match.captures["path"];
  if (name !== "users" || path === undefined) return [];
  const layer = pathEntities(path, view).find(({ kind }) => kind === "layer");
  return layer ? usersOfLayer(layer, view) : [];
}

/** A message that was cut within quotes, with its closing quote. */
function closed(text: string): string {
  return text.split('"').length % 2 === 0 ? `${text}"` : text;
}

/** A value with so many lines, and so many times those of the next, carries a finding. */
const MANY = 3;
const CARRIES = 2;

/** The values, the most frequent first, each with its lines, when one of them carries most; null when none does. */
function weighted(values: string[], group: MatchedText[], name: string): Map<string, string> | null {
  const lines = new Map(values.map((value) => [value, 0]));
  for (const { captures, count } of group) {
    const value = captures[name];
    if (value !== undefined && lines.has(value)) lines.set(value, (lines.get(value) ?? 0) + count);
  }
  const ordered = [...lines].toSorted(([, a], [, b]) => b - a);
  const [[, most], [, next]] = [ordered[0] ?? ["", 0], ordered[1] ?? ["", 0]];
  if (next === 0 || most < MANY || most < CARRIES * next) return null;
  return new Map(ordered.map(([value, count]) => [value, ` (${count} ${count === 1 ? "line" : "lines"})`]));
}

/**
 * Replaces `{name}` and, where there is a value, `{name|text with %}` by what the texts captured: the values of an entity
 * by its title, at most three of them.
 */
export function fillTemplate(template: string, { rule, group, view, counted }: Filling): string {
  const filled = template.replace(/\{(\w+)(?:\|([^}]*))?\}/g, (_, name: string, optional: string | undefined) => {
    if (name === "count") return String(total(group));
    const values = [...new Set(group.slice(0, 500).flatMap((match) => captured(match, name, view)))].filter(Boolean);
    const entity = rule.entities.find(({ capture }) => capture === name);
    const weights = counted && name === "what" ? weighted(values, group, name) : null;
    const shown = (weights ? [...weights.keys()] : values).slice(0, 3).map((value) => {
      if (weights) return `${closed(value)}${weights.get(value) ?? ""}`;
      if (!entity || entity.kind === "path" || entity.kind === "endpoint") return closed(value);
      return view.title(view.resolve(entity.kind, value));
    });
    const unique = [...new Set(shown)];
    if (unique.length === 0) return optional === undefined ? "?" : "";
    const list = `${unique.join(", ")}${values.length > 3 ? `, and ${values.length - 3} more` : ""}`;
    return optional === undefined ? list : optional.replace("%", () => list);
  });
  return filled
    .replace(/\b1 times\b/g, "once")
    .replace(/\b2 times\b/g, "twice")
    .replace(/\b1 lines\b/g, "1 line");
}
