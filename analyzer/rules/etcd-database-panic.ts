/** A bbolt panic in etcd's own log, when no frame of the stack names etcd: who wrote the line tells whose file it is. */
import type { StructuralRule } from "./types.ts";
import { windowOf } from "./_time.ts";
import etcdRemedy from "./_etcd-remedy.ts";

const ETCD = /(?:^|[^a-z])(?:etcd|k3s|rke2)(?![a-z])/i;

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "etcd-database-panic",
  title: "etcd's database file (bbolt) is damaged",
  passTitle: "etcd did not end because of its database file",
  why: "etcd keeps the state of the whole cluster in one bbolt file. When a write to it was cut off, by a loss of power as a rule, etcd ends in a panic at each start.",
  layer: "etcd",
  role: "effect",
  cause: "etcd-corruption",
  severity: "critical",
  confidence: "certain",
  explains: [
    "etcd-refused",
    "etcd-no-leader",
    "etcd-timeouts",
    "node-agent-down",
    "crash-loop",
    "layer:apiserver",
    "layer:network",
    "layer:workload",
    "layer:client",
  ],
  remedy: etcdRemedy,
  references: ["https://etcd.io/docs/v3.5/op-guide/recovery/", "https://github.com/etcd-io/bbolt"],
  needs: ["logs"],
  evaluate: (view) => {
    const own = view.matches("bolt-panic").filter((match) => ETCD.test(match.first().witness));
    const lines = own.map((match) => match.first());
    if (lines.length === 0) return [];
    return [
      {
        subject: "",
        title: "etcd's database file (bbolt) is damaged",
        summary: `etcd ends because its database file contradicts itself: ${own[0]?.captures["what"] ?? ""}.`,
        confidence: "certain",
        window: windowOf(lines.map(({ at }) => at)),
        active: null,
        openStart: true,
        count: own.reduce((sum, { count }) => sum + count, 0),
        evidence: lines.slice(0, 5),
        entities: [],
      },
    ];
  },
  cases: {
    fires: [
      {
        "journal.txt":
          "Mar 02 11:46:20 n7 etcd[900]: panic: freepages: failed to get all reachable pages (page 8241: multiple references)",
      },
    ],
    quiet: [
      {
        "journal.txt":
          "Mar 02 11:46:20 n7 containerd[900]: panic: freepages: failed to get all reachable pages (page 8241: multiple references)",
      },
    ],
  },
};

export default rule;
