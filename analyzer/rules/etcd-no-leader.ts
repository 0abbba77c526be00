/** Signs that etcd has no leader: it says so, elections elect nobody, or too few members answer for a majority. */
import type { FindingDraft } from "../model/rule.ts";
import type { MatchedText, RuleView, StructuralRule } from "./types.ts";
import { isQuorumBroken, lastAgreement, linesOf, silentMembers, timeOf } from "./_etcd-members.ts";
import { stillActive, windowOf } from "./_time.ts";

/** Lines that are more than the restart of a member. */
const SOME = 3;
/** Elections without a leader that are more than a slow start. */
const VAIN_ELECTIONS = 3;
/** So many terms a cluster only has after elections that elected nobody, or after years. */
const HIGH_TERM = 20;

const total = (matches: MatchedText[]): number => matches.reduce((sum, { count }) => sum + count, 0);
const endOf = (matches: MatchedText[]): number =>
  Math.max(-Infinity, ...matches.map((match) => timeOf(match.last()) ?? -Infinity));

function areVain(elections: MatchedText[], elected: MatchedText[], hasSilentMember: boolean): boolean {
  if (total(elections) - total(elected) >= VAIN_ELECTIONS) return true;
  const isHigh = elections.some(({ captures }) => Number(captures["term"]) >= HIGH_TERM);
  return isHigh && hasSilentMember && elected.length === 0;
}

/** The lines that prove that there is no leader; none when members are missing that the others can do without. */
function proofs(view: RuleView): MatchedText[] {
  const [lost, elections, elected] = [linesOf(view, "lost"), linesOf(view, "election"), linesOf(view, "elected")];
  const silent = silentMembers(view);
  const unanswered = silent.flatMap(({ lines }) => lines);
  const agreed = lastAgreement(view) ?? -Infinity;
  const found = Math.max(agreed, endOf(elected));
  const isBroken = isQuorumBroken(view, silent) && agreed < endOf(unanswered);
  const isVain = areVain(elections, elected, silent.length > 0);
  const isLost =
    lost.length > 0 && (total(lost) >= SOME || (total([...lost, ...unanswered]) >= SOME && found < endOf(lost)));
  if (!isLost && !isVain && !isBroken) return [];
  return [...lost, ...unanswered, ...(isVain ? elections : [])];
}

function evaluate(view: RuleView): FindingDraft[] {
  const shown = proofs(view);
  const firsts = shown.slice(0, 100).map((match) => match.first());
  const lasts = shown
    .slice(-100)
    .map((match) => match.last())
    .toSorted((a, b) => (timeOf(a) ?? 0) - (timeOf(b) ?? 0));
  const [first, last] = [firsts[0], lasts.at(-1)];
  if (!first || !last) return [];
  const end = timeOf(last) ?? Infinity;
  const isOver = endOf(linesOf(view, "elected", "works")) > end && silentMembers(view).length === 0;
  const count = total(shown);
  const words = shown.map(({ captures: { lost, peer, election } }) => lost ?? peer?.trim() ?? `one ${election}`);
  return [
    {
      subject: "",
      title: "etcd has no leader, because too few of its members answer",
      summary: `etcd cannot elect a leader or does not reach its peers, ${count} lines: ${[...new Set(words)].slice(0, 3).join(", ")}. Without more than half of its members it does nothing.`,
      confidence: "likely",
      window: windowOf([...firsts, ...lasts].map(({ at }) => at)),
      active: isOver ? false : stillActive(first, last, count, view),
      count,
      evidence: [...firsts.slice(0, 5), last],
      entities: [],
    },
  ];
}

const elections = (from: number, count: number, term = 2): string[] =>
  Array.from(
    { length: count },
    (_, index) =>
      `2026-03-02 11:46:${from + index}.869754 I | raft: 8211f1d0f64f3269 is starting a new election at term ${index + term}`,
  );

const unanswered = (member: string, count: number): string[] =>
  Array.from(
    { length: count },
    (_, index) =>
      `2026-03-02 11:46:2${index}.869754 W | rafthttp: health check for peer ${member} could not connect: dial tcp 10.0.0.8:2380: connect: no route to host`,
  );

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "etcd-no-leader",
  title: "etcd has no leader, because too few of its members answer",
  passTitle: "etcd had a leader",
  why: "etcd needs more than half of its members. A member that was lost, or a network that parts them, stops the whole cluster.",
  layer: "etcd",
  role: "effect",
  cause: "etcd-quorum",
  severity: "major",
  confidence: "likely",
  explains: [
    "etcd-timeouts",
    "etcd-refused",
    "leader-election-lost",
    "node-agent-down",
    "crash-loop",
    "layer:apiserver",
    "layer:client",
  ],
  remedy: [
    {
      text: "See which members there are and which answer.",
      command: "etcdctl member list -w table; etcdctl endpoint health --cluster",
      risk: "safe",
    },
    {
      text: "Before its membership is changed, copy the files of a member that is left to another machine.",
      command: "sudo tar -C /var/lib -czf - etcd | ssh <other machine> 'cat > etcd-before.tar.gz'",
      risk: "backup",
    },
    {
      text: "Bring the lost members back. Only when more than half of them are gone for good: start the one that is left once with --force-new-cluster (k3s: k3s server --cluster-reset), which forgets all others.",
      risk: "change",
    },
  ],
  references: ["https://etcd.io/docs/v3.5/op-guide/recovery/"],
  needs: ["logs"],
  evaluate,
  cases: {
    fires: [
      { "etcd.log": elections(20, 5).join("\n") },
      {
        "etcd.log": [
          "2026-03-02 11:46:19.869754 I | etcdmain: --initial-cluster=n7=https://10.0.0.7:2380,n8=https://10.0.0.8:2380",
          ...unanswered("8211f1d0f64f3269", 3),
        ].join("\n"),
      },
      { "etcd.log": [...unanswered("8211f1d0f64f3269", 1), ...elections(20, 1, 61)].join("\n") },
    ],
    quiet: [
      { "etcd.log": unanswered("8211f1d0f64f3269", 9).join("\n") },
      {
        // Two members of three go on.
        "etcd.log": [
          "2026-03-02 11:46:19.869754 I | etcdmain: --initial-cluster=n7=https://10.0.0.7:2380,n8=https://10.0.0.8:2380,n9=https://10.0.0.9:2380",
          ...unanswered("8211f1d0f64f3269", 9),
        ].join("\n"),
      },
      { "etcd.log": elections(20, 1, 61).join("\n") },
      {
        // A single member elects itself at each of its starts.
        "etcd.log": [10, 20, 30, 40]
          .flatMap((second) => [
            ...elections(second, 1),
            `2026-03-02 11:46:${second + 1}.869754 I | raft: raft.node: 8211f1d0f64f3269 elected leader 8211f1d0f64f3269 at term 3`,
          ])
          .join("\n"),
      },
    ],
  },
};

export default rule;
