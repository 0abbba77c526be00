/** Elections that elect nobody, and peers that do not answer. */
import type { FindingDraft } from "../model/rule.ts";
import type { MatchedText, RuleView, StructuralRule } from "./types.ts";
import { stillActive, windowOf } from "./_time.ts";

/** Lines of trouble that are more than a peer's restart. */
const SOME = 3;
/** Elections without a leader that are more than a slow start. */
const VAIN_ELECTIONS = 3;

const total = (matches: MatchedText[]): number => matches.reduce((sum, { count }) => sum + count, 0);
const timeOf = (match: MatchedText): number => match.last().at?.best ?? 0;

function evaluate(view: RuleView): FindingDraft[] {
  const lines = view.matches("etcd-no-leader-lines");
  const of = (...names: string[]): MatchedText[] =>
    lines.filter(({ captures }) => names.some((name) => captures[name] !== undefined));
  const [elections, elected, trouble] = [of("election"), of("elected"), of("lost", "peer")];
  const isVain = total(elections) - total(elected) >= VAIN_ELECTIONS;
  if (total(trouble) < SOME && !isVain) return [];
  const shown = [...trouble, ...(isVain ? elections : [])];
  const firsts = shown.slice(0, 100).map((match) => match.first());
  const lasts = shown
    .slice(-100)
    .toSorted((a, b) => timeOf(a) - timeOf(b))
    .map((match) => match.last());
  const [first, last] = [firsts[0], lasts.at(-1)];
  if (!first || !last) return [];
  const isOver = elected.some((match) => timeOf(match) > (last.at?.best ?? Infinity)) && total(of("peer")) === 0;
  const count = total(shown);
  const words = shown.map(({ captures: { lost, peer, election } }) => lost ?? peer ?? `one ${election}`);
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

const elections = (from: number, count: number): string[] =>
  Array.from(
    { length: count },
    (_, index) =>
      `2026-03-02 11:46:${from + index}.869754 I | raft: 8211f1d0f64f3269 is starting a new election at term ${index + 2}`,
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
        "etcd.log": Array.from(
          { length: 3 },
          (_, index) =>
            `2026-03-02 11:46:2${index}.869754 W | rafthttp: health check for peer 8211f1d0f64f3269 could not connect: dial tcp 10.0.0.8:2380: connect: no route to host`,
        ).join("\n"),
      },
    ],
    quiet: [
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
