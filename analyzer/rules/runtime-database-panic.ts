/**
 * A panic of bbolt in a log of docker or containerd: the message names no program, so the log that it stands in tells.
 * etcd's own is told by the rules about etcd.
 */
import type { FindingDraft } from "../model/rule.ts";
import { windowOf } from "./_time.ts";
import type { MatchedText, RuleView, StructuralRule } from "./types.ts";

const RUNTIME = /(?:^|[/_.-])(?:dockerd|docker|containerd|balenad?|moby|podman)(?:$|[/_.-])/i;
const ETCD = /etcd/i;

function ofRuntime(match: MatchedText, stacks: MatchedText[]): boolean {
  const { witness, artifact } = match.first();
  if (ETCD.test(witness) || ETCD.test(artifact)) return false;
  if (/^\s*(?:dockerd|containerd|balenad)$/i.test(witness)) return true;
  // The stack that is printed below the panic was built from the runtime's own source.
  if (stacks.some((stack) => stack.first().artifact === artifact && stack.first().witness === witness)) return true;
  // `docker logs` of some container is no log of docker's own.
  return RUNTIME.test(artifact) && !/docker[-_]?logs?/i.test(artifact);
}

function evaluate(view: RuleView): FindingDraft[] {
  if (view.findings("etcd-database-damaged").length > 0) return [];
  const stacks = view.matches("bolt-frame");
  const own = view.matches("bolt-panic").filter((match) => ofRuntime(match, stacks));
  if (own.length === 0) return [];
  const evidence = own.slice(0, 6).map((match) => match.first());
  const who = [...new Set(evidence.map(({ witness, artifact }) => (RUNTIME.test(witness) ? witness : artifact)))];
  const what = [...new Set(own.map(({ captures }) => captures["what"] ?? ""))].slice(0, 2).join("; ");
  return [
    {
      subject: "",
      title: `The container runtime ends inside of its own database: ${what}`,
      summary: `${who.join(", ")} panics when it opens a database of its own (bbolt): ${what}. The file contradicts itself; a write to it was cut off.`,
      confidence: /SIGBUS/.test(what) ? "likely" : "certain",
      window: windowOf(evidence.map(({ at }) => at)),
      active: null,
      count: own.reduce((sum, match) => sum + match.count, 0),
      evidence,
      entities: [],
    },
  ];
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "runtime-database-panic",
  title: "The container runtime ends inside of its own database",
  passTitle: "The container runtime did not end inside of its own database",
  why: "containerd and docker keep their state in bbolt files. Until the damaged one is moved away, the runtime ends at each start, and no container runs.",
  layer: "runtime",
  role: "cause",
  cause: "runtime-state-corruption",
  severity: "critical",
  confidence: "likely",
  explains: [
    "runtime-database-damaged",
    "runtime-unreachable",
    "runtime-unit-down",
    "node-agent-down",
    "unit-restarts",
    "pleg-unhealthy",
    "layer:kubelet",
    "layer:etcd",
    "layer:apiserver",
    "layer:network",
    "layer:workload",
    "layer:client",
  ],
  remedy: [
    {
      text: "See which database was being opened; the lines after the panic name it.",
      command: "sudo journalctl -u docker -u containerd -n 120 --no-pager | grep -A30 panic",
      risk: "safe",
    },
    {
      text: "Stop the runtime and keep a copy of its databases.",
      command:
        "sudo systemctl stop kubelet docker docker.socket containerd; sudo tar -czf /media/usb/runtime-db.tar.gz /var/lib/containerd/io.containerd.metadata.v1.bolt /var/lib/docker/network/files /var/lib/docker/buildkit /var/lib/docker/volumes/metadata.db /var/lib/containers/storage/libpod/bolt_state.db",
      risk: "backup",
    },
    {
      text: "Move the one that is named away and start the runtime. It makes a new one; what was in the old one (networks, or containerd's images) has to be made again.",
      command: "sudo mv <database> <database>.damaged; sudo systemctl start containerd docker kubelet",
      risk: "change",
    },
  ],
  references: ["https://github.com/containerd/containerd/issues/3347", "https://github.com/moby/moby/issues/42099"],
  needs: ["runtime-log"],
  evaluate,
  cases: {
    fires: [
      {
        "journal.txt":
          "Mar 04 11:12:13 n7 containerd[412]: panic: freepages: failed to get all reachable pages (page 99112: out of bounds: 90)\n",
      },
      {
        "notes.txt":
          "panic: page 7 already freed\n\ngoroutine 1 [running]:\ngo.etcd.io/bbolt.(*freelist).free(0xc0009f9900, 0x339)\n        /root/build-deb/engine/vendor/go.etcd.io/bbolt/freelist.go:175 +0x2c8\n",
      },
    ],
    quiet: [
      {
        "notes.txt":
          "panic: page 7 already freed\n\ngoroutine 1 [running]:\ngo.etcd.io/bbolt.(*freelist).free(0xc0009f9900, 0x339)\n        /go/pkg/mod/go.etcd.io/bbolt@v1.3.6/freelist.go:175 +0x2c8\n",
      },
      { "etcd.log": "panic: freepages: failed to get all reachable pages (page 99112: out of bounds: 90)\n" },
      {
        "journal.txt":
          'Mar 04 11:12:13 n7 containerd[412]: time="2024-03-04T11:12:13Z" level=info msg="containerd successfully booted"\n',
      },
    ],
  },
};

export default rule;
