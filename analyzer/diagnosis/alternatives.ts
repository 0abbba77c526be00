import type { DiagnosisInput, RootCause } from "../model/diagnosis.ts";
import type { Finding } from "../model/rule.ts";
import type { Cause } from "../model/words.ts";

/** Causes that give the same symptoms, and are worth a word when they were not chosen. */
const RIVALS: Partial<Record<Cause, Cause[]>> = {
  "filesystem-corruption": ["storage-io-error", "storage-full", "read-only-filesystem", "image-layer-corruption"],
  "image-layer-corruption": ["filesystem-corruption", "image-unavailable", "storage-full"],
  "certificate-expired": ["clock-wrong", "certificate-invalid"],
  "certificate-invalid": ["certificate-expired", "clock-wrong"],
  "clock-wrong": ["certificate-expired", "certificate-invalid"],
  "etcd-corruption": ["storage-full", "storage-io-error", "filesystem-corruption", "etcd-quorum"],
  "datastore-corruption": ["storage-full", "storage-io-error", "filesystem-corruption"],
  "etcd-slow-disk": ["storage-io-error", "under-voltage", "out-of-memory"],
  "network-plugin": ["dns-failure", "kernel-module-missing"],
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

/** What else was considered, and why it was not chosen: other findings, and checks that passed or could not run. */
export function alternativesOf(finding: Finding, chain: Finding[], input: DiagnosisInput): RootCause["alternatives"] {
  const refused = chain.some(({ role }) => role === "symptom");
  const rivals = new Set([...(RIVALS[finding.cause] ?? []), ...(refused ? BEHIND_REFUSED : [])]);
  rivals.delete(finding.cause);
  const found: RootCause["alternatives"] = [];
  for (const cause of rivals) {
    const own = input.findings.filter((other) => other.cause === cause && other.role !== "marker");
    const explained = own.find((other) => chain.includes(other) || other.role === "effect");
    if (explained) {
      found.push({ cause, title: explained.title, whyNot: "It follows from the cause above." });
      continue;
    }
    const [other] = own;
    if (other) {
      const whyNot =
        other.active === false ? "It was over before the end of the evidence." : "It does not explain the chain above.";
      found.push({ cause, title: other.title, whyNot });
    }
  }
  return found;
}
