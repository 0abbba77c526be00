/** A certificate that is not valid yet: the clock that checks it is behind the one that made it. */
import type { MatchedText, RuleView, StructuralRule } from "./types.ts";
import type { FindingDraft, RemedyStep } from "../model/rule.ts";
import { HOUR, MINUTE } from "../model/time.ts";
import { formatSpan, parseUtc, stillActive, windowOf } from "./_time.ts";

interface Skew {
  match: MatchedText;
  now: number;
  bound: number;
}

/** Certificates that were made a moment ago on another machine: nobody's clock is that exact. */
const TOLERANCE = 2 * MINUTE;

const REMEDY: RemedyStep[] = [
  {
    text: "Compare the clocks of the nodes with a clock that is right.",
    command: "date -u; timedatectl; chronyc tracking 2>/dev/null",
    risk: "safe",
  },
  {
    text: "Have the time set from the network, on every node. A Raspberry Pi has no clock of its own that runs without power.",
    command:
      "sudo timedatectl set-ntp true; sudo systemctl restart systemd-timesyncd 2>/dev/null || sudo systemctl restart chrony",
    risk: "change",
  },
  {
    text: "Then start again what had refused the certificate.",
    command: "sudo systemctl restart kubelet 2>/dev/null || sudo systemctl restart k3s",
    risk: "change",
  },
];

function skews(view: RuleView): Skew[] {
  return view
    .matches("x509-time")
    .filter(({ captures }) => captures["relation"] === "before")
    .flatMap((match) => {
      const now = parseUtc(match.captures["now"] ?? "");
      const bound = parseUtc(match.captures["bound"] ?? "");
      return now === null || bound === null || bound - now < TOLERANCE ? [] : [{ match, now, bound }];
    });
}

function second(time: number): string {
  return `${new Date(time / 1000).toISOString().slice(0, 19)}Z`;
}

/** A difference of whole hours is what a wrong time zone makes, once a clock was set by hand. */
function zoneHint(skew: number): string {
  const rest = skew % HOUR;
  const whole = Math.min(rest, HOUR - rest) < 2 * MINUTE && skew < 15 * HOUR;
  return whole
    ? " That is a whole number of hours: a clock that was set to local time as if it were UTC would do this."
    : " It is no whole number of hours, so a mistaken time zone is not the reason.";
}

function draft(view: RuleView, all: Skew[]): FindingDraft {
  const worst = all.reduce((most, next) => (next.bound - next.now > most.bound - most.now ? next : most));
  const size = formatSpan(worst.bound - worst.now);
  const host = worst.match.captures["host"];
  const firsts = all.map(({ match }) => match.first());
  const last = all.at(-1)?.match.last() ?? worst.match.last();
  const count = all.reduce((sum, { match }) => sum + match.count, 0);
  return {
    subject: "",
    title: `A clock is wrong: it is ${size} behind the beginning of a certificate that is not yet valid`,
    summary:
      `${worst.match.first().witness} refused the certificate${host ? ` of ${host}` : ""}: its clock said ${second(worst.now)}, ` +
      `which is before ${second(worst.bound)}, when the certificate begins. It has not expired; it is not yet valid. ` +
      `The clock is at least ${size} behind the one of the machine that made the certificate.${zoneHint(worst.bound - worst.now)} ` +
      "Which of the two clocks is wrong, these lines do not tell.",
    confidence: "certain",
    window: windowOf([...firsts, last].map(({ at }) => at)),
    active: stillActive(firsts[0] ?? last, last, count, view),
    count,
    evidence: [worst.match.first(), ...firsts.filter(({ line }) => line !== worst.match.first().line)].slice(0, 8),
    entities: [],
    remedy: REMEDY,
  };
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "clock-before-certificate",
  title: "A clock is behind the beginning of a certificate",
  passTitle: "No clock was found to be behind the beginning of a certificate",
  why: "A machine whose clock is behind takes a good certificate for one that does not hold yet, and refuses to talk to whoever shows it. A node without a battery clock starts with an old time until the network sets it.",
  layer: "clock",
  role: "cause",
  cause: "clock-wrong",
  severity: "critical",
  confidence: "certain",
  explains: [
    "bootstrap-kubeconfig-missing",
    "node-agent-down",
    "unit-restarts",
    "cause:certificate-expired",
    "cause:certificate-invalid",
    "cause:network-plugin",
    "cause:dns-failure",
    "layer:apiserver",
    "layer:etcd",
    "layer:network",
    "layer:client",
  ],
  remedy: REMEDY,
  references: ["https://pkg.go.dev/crypto/x509#CertificateInvalidError"],
  needs: ["logs"],
  evaluate: (view) => {
    const all = skews(view);
    return all.length === 0 ? [] : [draft(view, all)];
  },
  cases: {
    fires: [
      {
        "kubelet.log":
          'E0302 11:46:20.100000     700 kubelet_node_status.go:92] "Unable to register node with API server" err="Post \\"https://10.0.0.7:6443/api/v1/nodes\\": x509: certificate has expired or is not yet valid: current time 2026-03-02T11:46:20Z is before 2026-03-02T13:50:00Z" node="n7"',
      },
    ],
    quiet: [
      {
        "kubelet.log":
          'E0302 11:46:20.100000     700 x.go:92] "Failed" err="Post \\"https://10.0.0.7:6443/api/v1/nodes\\": x509: certificate has expired or is not yet valid: current time 2026-03-02T11:46:20Z is after 2026-03-02T10:50:00Z"',
      },
    ],
  },
};

export default rule;
