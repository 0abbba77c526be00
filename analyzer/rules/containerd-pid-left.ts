/** docker believes that its containerd runs, because a file names the number of a process, and waits for it in vain. */
import type { FindingDraft } from "../model/rule.ts";
import { stillActive, windowOf } from "./_time.ts";
import type { RuleView, StructuralRule } from "./types.ts";

function evaluate(view: RuleView): FindingDraft[] {
  const lines = view.matches("containerd-pid-line");
  const running = lines.find(({ captures }) => captures["running"]);
  const waited = lines.filter(({ captures }) => captures["timeout"]);
  const last = waited.at(-1);
  if (!running || !last) return [];
  const count = waited.reduce((sum, match) => sum + match.count, 0);
  const pid = running.captures["pid"];
  const evidence = [running.first(), last.first()];
  return [
    {
      subject: "",
      title: "docker does not start: a file says that its containerd runs already",
      summary: `docker found a file that names its containerd${pid ? ` (process ${pid})` : ""}, did not start another one, and gave up waiting for it, ${count === 1 ? "once" : `${count} times`}. The number now belongs to another process.`,
      confidence: "likely",
      window: windowOf(evidence.map(({ at }) => at)),
      active: stillActive(last.first(), last.last(), count, view),
      count,
      evidence,
      entities: [],
    },
  ];
}

const RUNNING = 'time="2026-03-02T11:46:20Z" level=info msg="libcontainerd: containerd is still running" pid=61\n';
const TIMEOUT = "failed to start containerd: timeout waiting for containerd to start\n";

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "containerd-pid-left",
  title: "docker does not start: a file says that its containerd runs already",
  passTitle: "No file of an earlier containerd kept docker from starting",
  why: "A docker that starts its own containerd writes the number of its process to a file. Where the file outlives both, in a container that is restarted or after a power cut, docker takes any process of this number for its containerd.",
  layer: "runtime",
  role: "cause",
  cause: "runtime-state-corruption",
  severity: "critical",
  confidence: "likely",
  explains: [
    "runtime-unreachable",
    "runtime-unit-down",
    "node-agent-down",
    "unit-restarts",
    "crash-loop",
    "layer:kubelet",
    "layer:workload",
    "layer:client",
  ],
  remedy: [
    {
      text: "See what the file holds, and whether that process is a containerd.",
      command: "sudo cat /var/run/docker/containerd/containerd.pid; ps -eo pid,args | grep '[c]ontainerd'",
      risk: "safe",
    },
    {
      text: "Keep a copy of the file.",
      command: "sudo cp -a /var/run/docker/containerd/containerd.pid /root/",
      risk: "backup",
    },
    {
      text: "Remove it, if no containerd has that number, and start docker. A docker in a container is created anew, with /var/run not in a volume.",
      command: "sudo rm /var/run/docker/containerd/containerd.pid; sudo systemctl start docker",
      risk: "change",
    },
  ],
  references: ["https://github.com/moby/moby/blob/master/daemon/internal/libcontainerd/supervisor/remote_daemon.go"],
  needs: ["runtime-log"],
  evaluate,
  cases: {
    fires: [{ "dockerd.log": RUNNING + TIMEOUT }],
    quiet: [{ "dockerd.log": RUNNING }, { "dockerd.log": TIMEOUT }],
  },
};

export default rule;
