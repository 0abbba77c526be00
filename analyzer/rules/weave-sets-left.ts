/** weave finds the sets of addresses that an earlier run of it left in the kernel, and ends. */
import type { FindingDraft } from "../model/rule.ts";
import { stillActive, windowOf } from "./_time.ts";
import type { RuleView, StructuralRule } from "./types.ts";

function evaluate(view: RuleView): FindingDraft[] {
  const matches = view.matches("ipset-set-exists");
  const [match] = matches;
  const last = matches.at(-1)?.last();
  // The same words of somebody's script at boot are no trouble.
  if (!match || !last || view.matches("weave-seen").length === 0) return [];
  const first = match.first();
  const count = matches.reduce((sum, { count: lines }) => sum + lines, 0);
  return [
    {
      subject: "",
      title: "weave ends, because sets of addresses of an earlier run are left in the kernel",
      summary: `ipset refuses to make a set that is there already, ${count === 1 ? "once" : `${count} times`}, on a node whose network add-on is weave.`,
      confidence: "possible",
      window: windowOf([first.at, last.at]),
      active: stillActive(first, last, count, view),
      count,
      evidence: [first],
      entities: [],
    },
  ];
}

const WEAVE = "INFO: 2026/03/02 11:46:20.100000 Starting Weaveworks NPC 2.6.5; node name shop-1";
const REFUSED = "ipset v6.32: Set cannot be created: set with the same name already exists";

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "weave-sets-left",
  title: "weave ends, because sets of addresses of an earlier run are left in the kernel",
  passTitle: "weave found no sets of an earlier run in the kernel",
  why: "weave makes its sets of addresses (ipset) at its start. Those that a killed or older weave left behind make it end, and it is started again, and ends again.",
  layer: "network",
  role: "cause",
  cause: "network-plugin",
  severity: "major",
  confidence: "possible",
  explains: ["network-addon-fatal", "sandbox-network-failed", "crash-loop", "node-not-ready"],
  remedy: [
    { text: "See which sets there are.", command: "sudo ipset list -name", risk: "safe" },
    { text: "Keep a copy of them.", command: "sudo ipset save > ipset.before", risk: "backup" },
    {
      text: "Reboot the node, which empties the kernel's sets; then update weave.",
      command: "sudo reboot",
      risk: "change",
    },
  ],
  references: [],
  needs: ["logs"],
  evaluate,
  cases: {
    fires: [{ "weave.log": `${REFUSED}\n`, "npc.log": `${WEAVE}\n` }],
    quiet: [{ "boot.log": `${REFUSED}\n` }, { "npc.log": `${WEAVE}\n` }],
  },
};

export default rule;
