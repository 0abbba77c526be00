/** Which finding of one bundle is the same trouble as one of another: same rule, same things; never the same words. */
import type { EntityRef, Finding } from "../model/rule.ts";
import type { EntityKind } from "../model/words.ts";

/** Kinds that are the same in every finding about a node. */
const COMMON = new Set<EntityKind>(["node", "boot", "filesystem", "device"]);

function sameEntity(a: EntityRef, b: EntityRef): boolean {
  if (a.kind !== b.kind) return false;
  if (a.key === b.key) return true;
  const [short = "", long = ""] = [a.key, b.key].toSorted((x, y) => x.length - y.length);
  return /^[0-9a-f]{12,}$/.test(short) && long.startsWith(short);
}

/** How many things two findings have in common that tell one trouble from another. */
export function overlap(a: Finding, b: Finding): number {
  const own = a.entities.filter(({ kind }) => !COMMON.has(kind));
  return own.filter((entity) => b.entities.some((other) => sameEntity(entity, other))).length;
}

/** Pairs each earlier finding with the later one it is the same as; one to one, exact ids first, then most in common. */
export function matchFindings(earlier: Finding[], later: Finding[]): Map<Finding, Finding> {
  const pairs = new Map<Finding, Finding>();
  const taken = new Set<Finding>();
  const pair = (a: Finding, b: Finding): void => {
    if (pairs.has(a) || taken.has(b)) return;
    pairs.set(a, b);
    taken.add(b);
  };
  const byId = new Map(later.map((finding) => [finding.findingId, finding]));
  for (const finding of earlier) {
    const same = byId.get(finding.findingId);
    if (same) pair(finding, same);
  }
  const close = earlier.flatMap((a) =>
    later.filter((b) => b.id === a.id).map((b) => ({ a, b, weight: overlap(a, b) })),
  );
  for (const { a, b, weight } of close.toSorted((x, y) => y.weight - x.weight)) if (weight > 0) pair(a, b);
  return pairs;
}
