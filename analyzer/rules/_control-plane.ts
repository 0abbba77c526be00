/** Lines of the cluster's own programs, told by who wrote them, and findings that are made of such lines. */
import type { Evidence, FindingDraft } from "../model/rule.ts";
import { stillActive, windowOf } from "./_time.ts";
import type { MatchedText, RuleView } from "./types.ts";

/** The programs of a node or control plane, as journals and file names call them. */
export const PROGRAMS =
  /^(?:k3s|rke2|k0s|k8e|kubelet|kubelite|k8s-dqlite|etcd|kube-(?:apiserver|controller-manager|scheduler)|(?:snap\.)?microk8s\.daemon)(?![a-z])|^etcd(?:\d|-wrapper|-member)/i;

export const isOfControlPlane = ({ witness }: Evidence): boolean => PROGRAMS.test(witness);

const timeOf = ({ at }: Evidence): number => at?.best ?? 0;

/** What every finding has that is made of matched lines. Null without any. */
export function sumOf(
  view: RuleView,
  lines: MatchedText[],
): Pick<FindingDraft, "window" | "active" | "count" | "evidence"> | null {
  const firsts = lines.slice(0, 100).map((line) => line.first());
  const lasts = lines
    .slice(-100)
    .map((line) => line.last())
    .toSorted((a, b) => timeOf(a) - timeOf(b));
  const [first, last] = [firsts[0], lasts.at(-1)];
  if (!first || !last) return null;
  const count = lines.reduce((sum, line) => sum + line.count, 0);
  return {
    window: windowOf([...firsts, ...lasts].map(({ at }) => at)),
    active: stillActive(first, last, count, view),
    count,
    evidence: [...firsts.slice(0, 5), last],
  };
}
