/** What etcd's log tells of its members: which do not answer, how many there are, and whether they still agree on anything. */
import type { Evidence } from "../model/rule.ts";
import type { MatchedText, RuleView } from "./types.ts";

/** A member that does not answer this one. */
export interface SilentMember {
  id: string;
  /** `10.0.0.8:2380`, when a line names it. */
  address: string | null;
  count: number;
  lines: MatchedText[];
}

const LINES = "etcd-no-leader-lines";

export const timeOf = ({ at }: Evidence): number | null => at?.best ?? null;

/** The lines of the marker that have one of these groups. */
export function linesOf(view: RuleView, ...groups: string[]): MatchedText[] {
  return view.matches(LINES).filter(({ captures }) => groups.some((group) => captures[group] !== undefined));
}

export function silentMembers(view: RuleView): SilentMember[] {
  const members = new Map<string, SilentMember>();
  for (const line of linesOf(view, "peer")) {
    const { member: id = "", address } = line.captures;
    const known = members.get(id) ?? { id, address: null, count: 0, lines: [] };
    known.address ??= address?.replace(/^https?:\/\//, "") ?? null;
    known.count += line.count;
    known.lines.push(line);
    members.set(id, known);
  }
  return [...members.values()];
}

/** How many members have a vote, as the newest line says. Null when none does. */
function memberCount(view: RuleView): number | null {
  const said = linesOf(view, "voters", "cluster").at(-1)?.captures;
  if (!said) return null;
  if (said["voters"] !== undefined) return said["voters"].trim().split(/ +/).length;
  const names = (said["cluster"] ?? "").split(",").map((member) => member.split("=", 1)[0]);
  return new Set(names).size;
}

function spanOf({ lines }: SilentMember): { from: number; to: number } {
  return {
    from: Math.min(...lines.map((line) => timeOf(line.first()) ?? -Infinity)),
    to: Math.max(...lines.map((line) => timeOf(line.last()) ?? Infinity)),
  };
}

/** Whether so many members are silent at the same time that the others are no majority. */
export function isQuorumBroken(view: RuleView, silent: SilentMember[]): boolean {
  const all = memberCount(view);
  if (all === null) return false;
  const spans = silent.filter(({ count }) => count > 1).map(spanOf);
  const together = spans.map(({ from }) => spans.filter((other) => other.from <= from && from <= other.to).length);
  return all - Math.max(0, ...together) < Math.floor(all / 2) + 1;
}

/** When etcd last did something that only a cluster with a leader does. */
export function lastAgreement(view: RuleView): number | null {
  const times = linesOf(view, "works").map((line) => timeOf(line.last()) ?? -Infinity);
  return times.length === 0 ? null : Math.max(...times);
}
