/** The node itself ran out of memory, and the kernel ended processes; which, and how big they were. */
import type { FindingDraft } from "../model/rule.ts";
import type { Kill } from "./_oom.ts";
import { describeKills, killDraft, kills, nameKills, unitsHit } from "./_oom.ts";
import type { MatchedText, RuleView, StructuralRule } from "./types.ts";

const VITAL =
  /^(?:k3s|k3s-server|k3s-agent|rke2|kubelet|kubelite|dockerd|containerd|etcd|kube-apiserver|kube-contr\S*|kube-schedul\S*|crio|systemd|systemd-journal|sshd)/;

function evaluate(view: RuleView): FindingDraft[] {
  const killed = kills(view).filter(({ scope }) => scope !== "cgroup");
  const lines = view.matches("oom-line");
  const stuck = lines.filter(({ captures }) => /killable|deadlock/i.test(captures["node"] ?? ""));
  if (killed.length === 0 && stuck.length === 0) return toldOnly(lines, view);
  const units = unitsHit(view);
  const vital = killed.filter(({ process }) => VITAL.test(process));
  const more = [...units.map(({ evidence }) => evidence), ...stuck.map((match) => match.first())];
  const words = wordsFor(killed, stuck.length > 0);
  return [
    {
      subject: "",
      ...words,
      summary: `${words.summary}${losses(vital, units)} What took the memory first, these lines do not prove.`,
      severity: vital.length > 0 || stuck.length > 0 ? "critical" : "major",
      entities: [],
      ...killDraft(killed, more, view),
    },
  ];
}

/** A line without the words before it does not tell whose memory it was. */
function wordsFor(killed: Kill[], stuck: boolean): Pick<FindingDraft, "title" | "summary" | "confidence"> {
  const names = killed.length > 0 ? nameKills(killed) : "what it could";
  if (stuck || killed.some(({ scope }) => scope === "node"))
    return {
      title: `The node ran out of memory (OOM): the kernel killed ${names}`,
      summary: `The whole node ran out of memory, and the kernel's OOM killer ended ${describeKills(killed)}.`,
      confidence: "certain",
    };
  return {
    title: `Memory ran out (OOM): the kernel killed ${names}`,
    summary: `The kernel's OOM killer ended ${describeKills(killed)}. Whether the whole node or only a control group ran out of memory, the lines that are here do not tell.`,
    confidence: "likely",
  };
}

function losses(vital: Kill[], units: { unit: string }[]): string {
  const names = [...new Set(vital.map(({ process }) => process))].join(", ");
  const lost = units.slice(0, 5).map(({ unit }) => unit);
  return [
    names === "" ? "" : ` Among them are programs that the node needs: ${names}.`,
    lost.length === 0 ? "" : ` Units that lost a process: ${lost.join(", ")}.`,
  ].join("");
}

/** Kubelets before 1.15 named no victim, and counted containers at their own limits too. */
function toldOnly(lines: MatchedText[], view: RuleView): FindingDraft[] {
  const told = lines.filter(({ captures }) => captures["told"] !== undefined);
  if (told.length === 0 || kills(view).length > 0) return [];
  return [
    {
      subject: "",
      title: "Memory ran out (System OOM), as the kubelet says",
      summary:
        "The kubelet says that memory ran out (System OOM) and names no process. Older kubelets say so of containers at their own limits, too: the kernel's log would tell.",
      confidence: "possible",
      severity: "major",
      entities: [],
      ...killDraft(
        [],
        told.map((match) => match.first()),
        view,
      ),
    },
  ];
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "out-of-memory",
  title: "The node ran out of memory",
  passTitle: "The kernel killed no process because the node ran out of memory",
  why: "The kernel ends a process in the middle of whatever it does. A runtime, a kubelet or an etcd that is killed takes the node down, and a database that was being written may be damaged.",
  layer: "kernel",
  role: "cause",
  cause: "out-of-memory",
  severity: "critical",
  confidence: "certain",
  explains: [
    "cause:out-of-memory",
    "cause:etcd-corruption",
    "cause:datastore-corruption",
    "cause:runtime-state-corruption",
    "hung-task",
    "layer:runtime",
    "layer:kubelet",
    "layer:etcd",
    "layer:apiserver",
    "layer:network",
    "layer:workload",
    "layer:client",
  ],
  remedy: [
    {
      text: "See who uses the memory now, and what the kernel listed when it ran out (the table before “Out of memory”).",
      command:
        "free -h; ps -eo pid,rss,args --sort=-rss | head -15; sudo journalctl -k --no-pager | grep -B60 'Out of memory' | less",
      risk: "safe",
    },
    {
      text: "Keep a copy of the databases before what was killed is started again. A node has one of the two directories as a rule: that tar misses the other does no harm.",
      command: "sudo tar -czf /media/usb/db.tar.gz /var/lib/etcd /var/lib/rancher/k3s/server/db",
      risk: "backup",
    },
    {
      text: "Give every pod a memory limit, reserve memory for the system (--system-reserved, --kube-reserved), and move what is too big to another node or add memory.",
      command: "kubectl top pods -A --sort-by=memory | head -20",
      risk: "safe",
    },
    {
      text: "Start what was killed again and see that it stays up.",
      command: "systemctl --failed; sudo systemctl restart containerd docker kubelet k3s 2>/dev/null",
      risk: "change",
    },
  ],
  references: [
    "https://www.kernel.org/doc/html/latest/admin-guide/mm/concepts.html#oom-killer",
    "https://kubernetes.io/docs/tasks/administer-cluster/reserve-compute-resources/",
  ],
  needs: ["kernel-log"],
  evaluate,
  cases: {
    fires: [
      {
        "dmesg.txt": [
          "[ 8800.100000] containerd invoked oom-killer: gfp_mask=0x100cca(GFP_HIGHUSER_MOVABLE), order=0, oom_score_adj=0",
          "[ 8800.200000] Out of memory: Killed process 4410 (java) total-vm:2246184kB, anon-rss:1508000kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:140kB oom_score_adj:900",
        ].join("\n"),
      },
    ],
    quiet: [
      {
        "dmesg.txt": [
          "[ 8800.100000] Memory cgroup out of memory: Kill process 912 (sh) score 968 or sacrifice child",
          "[ 8800.200000] Killed process 911 (node), UID 0, total-vm:1046184kB, anon-rss:250000kB, file-rss:0kB, shmem-rss:0kB",
        ].join("\n"),
      },
      {
        "dmesg.txt":
          "[ 8800.200000] Memory cgroup out of memory: Killed process 911 (node) total-vm:1046184kB, anon-rss:250000kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:140kB oom_score_adj:900\n",
      },
    ],
  },
};

export default rule;
