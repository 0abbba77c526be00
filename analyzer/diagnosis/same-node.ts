/** Whether bundles are of one node, and in which order they were collected. */
import type { BundleSnapshot, NodeIdentity } from "../model/comparison.ts";
import { MINUTE } from "../model/time.ts";

export type SameNode = { same: boolean; why: string };

function common(a: string[], b: string[]): number {
  const known = new Set(b);
  return a.filter((item) => known.has(item)).length;
}

function plural(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? "" : "s"}`;
}

/** Ids drawn at random decide; then the host name; where neither is known, one node is assumed, with a word. */
export function sameNode(a: NodeIdentity, b: NodeIdentity): SameNode {
  const [containers, boots, hosts] = [
    common(a.containers, b.containers),
    common(a.boots, b.boots),
    common(a.hosts, b.hosts),
  ];
  const shared = [
    ...(containers > 0 ? [plural(containers, "container")] : []),
    ...(boots > 0 ? [plural(boots, "boot")] : []),
  ];
  const renamed = hosts === 0 && a.hosts.length > 0 && b.hosts.length > 0;
  if (shared.length > 0) {
    const name = renamed ? `, though it was renamed from ${a.hosts[0]} to ${b.hosts[0]}` : "";
    return { same: true, why: `they share ${shared.join(" and ")}${name}` };
  }
  if (hosts > 0) return { same: true, why: "they name the same host; no container or boot is in both" };
  if (renamed) return { same: false, why: `they are of ${a.hosts.join(", ")} and of ${b.hosts.join(", ")}` };
  return { same: true, why: "assumed: nothing in them names the node" };
}

/** Which of two was collected first: -1, 1, or 0 when nothing tells. The clock may have been wrong; boots are not. */
function earlier(a: BundleSnapshot, b: BundleSnapshot): { order: number; why: string } {
  const [last, other] = [a.identity.boots.at(-1), b.identity.boots.at(-1)];
  if (last !== undefined && other !== undefined && last !== other) {
    if (b.identity.boots.includes(last)) return { order: -1, why: "boots" };
    if (a.identity.boots.includes(other)) return { order: 1, why: "boots" };
  }
  if (a.collectedAt !== null && b.collectedAt !== null && Math.abs(a.collectedAt - b.collectedAt) >= MINUTE / 60) {
    return { order: Math.sign(a.collectedAt - b.collectedAt), why: "times of collection" };
  }
  return { order: 0, why: "" };
}

/** The bundles oldest first, and how that is known. */
export function inOrder(bundles: BundleSnapshot[]): { ordered: BundleSnapshot[]; why: string } {
  const ordered: BundleSnapshot[] = [];
  for (const bundle of bundles) {
    const at = ordered.findIndex((known) => earlier(bundle, known).order < 0);
    ordered.splice(at < 0 ? ordered.length : at, 0, bundle);
  }
  const reasons = ordered.slice(1).map((bundle, index) => earlier(ordered[index] as BundleSnapshot, bundle));
  const words = [...new Set(reasons.filter(({ order }) => order !== 0).map(({ why }) => why))];
  const guessed = reasons.some(({ order }) => order === 0);
  const given = "the order in which they were given, since nothing in them tells";
  return {
    ordered,
    why: [...(words.length ? [`their ${words.join(" and ")}`] : []), ...(guessed ? [given] : [])].join("; "),
  };
}
