import type { Evidence } from "../model/rule.ts";
import type { RuleView } from "./types.ts";

export interface Filesystem {
  type: string;
  source: string;
  /** The row of the table of mounts that says so. */
  evidence: Evidence;
}

/** The filesystem that a path lies on, of any kind, where the table of mounts tells: the one with the longest mount point. */
export function filesystemUnder(view: RuleView, path: string): Filesystem | null {
  const holding = view.facts("mount").filter(({ value: { target } }) => {
    return target === "/" || path === target || path.startsWith(`${target}/`);
  });
  const [fact] = holding.toSorted((a, b) => b.value.target.length - a.value.target.length);
  if (!fact?.value.type) return null;
  const { source, target, type } = fact.value;
  return { type, source, evidence: view.evidence(fact, `${source} on ${target} type ${type}`) };
}
