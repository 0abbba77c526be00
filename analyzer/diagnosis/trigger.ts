import type { DiagnosisInput } from "../model/diagnosis.ts";
import type { Finding } from "../model/rule.ts";
import type { Cause } from "../model/words.ts";
import { certainlyBefore } from "./order.ts";

/** What is known to bring a kind of damage about, and the evidence that would tell. */
const TRIGGERS: Partial<Record<Cause, { causes: Cause[]; needs: string[]; what: string }>> = {
  "filesystem-corruption": {
    causes: ["under-voltage", "power-loss", "storage-io-error", "hardware-bus", "overheating", "kernel-bug"],
    needs: ["kernel-log", "ext4-superblock"],
    what: "What corrupted the filesystem",
  },
  "image-layer-corruption": {
    causes: ["filesystem-corruption", "power-loss", "storage-io-error", "storage-full"],
    needs: ["kernel-log", "ext4-superblock"],
    what: "What damaged the layer",
  },
  "etcd-corruption": {
    causes: ["power-loss", "filesystem-corruption", "storage-io-error", "storage-full", "out-of-memory"],
    needs: ["kernel-log"],
    what: "What damaged etcd's files",
  },
  "datastore-corruption": {
    causes: ["power-loss", "filesystem-corruption", "storage-io-error", "storage-full"],
    needs: ["kernel-log"],
    what: "What damaged the datastore",
  },
  "read-only-filesystem": {
    causes: ["filesystem-corruption", "storage-io-error", "under-voltage"],
    needs: ["kernel-log"],
    what: "What made the filesystem read-only",
  },
};

/** One or two sentences on what brought the cause about. The damage may be certain while its trigger is not known. */
export function triggerOf(finding: Finding, input: DiagnosisInput): string {
  const known = TRIGGERS[finding.cause];
  if (!known) return "";
  const seen = input.findings.filter(
    (other) =>
      other !== finding && known.causes.includes(other.cause) && other.role === "cause" && other.severity !== "info",
  );
  const onePerCause = [...new Map(seen.toReversed().map((other) => [other.cause, other])).values()];
  const sentences = onePerCause.slice(0, 3).map((other) => {
    const order =
      finding.window && other.window && certainlyBefore(other.window, finding.window)
        ? "before the first sign of the damage, which makes it a likely trigger"
        : "in the same bundle; the order of the two is not certain, so this is only possible";
    return `${other.title}: ${order}.`;
  });
  if (sentences.length > 0) return `${known.what} is not proven. ${sentences.join(" ")}`;
  const missing = input.missing.filter(({ id }) => known.needs.includes(id));
  if (missing.length === 0) return `${known.what} is not known: the evidence at hand shows none of the usual triggers.`;
  const commands = missing.flatMap(({ command }) => command ?? []);
  const titles = missing.map(({ title }) => title).join(" and ");
  const verb = missing.length === 1 ? "is" : "are";
  return `${known.what} is unknown: ${titles} ${verb} not in the bundle. These would tell: ${commands.join("; ")}`;
}
