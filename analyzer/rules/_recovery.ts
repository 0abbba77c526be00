/**
 * What was complained of once or twice, too seldom for a rhythm, is over when a later line shows that it works, and the log
 * goes on without another complaint.
 */
import type { Evidence, Finding } from "../model/rule.ts";
import type { Micros } from "../model/time.ts";
import { MINUTE } from "../model/time.ts";
import type { MatchedText, RuleView } from "./types.ts";

/** The latest signs of a kind, which alone are looked at. */
const LATEST = 10;

interface Recovery {
  /** The rule whose lines show that it works. */
  note: string;
  /** Rules whose findings such a line ends. */
  rules: ReadonlySet<string>;
  /** Silence after the last complaint without which the line says nothing: what is tried again may fail again. */
  silence: Micros;
  /** From the complaint to the line itself, where the line alone proves little. */
  distance: Micros;
  /** Whether the line is about the same thing as the finding. */
  isSame(finding: Finding, match: MatchedText): boolean;
}

const RECOVERIES: readonly Recovery[] = [
  {
    note: "agent-registered",
    // A kubelet that registers has its settings, its runtime, its credentials and an API server with its datastore.
    rules: new Set([
      "apiserver-refused",
      "apiserver-timeout",
      "bootstrap-kubeconfig-missing",
      "cluster-join-refused",
      "control-plane-file-missing",
      "cri-api-mismatch",
      "etcd-refused",
      "kubelet-config-missing",
      "kubelet-not-registered",
      "kubelet-setting-refused",
      "node-address-missing",
      "node-agent-down",
      "node-not-found",
      "runtime-unreachable",
      "sandbox-create-failed",
      "sandbox-network-failed",
      "snapshotter-unsupported",
      "swap-enabled",
    ]),
    silence: 10 * MINUTE,
    distance: 0,
    isSame: () => true,
  },
  {
    note: "kubelet-at-work",
    // What the kubelet tries again within minutes, and complains of each time.
    rules: new Set([
      "apiserver-timeout",
      "kubelet-not-registered",
      "node-not-found",
      "pleg-unhealthy",
      "runtime-unreachable",
      "sandbox-create-failed",
      "sandbox-network-failed",
    ]),
    silence: 30 * MINUTE,
    distance: 30 * MINUTE,
    isSame: () => true,
  },
  {
    note: "image-pulled",
    rules: new Set(["image-pull-failed", "image-unavailable", "vital-image-unavailable"]),
    silence: 10 * MINUTE,
    distance: 0,
    isSame: ({ evidence }, { captures: { image = "" } }) =>
      image !== "" && evidence.some(({ text }) => text.includes(image)),
  },
  {
    note: "volume-mounted",
    rules: new Set(["volume-mount-failed"]),
    silence: 10 * MINUTE,
    distance: 0,
    isSame: ({ title }, { captures: { path = "" } }) => path !== "" && title.startsWith(`${path} `),
  },
  {
    note: "nfs-answers",
    rules: new Set(["nfs-not-responding"]),
    silence: 10 * MINUTE,
    distance: 0,
    isSame: ({ evidence }, { captures: { server = "" } }) =>
      server !== "" && evidence.every(({ text }) => text.includes(server)),
  },
];

/** Whether a sign comes after all complaints, and the log goes on without one for a while. */
function comesAfter(sign: Evidence, finding: Finding, { silence, distance }: Recovery, view: RuleView): boolean {
  const times = finding.evidence.map(({ at }) => at?.hi ?? null);
  const last = times.reduce((late, at) => (late === null || at === null ? null : Math.max(late, at)), times[0] ?? null);
  if (last !== null && sign.at !== null) {
    const end = view.lastEventOf(sign.artifact)?.at?.best ?? 0;
    return sign.at.lo - last > distance && end - last > silence;
  }
  // Without a year only the order within a file is known, which does not tell a recovery from one more try.
  if (distance > 0 || finding.id === "node-agent-down") return false;
  return finding.evidence.every(({ artifact, line }) => artifact === sign.artifact && line < sign.line);
}

/** The finding as it is, or as over, and as no trouble of now, when a recovery says so. */
export function recovered(finding: Finding, view: RuleView): Finding {
  if (finding.active !== null || finding.role === "marker" || finding.evidence.length === 0) return finding;
  for (const recovery of RECOVERIES.filter(({ rules }) => rules.has(finding.id))) {
    const sign = view
      .matches(recovery.note)
      .filter((match) => recovery.isSame(finding, match))
      .toReversed()
      .toSorted((a, b) => (b.lastAt ?? 0) - (a.lastAt ?? 0))
      .slice(0, LATEST)
      .map((match) => match.last())
      .find((last) => comesAfter(last, finding, recovery, view));
    if (sign)
      return { ...finding, active: false, severity: "info", counterEvidence: [...finding.counterEvidence, sign] };
  }
  return finding;
}
