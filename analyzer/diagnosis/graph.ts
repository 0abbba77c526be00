/** Which finding follows from which: the edges that rules declare, where entities and times allow them. */
import type { EntityRef, Finding } from "../model/rule.ts";
import { layers } from "../model/words.ts";
import { contradictsOrder, tooFarBefore } from "./order.ts";

export interface ExplanationGraph {
  /** Findings that follow directly. */
  effects(finding: Finding): Finding[];
  /** Findings from which it follows directly. */
  explainers(finding: Finding): Finding[];
  /** Everything that follows, near or far, without the finding itself. */
  reach(finding: Finding): Set<Finding>;
  /** Whether something that both are about ties an effect to its cause, and not only that nothing speaks against it. */
  tied(cause: Finding, effect: Finding): boolean;
}

type Connected = (a: EntityRef, b: EntityRef) => boolean;

function declares(cause: Finding, effect: Finding): boolean {
  return cause.explains.some(
    (name) => name === effect.id || name === `cause:${effect.cause}` || name === `layer:${effect.layer}`,
  );
}

function share(a: Finding, b: Finding, connected: Connected): boolean {
  return a.entities.some((x) => b.entities.some((y) => connected(x, y)));
}

function mayExplain(cause: Finding, effect: Finding, connected: Connected): boolean {
  if (cause === effect || effect.role === "marker" || cause.role === "marker" || cause.role === "symptom") {
    return cause !== effect && cause.role === "symptom" && effect.role === "symptom" && declares(cause, effect);
  }
  if (!declares(cause, effect)) return false;
  if (layers.indexOf(cause.layer) > layers.indexOf(effect.layer)) return false;
  if (contradictsOrder(cause, effect) || tooFarBefore(cause, effect)) return false;
  return cause.entities.length === 0 || effect.entities.length === 0 || share(cause, effect, connected);
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
    tied: (cause, effect) => share(cause, effect, connected),
  };
}

/**
 * The way from a cause to what people see that is best supported; the shown chain. What is over is no link to what goes
 * on. Ties go to the lower layer.
 */
export function bestChain(start: Finding, graph: ExplanationGraph): Finding[] {
  const known = new Map<Finding, { chain: Finding[]; weight: number }>();
  const walk = (finding: Finding): { chain: Finding[]; weight: number } => {
    const before = known.get(finding);
    if (before) return before;
    let best = { chain: [finding], weight: finding.role === "symptom" ? ENDS_IN_SYMPTOM : 0 };
    for (const effect of graph.effects(finding)) {
      if (finding.active !== false && effect.active === false) continue;
      const tail = walk(effect);
      const weight = tail.weight + linkWeight(finding, effect, graph);
      if (weight > best.weight) best = { chain: [finding, ...tail.chain], weight };
    }
    known.set(finding, best);
    return best;
  };
  return walk(start).chain;
}

/** A chain that ends in what people see is worth more than a longer one that does not. */
const ENDS_IN_SYMPTOM = 100;

/** A link that names what both are about adds to a chain; one that is only not impossible takes from it. */
function linkWeight(cause: Finding, effect: Finding, graph: ExplanationGraph): number {
  if (graph.tied(cause, effect)) return 3;
  const named =
    cause.explains.includes(effect.id) ||
    (effect.cause !== "unknown" && cause.explains.includes(`cause:${effect.cause}`));
  if (effect.role === "symptom") return named ? 1 : 0.5;
  // A cause of its own that is only said to belong to the same layer is a doubtful link.
  if (named) return 1;
  return effect.cause !== "unknown" && effect.cause !== cause.cause ? -4 : 0.5;
}
