/** Nodes that the API shows as not ready: a symptom, and none at all before a network add-on is installed. */
import type { FindingDraft } from "../model/rule.ts";
import type { MatchedText, RuleView, StructuralRule } from "./types.ts";

/** Findings that tell of more than an add-on that is not there yet. */
const BROKEN = [
  "sandbox-network-failed",
  "pleg-unhealthy",
  "node-agent-down",
  "runtime-unit-down",
  "runtime-unreachable",
];

/** Whether an old event tells that a node was not ready, and the node is shown as ready since. */
function isOver(row: MatchedText, ready: MatchedText[]): boolean {
  if (row.captures["state"] !== "NodeNotReady") return false;
  const then = row.last();
  return ready.some(({ captures, last }) => {
    const line = last();
    const isOwn = captures["node"] === row.captures["node"];
    if (captures["state"] !== "NodeReady")
      return isOwn || (captures["node"] === undefined && line.artifact === then.artifact);
    if (!isOwn) return false;
    if (line.artifact === then.artifact) return line.line > then.line;
    return line.at !== null && then.at !== null && line.at.best > then.at.best;
  });
}

function evaluate(view: RuleView): FindingDraft[] {
  const ready = view.matches("node-ready-row");
  const rows = view.matches("node-row").filter((row) => !isOver(row, ready));
  const first = rows[0];
  if (!first) return [];
  const nodes = [...new Set(rows.flatMap(({ captures }) => captures["node"] ?? []))];
  const silent = rows.filter(({ captures }) => captures["state"]?.startsWith("NodeStatusUnknown"));
  const waiting = view.matches("network-not-ready").length > 0 && silent.length === 0;
  const harmless = waiting && BROKEN.every((rule) => view.findings(rule).length === 0);
  const named = nodes.length === 0 ? "A node" : nodes.slice(0, 4).join(", ");
  const why = harmless
    ? " No network add-on (CNI) is installed yet, so that this is expected; it ends once one is."
    : silent.length > 0
      ? " Its kubelet stopped posting node status (NodeStatusUnknown): all that the API knows is since when."
      : "";
  return [
    {
      subject: "",
      title: `${named} ${nodes.length > 1 ? "are" : "is"} NotReady`,
      summary: `The API shows ${nodes.length === 0 ? "a node" : nodes.join(", ")} as NotReady.${why}`,
      confidence: "certain",
      severity: harmless ? "info" : "major",
      window: null,
      active: null,
      count: rows.length,
      evidence: rows.slice(0, 8).map((row) => row.first()),
      entities: [],
    },
  ];
}

const rule: StructuralRule = {
  type: "structural",
  stage: 2,
  id: "node-not-ready",
  title: "A node is NotReady",
  passTitle: "The API showed no node as NotReady",
  why: "NotReady is what others see of a node that is in trouble, or of one that has no network add-on yet. The reason is on the node itself.",
  layer: "client",
  role: "symptom",
  cause: "unknown",
  severity: "major",
  confidence: "certain",
  explains: [],
  remedy: [],
  references: ["https://kubernetes.io/docs/reference/node/node-status/"],
  needs: ["logs"],
  evaluate,
  cases: {
    fires: [
      { "nodes.txt": "NAME   STATUS     ROLES    AGE   VERSION\nn7     NotReady   <none>   31d   v1.28.3\n" },
      {
        "events.txt": [
          "  Normal   NodeReady      6m48s   kubelet   Node n7 status is now: NodeReady",
          "  Normal   NodeNotReady   4m22s   kubelet   Node n7 status is now: NodeNotReady",
        ].join("\n"),
      },
    ],
    quiet: [
      { "nodes.txt": "NAME   STATUS   ROLES    AGE   VERSION\nn7     Ready    <none>   31d   v1.28.3\n" },
      {
        "events.txt": [
          "  Normal   NodeNotReady   4m22s   kubelet   Node n7 status is now: NodeNotReady",
          "  Normal   NodeReady      4m12s   kubelet   Node n7 status is now: NodeReady",
        ].join("\n"),
      },
      {
        "describe.txt": [
          "  Ready            True    Mon, 02 Mar 2026 11:46:20 +0000   Mon, 02 Mar 2026 11:47:05 +0000   KubeletReady   kubelet is posting ready status",
          "  Normal   NodeNotReady   4m22s   kubelet   Node n7 status is now: NodeNotReady",
        ].join("\n"),
      },
    ],
  },
};

export default rule;
