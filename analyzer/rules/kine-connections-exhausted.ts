/** The external database of k3s that takes no further connection. Databases of applications say the same. */
import { sumOf } from "./_control-plane.ts";
import type { MatchedText, StructuralRule } from "./types.ts";

const KINE = /^(?:k3s|rke2|k0s|kine)(?![a-z])/i;
const KINE_WORDS = /\/registry\/|\bkine\b|creating storage endpoint/;

function isOfKine(line: MatchedText): boolean {
  const { witness, text } = line.first();
  return KINE.test(witness) || KINE_WORDS.test(text);
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "kine-connections-exhausted",
  title: "The database that keeps this cluster has no connection left",
  passTitle: "The database of this cluster had connections left",
  why: "k3s may keep the cluster in a database of MySQL or PostgreSQL. That takes a limited number of connections; when other programs or k3s itself hold all of them, every request of the cluster fails.",
  layer: "etcd",
  role: "cause",
  cause: "resource-leak",
  severity: "critical",
  confidence: "likely",
  explains: [
    "etcd-timeouts",
    "leader-election-lost",
    "node-agent-down",
    "crash-loop",
    "layer:apiserver",
    "layer:workload",
    "layer:client",
  ],
  remedy: [
    {
      text: "On the database see who holds the connections, and how many it takes.",
      command:
        "psql -c 'select usename, application_name, count(*) from pg_stat_activity group by 1, 2; show max_connections'",
      risk: "safe",
    },
    {
      text: "Limit the connections of k3s on all servers (--datastore-max-open-connections), or let the database take more.",
      risk: "change",
    },
  ],
  references: ["https://docs.k3s.io/datastore"],
  needs: ["logs"],
  evaluate: (view) => {
    const lines = view.matches("database-connections-lines").filter(isOfKine);
    const sum = sumOf(view, lines);
    if (sum === null) return [];
    const what = lines[0]?.captures["what"] ?? "";
    return [
      {
        ...sum,
        subject: "",
        title: `The database that keeps this cluster has no connection left: ${what}`,
        summary: `The external database refuses k3s, ${sum.count} times: ${what}.`,
        confidence: "likely",
        entities: [],
      },
    ];
  },
  cases: {
    fires: [
      {
        "journal.txt":
          'Mar 02 11:46:20 n7 k3s[700]: time="2022-03-02T11:46:20Z" level=error msg="error while range on /registry/leases /registry/leases: FATAL: remaining connection slots are reserved for non-replication superuser connections (SQLSTATE 53300)"',
      },
    ],
    quiet: [
      {
        "shop.log":
          "2022-03-02 11:46:20 FATAL: remaining connection slots are reserved for non-replication superuser connections",
      },
    ],
  },
};

export default rule;
