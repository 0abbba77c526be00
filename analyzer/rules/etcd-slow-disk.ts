/** etcd's complaints about its disk, and whether anything came of them. */
import type { FindingDraft, RemedyStep } from "../model/rule.ts";
import type { MatchedText, RuleView, StructuralRule } from "./types.ts";
import { stillActive, windowOf } from "./_time.ts";

/** Effects that a slow disk has when it is too slow. */
const CONSEQUENCES = ["etcd-timeouts", "leader-election-lost", "etcd-no-leader"];
/** Complaints that are too many for an evening's backup. */
const MANY = 10;
/** With words that speak of the disk itself, a few are enough. */
const SOME = 3;
/** The log was written too slowly: the disk, and not a peer or the processor. */
const OF_THE_DISK =
  /fdatasync|sync duration|slow disk|Slow SQL|database is locked|stored in database|Transaction committed/i;
/** k3s without etcd keeps its objects in a SQLite file, through kine. */
const OF_KINE = /Slow SQL|database is locked/;
/** Other programs have SQLite files too. */
const KEEPS_IN_KINE = /k3s|rke2|kine|k8s-dqlite|\/registry\//i;

/** Whether the complaints are about the disk, and more than a busy hour brings. */
function enough(view: RuleView, count: number, words: string[]): boolean {
  const strong = words.some((word) => OF_THE_DISK.test(word));
  if (strong) return count >= SOME;
  // Without its peers every request of etcd takes too long.
  return count >= MANY && view.findings("etcd-no-leader").length === 0;
}

/** Whether a line is of the cluster's datastore, and not of some program with a database of its own. */
function ofDatastore(match: MatchedText): boolean {
  if (!OF_KINE.test(match.captures["what"] ?? "")) return true;
  const { witness, artifact, text } = match.first();
  return [witness, artifact, text].some((word) => KEEPS_IN_KINE.test(word));
}

const KINE_REMEDY: RemedyStep[] = [
  {
    text: "See how big the datastore is, and what else keeps the disk busy.",
    command: "sudo ls -la /var/lib/rancher/k3s/server/db; cat /proc/pressure/io; iostat -dx 5 2 2>/dev/null",
    risk: "safe",
  },
  {
    text: "Keep a copy of the datastore, taken while k3s does not write to it.",
    command:
      "sudo systemctl stop k3s; sudo tar -czf /media/usb/k3s-db.tar.gz /var/lib/rancher/k3s/server; sudo systemctl start k3s",
    risk: "backup",
  },
  {
    text: "Move /var/lib/rancher from the SD card to an SSD. A cluster with much in it is better off with etcd (--cluster-init) than with SQLite.",
    risk: "change",
  },
];

function evaluate(view: RuleView): FindingDraft[] {
  const lines = ["etcd-slow-lines", "database-locked-lines"].flatMap((rule) => view.matches(rule)).filter(ofDatastore);
  const count = lines.reduce((sum, match) => sum + match.count, 0);
  const effects = CONSEQUENCES.filter((rule) => view.findings(rule).length > 0);
  const words = lines.map(({ captures }) => captures["what"] ?? "");
  if (effects.length === 0 || !enough(view, count, words)) return [];
  const firsts = lines.slice(0, 100).map((match) => match.first());
  const lasts = lines.slice(-100).map((match) => match.last());
  const last = lasts.toSorted((a, b) => (a.at?.best ?? 0) - (b.at?.best ?? 0)).at(-1);
  const first = firsts[0];
  if (!first || !last) return [];
  const kine = words.some((word) => OF_KINE.test(word));
  const complaints = [...new Set(words)].slice(0, 3).join(", ");
  return [
    {
      subject: "",
      title: kine
        ? `k3s's datastore (SQLite) is too slow for it: ${count} complaints, and requests or leaders were lost`
        : `etcd's disk is too slow for it: ${count} complaints, and requests or leaders were lost`,
      summary: kine
        ? `k3s complains ${count} times that its datastore is slow or locked (${complaints}), and in the same bundle requests time out or leaders are lost. Either the disk is too slow for it, or the database has grown too big.`
        : `etcd complains ${count} times that its disk is slow, and in the same bundle requests time out or leaders are lost.`,
      ...(kine ? { remedy: KINE_REMEDY } : {}),
      confidence: "likely",
      window: windowOf([...firsts, ...lasts].map(({ at }) => at)),
      active: stillActive(first, last, count, view),
      openStart: true,
      count,
      evidence: [...firsts.slice(0, 5), last],
      entities: [],
    },
  ];
}

const rule: StructuralRule = {
  type: "structural",
  stage: 2,
  id: "etcd-slow-disk",
  title: "etcd's disk is too slow for it",
  passTitle: "No sign that etcd's disk is too slow for it",
  why: "etcd writes every change to the disk before it answers. On a slow or worn SD card that takes seconds; then leases expire, leaders are lost, and the control plane restarts.",
  layer: "etcd",
  role: "cause",
  cause: "etcd-slow-disk",
  severity: "major",
  confidence: "likely",
  explains: [...CONSEQUENCES, "node-agent-down", "crash-loop", "layer:apiserver", "layer:client"],
  remedy: [
    {
      text: "Measure how long a write to the disk takes; etcd wants less than 10 ms for 99 of 100.",
      command:
        "fio --rw=write --ioengine=sync --fdatasync=1 --directory=/var/lib/etcd --size=22m --bs=2300 --name=etcd-check",
      risk: "safe",
    },
    {
      text: "Take a snapshot of etcd, then move it from the SD card to an SSD.",
      command: "etcdctl snapshot save /root/etcd-before.db",
      risk: "backup",
    },
  ],
  references: ["https://etcd.io/docs/v3.5/op-guide/hardware/#disks"],
  needs: ["logs"],
  evaluate,
  cases: {
    fires: [
      {
        "journal.txt": [
          ...Array.from(
            { length: 3 },
            (_, index) =>
              `Mar 02 11:46:2${index} n7 k3s[700]: time="2026-03-02T11:46:2${index}Z" level=error msg="error in txn: database is locked"`,
          ),
          'Mar 02 11:46:30 n7 k3s[700]: time="2026-03-02T11:46:30Z" level=fatal msg="leaderelection lost for k3s"',
        ].join("\n"),
      },
      {
        "etcd.log": [
          ...Array.from(
            { length: 12 },
            (_, index) =>
              `2026-03-02 11:46:${20 + index}.869754 W | etcdserver: read-only range request "key:\\"/registry/pods/n${index}\\" " with result "range_response_count:0 size:5" took too long (57${index}.1ms) to execute`,
          ),
          "2026-03-02 11:47:01.869754 W | etcdserver: request timed out",
        ].join("\n"),
      },
    ],
    quiet: [
      {
        "grafana.log": Array.from(
          { length: 4 },
          (_, index) =>
            `logger=sqlstore t=2026-03-02T11:46:2${index}Z level=error msg="save failed" error="database is locked"`,
        ).join("\n"),
        "kcm.log": "F0302 11:47:01.869754       1 controllermanager.go:320] leaderelection lost",
      },
      {
        "etcd.log": Array.from(
          { length: 12 },
          (_, index) =>
            `2026-03-02 11:46:${20 + index}.869754 W | etcdserver: read-only range request "key:\\"/registry/pods/n${index}\\" " with result "range_response_count:0 size:5" took too long (57${index}.1ms) to execute`,
        ).join("\n"),
      },
    ],
  },
};

export default rule;
