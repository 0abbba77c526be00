/** The kernel wants one large piece of memory for a pair of network devices, where many small ones would do. */
import type { FindingDraft } from "../model/rule.ts";
import { stillActive, windowOf } from "./_time.ts";
import type { RuleView, StructuralRule } from "./types.ts";

function evaluate(view: RuleView): FindingDraft[] {
  const refused = view.matches("veth-no-memory");
  const [failure] = view.matches("large-page-failure");
  const [match] = refused;
  const last = refused.at(-1)?.last();
  if (!match || !last || !failure) return [];
  const first = match.first();
  const count = refused.reduce((sum, { count: lines }) => sum + lines, 0);
  const evidence = [failure.first(), first];
  return [
    {
      subject: "",
      title: "The kernel finds no piece of memory that is large enough for a container's network",
      summary: `docker cannot make the pair of network devices of a container, ${count === 1 ? "once" : `${count} times`}, as the kernel has no piece of 2^${failure.captures["order"] ?? "?"} pages in a row. There may be memory enough.`,
      confidence: "likely",
      window: windowOf([...evidence, last].map(({ at }) => at)),
      active: stillActive(first, last, count, view),
      count,
      evidence,
      entities: [],
    },
  ];
}

const REFUSED =
  "docker: Error response from daemon: failed to create endpoint shop on network bridge: failed to add the host (veth0a1b2c3) <=> sandbox (veth4d5e6f7) pair interfaces: cannot allocate memory.\n";
const FAILURE =
  "[ 7000.100000] dockerd: page allocation failure: order:5, mode:0x440dc0(GFP_KERNEL_ACCOUNT|__GFP_COMP|__GFP_ZERO), nodemask=(null),cpuset=docker.service,mems_allowed=0\n";
const SMALL =
  "[ 7000.100000] swapper/3: page allocation failure: order:0, mode:0xa20(GFP_ATOMIC), nodemask=(null),cpuset=/,mems_allowed=0\n";

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "veth-queues-too-large",
  title: "The kernel finds no piece of memory that is large enough for a container's network",
  passTitle: "The kernel had memory for the network devices of each container",
  why: "Older kernels ask for the queues of a veth device in one piece, one queue for each processor. With many processors that is 16 or 32 pages in a row, which a node that has run for long does not have. Since 5.15.151, 6.1.81, 6.6.21 and 6.7.9 the kernel makes do with small pieces.",
  layer: "kernel",
  role: "cause",
  cause: "kernel-bug",
  severity: "major",
  confidence: "likely",
  explains: ["container-restarting", "unit-restarts", "crash-loop"],
  remedy: [
    {
      text: "See the version of the kernel, and how many large pieces are free (the columns on the right).",
      command: "uname -r; nproc; cat /proc/buddyinfo; free -m",
      risk: "safe",
    },
    {
      text: "For now, have the kernel put free memory together.",
      command: "sync; echo 1 | sudo tee /proc/sys/vm/compact_memory",
      risk: "change",
    },
    {
      text: "Update the kernel and reboot.",
      command: "sudo apt-get update && sudo apt-get upgrade && sudo reboot",
      risk: "change",
    },
  ],
  references: ["https://github.com/docker/for-linux/issues/1443"],
  needs: ["kernel-log", "runtime-log"],
  evaluate,
  cases: {
    fires: [{ "dmesg.txt": FAILURE, "docker.txt": REFUSED }],
    quiet: [{ "dmesg.txt": SMALL, "docker.txt": REFUSED }, { "dmesg.txt": FAILURE }],
  },
};

export default rule;
