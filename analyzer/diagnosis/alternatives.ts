import type { DiagnosisInput, RootCause, Trigger } from "../model/diagnosis.ts";
import type { Finding } from "../model/rule.ts";
import type { Cause } from "../model/words.ts";
import type { ExplanationGraph } from "./graph.ts";
import { distance, sequence, tooFarBefore } from "./order.ts";

/** Causes that give the same symptoms, and are worth a word when they were not chosen. */
export const RIVALS: Partial<Record<Cause, Cause[]>> = {
  "filesystem-corruption": ["storage-io-error", "storage-full", "read-only-filesystem", "image-layer-corruption"],
  "image-layer-corruption": ["filesystem-corruption", "image-unavailable", "storage-full"],
  "storage-io-error": ["under-voltage", "hardware-bus", "filesystem-corruption"],
  "read-only-filesystem": ["storage-io-error", "under-voltage", "storage-full"],
  "certificate-expired": ["clock-wrong", "certificate-invalid"],
  "certificate-invalid": ["certificate-expired", "clock-wrong"],
  "clock-wrong": ["certificate-expired", "certificate-invalid"],
  "etcd-corruption": ["storage-full", "storage-io-error", "filesystem-corruption", "etcd-quorum"],
  "etcd-quorum": ["etcd-slow-disk", "etcd-corruption", "certificate-expired"],
  "datastore-corruption": ["storage-full", "storage-io-error", "filesystem-corruption"],
  "runtime-state-corruption": ["filesystem-corruption", "storage-full"],
  "etcd-slow-disk": ["storage-io-error", "under-voltage", "out-of-memory"],
  "network-plugin": ["dns-failure", "kernel-module-missing"],
  "image-unavailable": ["dns-failure", "clock-wrong", "storage-full"],
  "disk-pressure": ["storage-full", "inodes-exhausted"],
};

/** Behind a refused connection of the API server. */
const BEHIND_REFUSED: Cause[] = [
  "certificate-expired",
  "etcd-corruption",
  "out-of-memory",
  "port-conflict",
  "storage-full",
];

/** What else was considered, and why it was not chosen: other findings that could have been the cause, or its trigger. */
export function alternativesOf(
  finding: Finding,
  chain: Finding[],
  triggers: Trigger[],
  graph: ExplanationGraph,
  input: DiagnosisInput,
): RootCause["alternatives"] {
  const refused = chain.some(({ role }) => role === "symptom");
  const rivals = new Set([...(RIVALS[finding.cause] ?? []), ...(refused ? BEHIND_REFUSED : [])]);
  rivals.delete(finding.cause);
  const open = triggers.filter(({ likelihood }) => likelihood !== "unknown").map((trigger) => trigger.finding);
  const found: RootCause["alternatives"] = triggers
    .filter(({ likelihood }) => likelihood === "unknown")
    .map(({ finding: { cause, title }, why }) => ({
      cause,
      title,
      whyNot: `It did not bring the damage about: ${why}.`,
    }));
  for (const cause of rivals) {
    if (found.some((alternative) => alternative.cause === cause)) continue;
    const own = input.findings.filter(
      (other) => other.cause === cause && other.role !== "marker" && !open.includes(other),
    );
    const other = own.find((one) => graph.reach(finding).has(one)) ?? own[0];
    if (other) found.push({ cause, title: other.title, whyNot: whyNot(other, finding, chain, graph) });
  }
  return found;
}

function whyNot(other: Finding, finding: Finding, chain: Finding[], graph: ExplanationGraph): string {
  if (chain.indexOf(other) >= 0 && chain.indexOf(other) < chain.indexOf(finding)) {
    return "It came before, and was over by the end of the evidence: what it left behind is the cause now.";
  }
  if (graph.reach(finding).has(other)) return "It follows from the cause above.";
  if (tooFarBefore(other, finding))
    return `It was over ${distance(sequence(other, finding).least)} before the trouble began.`;
  if (other.active === false) return "It was over before the end of the evidence, and the trouble goes on.";
  const [against] = other.counterEvidence;
  if (against) return `The evidence speaks against it: ${against.text}.`;
  if (other.role === "effect") return "It is itself a consequence, and nothing shows that the rest follows from it.";
  return "Nothing ties it to what was seen: it explains no link of the chain.";
}
