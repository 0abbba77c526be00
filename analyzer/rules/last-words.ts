/** What the cluster's own programs said last before they ended, for all that no other rule knows. */
import type { Evidence, FindingDraft } from "../model/rule.ts";
import { PROGRAMS } from "./_control-plane.ts";
import { isLongOver, windowOf } from "./_time.ts";
import type { RuleView, StructuralRule } from "./types.ts";

/** Ends that are somebody's wish, or that rules of their own tell. */
const KNOWN =
  /leader ?election lost|context canceled|signal: terminated|^command failed err=|unknown (?:shorthand )?flag|address already in use|^panic:|^goroutine /i;

function endsOf(view: RuleView): Evidence[] {
  return view.fatal(PROGRAMS).filter(({ text }) => !KNOWN.test(text));
}

function draftsFor(view: RuleView): FindingDraft[] {
  const programs = new Map<string, Evidence[]>();
  for (const line of endsOf(view)) programs.set(line.witness, [...(programs.get(line.witness) ?? []), line]);
  return [...programs].flatMap(([program, lines]) => {
    const last = lines.at(-1);
    if (!last) return [];
    const words = last.text.trim().slice(0, 240);
    return [
      {
        subject: program,
        title: `${program} ended with the words: ${words}`,
        summary: `${program} ended, ${lines.length === 1 ? "once" : `${lines.length} times`}. Its last words are: ${words}.`,
        confidence: "certain" as const,
        window: windowOf(lines.map(({ at }) => at)),
        active: isLongOver(last, view) ? false : null,
        count: lines.length,
        evidence: [...lines.slice(0, 3), ...(lines.length > 3 ? [last] : [])],
        entities: [],
      },
    ];
  });
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "last-words",
  title: "A program of the cluster ended",
  passTitle: "No program of the cluster said why it ended",
  why: "These programs end at once when something that they need is not as it must be, and are started again and again. Their last words name it.",
  layer: "kubelet",
  role: "effect",
  cause: "unknown",
  severity: "major",
  confidence: "certain",
  explains: [
    "node-agent-down",
    "unit-restarts",
    "control-plane-down",
    "apiserver-refused",
    "kubectl-refused",
    "etcd-refused",
  ],
  remedy: [
    {
      text: "See what the program said before its last words.",
      command: "sudo journalctl -u kubelet -u k3s -u rke2-server -u etcd -n 60 --no-pager; sudo crictl ps -a | head",
      risk: "safe",
    },
  ],
  references: [],
  needs: ["logs"],
  evaluate: draftsFor,
  cases: {
    fires: [
      {
        "journal.txt":
          'Mar 02 11:46:20 n7 k3s[700]: time="2022-03-02T11:46:20Z" level=fatal msg="extracting data: error writing to /var/lib/rancher/k3s/data/x: unknown"',
      },
      {
        "journal.txt":
          "Mar 02 11:46:20 n7 kubelet[700]: F0302 11:46:20.607149     700 kubelet.go:1405] Failed to start something: it is not there",
      },
      { "journal.txt": "Mar 02 11:46:20 n7 kube-apiserver[700]: Error: invalid authorization mode X" },
    ],
    quiet: [
      { "journal.txt": 'Mar 02 11:46:20 n7 k3s[700]: time="2022-03-02T11:46:20Z" level=fatal msg="context canceled"' },
      {
        "journal.txt": 'Mar 02 11:46:20 n7 pumpd[700]: time="2022-03-02T11:46:20Z" level=fatal msg="the pump is stuck"',
      },
    ],
  },
};

export default rule;
