/** Which finding follows from which: the edges that rules declare, where entities and times allow them. */
import type { EntityRef, Finding } from "../model/rule.ts";
import { layers } from "../model/words.ts";
import { contradictsOrder } from "./order.ts";

export interface ExplanationGraph {
  /** Findings that follow directly. */
  effects(finding: Finding): Finding[];
  /** Findings from which it follows directly. */
  explainers(finding: Finding): Finding[];
  /** Everything that follows, near or far, without the finding itself. */
  reach(finding: Finding): Set<Finding>;
}

type Connected = (a: EntityRef, b: EntityRef) => boolean;

function declares(cause: Finding, effect: Finding): boolean {
  return cause.explains.some(
    (name) => name === effect.id || name === `cause:${effect.cause}` || name === `layer:${effect.layer}`,
  );
}

function mayExplain(cause: Finding, effect: Finding, connected: Connected): boolean {
  if (cause === effect || effect.role === "marker" || cause.role === "marker" || cause.role === "symptom") {
    return cause !== effect && cause.role === "symptom" && effect.role === "symptom" && declares(cause, effect);
  }
  if (!declares(cause, effect)) return false;
  if (layers.indexOf(cause.layer) > layers.indexOf(effect.layer)) return false;
  if (contradictsOrder(cause, effect)) return false;
  if (cause.entities.length === 0 || effect.entities.length === 0) return true;
  return cause.entities.some((a) => effect.entities.some((b) => connected(a, b)));
}

/** Builds the graph. An edge that would close a circle is left out, lower layers first. */
export function explain(findings: Finding[], connected: Connected): ExplanationGraph {
  const effects = new Map<Finding, Finding[]>(findings.map((finding) => [finding, []]));
  const reach = (from: Finding): Set<Finding> => {
    const seen = new Set<Finding>();
    const queue = [from];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      for (const effect of effects.get(next) ?? []) {
        if (seen.has(effect)) continue;
        seen.add(effect);
        queue.push(effect);
      }
    }
    return seen;
  };
  for (const cause of findings) {
    for (const effect of findings) {
      if (!mayExplain(cause, effect, connected) || reach(effect).has(cause)) continue;
      effects.get(cause)?.push(effect);
    }
  }
  return {
    effects: (finding) => effects.get(finding) ?? [],
    explainers: (finding) => findings.filter((other) => effects.get(other)?.includes(finding)),
    reach,
  };
}

/** The longest way from a cause to a last symptom; the shown chain. Ties go to the lower layer. */
export function longestChain(start: Finding, graph: ExplanationGraph): Finding[] {
  const known = new Map<Finding, Finding[]>();
  const walk = (finding: Finding): Finding[] => {
    const before = known.get(finding);
    if (before) return before;
    const tails = graph.effects(finding).map(walk);
    const best = tails.reduce<Finding[]>((longest, tail) => (weight(tail) > weight(longest) ? tail : longest), []);
    const chain = [finding, ...best];
    known.set(finding, chain);
    return chain;
  };
  return walk(start);
}

/** A chain that ends in what people see is worth more than a longer one that does not. */
function weight(chain: Finding[]): number {
  const ends = chain.at(-1)?.role === "symptom" ? 100 : 0;
  return chain.length === 0 ? 0 : ends + chain.length;
}
