/** A member of etcd that does not answer, while nothing shows that the others lack a leader. */
import type { FindingDraft } from "../model/rule.ts";
import type { RuleView, StructuralRule } from "./types.ts";
import { silentMembers, timeOf, type SilentMember } from "./_etcd-members.ts";
import { stillActive, windowOf } from "./_time.ts";

/** Lines that are more than the restart of a member. */
const SOME = 3;

function draftFor(view: RuleView, { id, address, count, lines }: SilentMember): FindingDraft | null {
  const firsts = lines.map((line) => line.first());
  const lasts = lines.map((line) => line.last()).toSorted((a, b) => (timeOf(a) ?? 0) - (timeOf(b) ?? 0));
  const [first, last] = [firsts[0], lasts.at(-1)];
  if (count < SOME || !first || !last) return null;
  const name = `${id}${address === null ? "" : ` at ${address}`}`;
  return {
    subject: id,
    title: `Member ${name} of etcd does not answer`,
    summary: `The member ${name} of etcd does not answer, ${count} lines. The others go on as long as they are more than half of all.`,
    confidence: "certain",
    window: windowOf([...firsts, ...lasts].map(({ at }) => at)),
    active: stillActive(first, last, count, view),
    count,
    evidence: [...firsts.slice(0, 5), last],
    entities: [],
  };
}

const line = (second: number): string =>
  `2026-03-02 11:46:${second}.869754 W | etcdserver: failed to reach the peerURL(https://10.0.0.8:2380) of member 8211f1d0f64f3269 (Get https://10.0.0.8:2380/version: EOF)`;

const rule: StructuralRule = {
  type: "structural",
  stage: 2,
  id: "etcd-member-silent",
  title: "A member of etcd does not answer",
  passTitle: "All members of etcd answered",
  why: "A cluster of etcd goes on without some of its members, as long as more than half are left. One that was deleted without being removed from the list of members is asked for ever.",
  layer: "etcd",
  role: "symptom",
  cause: "unknown",
  severity: "minor",
  confidence: "certain",
  explains: [],
  remedy: [
    {
      text: "See which members there are and which answer. Look at the one that does not, or remove it from the list if it is gone for good.",
      command: "etcdctl member list -w table; etcdctl endpoint health --cluster",
      risk: "safe",
    },
  ],
  references: ["https://etcd.io/docs/v3.5/op-guide/runtime-configuration/"],
  needs: ["logs"],
  evaluate: (view) => {
    if (view.findings("etcd-no-leader").length > 0) return [];
    return silentMembers(view).flatMap((member) => draftFor(view, member) ?? []);
  },
  cases: {
    fires: [{ "etcd.log": [20, 25, 30].map(line).join("\n") }],
    quiet: [
      { "etcd.log": [20, 25].map(line).join("\n") },
      {
        "etcd.log": [
          ...[20, 25, 30].map(line),
          ...[31, 32, 33].map(
            (second) =>
              `2026-03-02 11:46:${second}.869754 I | raft: 9a11f1d0f64f3270 is starting a new election at term ${second}`,
          ),
        ].join("\n"),
      },
    ],
  },
};

export default rule;
