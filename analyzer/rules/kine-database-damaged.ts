/** The SQLite file that k3s keeps the cluster in is damaged: SQLite says so, and the line or its log names k3s or kine. */
import type { FindingDraft } from "../model/rule.ts";
import type { Damaged } from "./_sqlite.ts";
import { damagedDatabases, isOfCluster } from "./_sqlite.ts";
import { stillActive, windowOf } from "./_time.ts";
import type { RuleView, StructuralRule } from "./types.ts";

function evaluate(view: RuleView): FindingDraft[] {
  const own = damagedDatabases(view).filter(({ first }) => isOfCluster(first));
  const [one] = own;
  if (!one) return [];
  const count = own.reduce((sum, entry) => sum + entry.count, 0);
  const last = own.reduce((latest: Damaged, entry) =>
    (entry.last.at?.best ?? 0) >= (latest.last.at?.best ?? 0) ? entry : latest,
  ).last;
  const what = [...new Set(own.map((entry) => entry.what))].slice(0, 3).join(", ");
  const active = stillActive(one.first, last, count, view);
  return [
    {
      subject: "",
      title: `The datastore's SQLite file is damaged: ${what}`,
      summary: `SQLite says, ${count === 1 ? "once" : `${count} times`}: ${what}. In k3s this file (state.db) holds the state of the whole cluster.`,
      confidence: "certain",
      window: windowOf(own.flatMap((entry) => [entry.first.at, entry.last.at])),
      // Damage that was met once stays, however long nothing touches it.
      active: active === false && count < 3 ? null : active,
      count,
      counted: "line",
      evidence: own.slice(0, 8).map((entry) => entry.first),
      entities: [],
    },
  ];
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "kine-database-damaged",
  title: "The datastore's SQLite file is damaged",
  passTitle: "No datastore said that its file is damaged",
  why: "k3s keeps the cluster in one SQLite file unless it is told otherwise. A loss of power or a bad card in the middle of a write may spoil it; k3s then cannot read its own objects.",
  layer: "etcd",
  role: "effect",
  cause: "datastore-corruption",
  severity: "critical",
  confidence: "certain",
  explains: [
    "apiserver-storage-unreachable",
    "leader-election-lost",
    "node-agent-down",
    "unit-restarts",
    "layer:apiserver",
    "layer:network",
    "layer:workload",
    "layer:client",
  ],
  remedy: [
    {
      text: "Stop k3s and keep a copy of its database with the two files beside it.",
      command: "sudo systemctl stop k3s; sudo cp -a /var/lib/rancher/k3s/server/db /root/k3s-db-before",
      risk: "backup",
    },
    {
      text: "On the copy, see how much SQLite can still read.",
      command: "sqlite3 /root/k3s-db-before/state.db 'PRAGMA integrity_check' | head",
      risk: "safe",
    },
    {
      text: "Save what can be read into a new file, and put it in the place of the old one.",
      command:
        "sqlite3 /root/k3s-db-before/state.db .recover | sqlite3 /root/state.new.db; sudo cp /root/state.new.db /var/lib/rancher/k3s/server/db/state.db; sudo rm -f /var/lib/rancher/k3s/server/db/state.db-wal /var/lib/rancher/k3s/server/db/state.db-shm; sudo systemctl start k3s",
      risk: "change",
    },
  ],
  references: ["https://docs.k3s.io/datastore/backup-restore"],
  needs: ["logs"],
  evaluate,
  cases: {
    fires: [
      { "log.txt": "error while range on /registry/leases/kube-system/n7: database disk image is malformed\n" },
      { "log.txt": "building kine: file is not a database\n" },
      { "k3s.log": "database disk image is malformed\n" },
    ],
    quiet: [
      { "recorder.log": "(sqlite3.DatabaseError) database disk image is malformed\n" },
      {
        "k3s.log":
          "Slow SQL (started: 2026-03-02) (total time: 1.2s): SELECT (SELECT MAX(rkv.id) AS id FROM kine AS rkv)\n",
      },
    ],
  },
};

export default rule;
