/** Members of etcd with different cluster IDs. Both sides say so: whose data is wrong, only what becomes of them tells. */
import type { FindingDraft } from "../model/rule.ts";
import type { RuleView, StructuralRule } from "./types.ts";
import { timeOf } from "./_etcd-members.ts";
import { stillActive, windowOf } from "./_time.ts";

/** Findings that show that the side which speaks is the one that does not work. */
const FAILURES = ["etcd-no-leader", "node-agent-down", "crash-loop", "container-restarting"];

function evaluate(view: RuleView): FindingDraft[] {
  const lines = view.matches("etcd-cluster-id-lines");
  const firsts = lines.slice(0, 100).map((line) => line.first());
  const lasts = lines.map((line) => line.last()).toSorted((a, b) => (timeOf(a) ?? 0) - (timeOf(b) ?? 0));
  const [first, last] = [firsts[0], lasts.at(-1)];
  if (!first || !last) return [];
  const count = lines.reduce((sum, line) => sum + line.count, 0);
  const others = [...new Set(lines.flatMap(({ captures }) => captures["member"] ?? []))];
  const name = others.length === 0 ? "Another member" : `Member ${others.slice(0, 3).join(", ")}`;
  const fails = FAILURES.some((rule) => view.findings(rule).length > 0);
  return [
    {
      subject: "",
      title: fails
        ? "This etcd does not belong to its cluster any more: other cluster ID"
        : `${name} of etcd has another cluster ID`,
      summary: fails
        ? `etcd and other members ignore each other, ${count} times, because their cluster IDs differ, and this one does not work. Its data is probably of another cluster.`
        : `etcd and other members ignore each other, ${count} times, because their cluster IDs differ. One of them has data of another cluster; the lines do not tell which.`,
      confidence: fails ? "possible" : "certain",
      ...(fails ? { role: "cause", cause: "etcd-quorum", severity: "critical" } : {}),
      window: windowOf([...firsts, last].map(({ at }) => at)),
      active: stillActive(first, last, count, view),
      count,
      evidence: [...firsts.slice(0, 5), last],
      entities: [],
    },
  ];
}

const mismatch =
  "Mar 02 11:46:20 n7 etcd[900]: request sent was ignored (cluster ID mismatch: remote[8e9e05c52164694d]=7e27652122e8b2ae, local=cdf818194e3a8c32)";

const rule: StructuralRule = {
  type: "structural",
  stage: 2,
  id: "etcd-other-cluster",
  title: "A member of etcd has another cluster ID",
  passTitle: "All members of etcd had the same cluster ID",
  why: "A member that was made anew, or restored from another snapshot than the others, has another cluster ID. The members ignore each other; both sides say so.",
  layer: "etcd",
  role: "symptom",
  cause: "unknown",
  severity: "minor",
  confidence: "certain",
  explains: [
    "etcd-no-leader",
    "etcd-refused",
    "etcd-timeouts",
    "node-agent-down",
    "crash-loop",
    "layer:apiserver",
    "layer:client",
  ],
  remedy: [
    {
      text: "Ask each member for the list of members and the cluster's ID. The ID that most of them have is the right one.",
      command: "etcdctl endpoint status --cluster -w table; etcdctl member list",
      risk: "safe",
    },
    {
      text: "On the member that is alone with its ID, keep a copy of the data directory.",
      command: "sudo tar -czf /media/usb/etcd.tar.gz /var/lib/etcd /var/lib/rancher/*/server/db",
      risk: "backup",
    },
    {
      text: "Remove its old entry on one of the others, move its data away, and let it join as a new member.",
      command: "etcdctl member remove <id>; sudo mv /var/lib/etcd /var/lib/etcd.before",
      risk: "change",
    },
  ],
  references: ["https://etcd.io/docs/v3.5/op-guide/runtime-configuration/"],
  needs: ["logs"],
  evaluate,
  cases: {
    fires: [
      { "journal.txt": mismatch },
      {
        "journal.txt": [
          mismatch,
          "Mar 02 11:46:21 n7 systemd[1]: k3s.service: Main process exited, code=exited, status=1/FAILURE",
          "Mar 02 11:46:21 n7 systemd[1]: k3s.service: Failed with result 'exit-code'.",
        ].join("\n"),
      },
    ],
    quiet: [{ "journal.txt": "Mar 02 11:46:20 n7 etcd[900]: saved snapshot at index 20002" }],
  },
};

export default rule;
