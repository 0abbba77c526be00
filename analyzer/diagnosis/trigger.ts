/** What brought a damage about, apart from the damage itself: ranked candidates, each with the reason for its rank. */
import type { DiagnosisInput, Trigger } from "../model/diagnosis.ts";
import type { Finding } from "../model/rule.ts";
import type { Cause, Confidence } from "../model/words.ts";
import { confidences } from "../model/words.ts";
import { byRank, distance, FAR, NEAR, sequence } from "./order.ts";

/** What is known to bring a kind of damage about, and the evidence that would tell. */
export const TRIGGERS: Partial<Record<Cause, { causes: Cause[]; needs: string[]; what: string }>> = {
  "filesystem-corruption": {
    causes: ["under-voltage", "power-loss", "storage-io-error", "hardware-bus", "overheating", "kernel-bug"],
    needs: ["kernel-log", "ext4-superblock"],
    what: "What corrupted the filesystem",
  },
  "image-layer-corruption": {
    causes: ["filesystem-corruption", "power-loss", "storage-io-error", "storage-full", "under-voltage"],
    needs: ["kernel-log", "ext4-superblock"],
    what: "What damaged the layer",
  },
  "runtime-state-corruption": {
    causes: ["power-loss", "filesystem-corruption", "storage-io-error", "storage-full", "out-of-memory"],
    needs: ["kernel-log"],
    what: "What damaged the runtime's files",
  },
  "etcd-corruption": {
    causes: [
      "power-loss",
      "filesystem-corruption",
      "storage-io-error",
      "storage-full",
      "out-of-memory",
      "under-voltage",
    ],
    needs: ["kernel-log"],
    what: "What damaged etcd's files",
  },
  "datastore-corruption": {
    causes: ["power-loss", "filesystem-corruption", "storage-io-error", "storage-full", "out-of-memory"],
    needs: ["kernel-log"],
    what: "What damaged the datastore",
  },
  "read-only-filesystem": {
    causes: ["filesystem-corruption", "storage-io-error", "under-voltage", "hardware-bus"],
    needs: ["kernel-log"],
    what: "What made the filesystem read-only",
  },
};

/** Candidates, the likeliest first; `unknown` is one that was considered and cannot have been it, with the reason. */
export function triggersOf(finding: Finding, chain: Finding[], input: DiagnosisInput): Trigger[] {
  const known = TRIGGERS[finding.cause];
  if (!known) return [];
  const candidates = input.findings.filter(
    ({ cause, role, severity }) =>
      known.causes.includes(cause) && (role === "cause" || role === "effect") && severity !== "info",
  );
  const judged = candidates
    .filter((other) => other !== finding && !follows(other, finding, chain))
    .map((other) => judge(other, finding, chain));
  const best = judged.toSorted(
    (a, b) => confidences.indexOf(a.likelihood) - confidences.indexOf(b.likelihood) || byRank(a.finding, b.finding),
  );
  return best.filter(
    (trigger, index) => best.findIndex((other) => other.finding.cause === trigger.finding.cause) === index,
  );
}

/** What comes after the damage in its own chain is no candidate. */
function follows(other: Finding, finding: Finding, chain: Finding[]): boolean {
  return chain.includes(other) && chain.indexOf(other) > chain.indexOf(finding);
}

function judge(event: Finding, damage: Finding, chain: Finding[]): Trigger {
  const { order, least, most } = sequence(event, damage);
  // What may not have happened is no likelier to have brought something about.
  const judged = (likelihood: Confidence, why: string): Trigger => {
    const least = Math.max(confidences.indexOf(likelihood), confidences.indexOf(event.confidence));
    return { finding: event, likelihood: confidences[least] ?? likelihood, why };
  };
  if (otherDevice(event, damage)) return judged("unknown", "it is about another disk");
  if (chain.includes(event)) return judged(weaker("likely", event, damage), "it stands before it in the chain");
  if (order === "after") {
    return judged(
      "unknown",
      `it ${toldLater(event) ? "was noticed" : "began"} ${distance(least)} after the first sign of the damage`,
    );
  }
  if (order === "before") {
    const when = `${toldLater(event) ? "noticed at the next boot, " : ""}${distance(least)} before the first sign of the damage`;
    if (least > FAR)
      return judged("unknown", `${toldLater(event) ? "it was" : "it was over"} ${when}, which is too long`);
    if (most > NEAR) return judged("possible", when);
    return judged(weaker("likely", event, damage), when);
  }
  if (order === "unknown") return judged("possible", "no time tells whether it came before the damage");
  if (event.openStart || damage.openStart) {
    return judged("possible", "the log begins with it, so that the order of the two is not known");
  }
  return judged("possible", "the times are not known well enough to tell which of the two came first");
}

/** A power cut leaves no line of its own: only the boot after it tells, and the damage may be older than that boot. */
function toldLater({ cause }: Finding): boolean {
  return cause === "power-loss";
}

/** Counter-evidence takes a step from a candidate, and so does a damage that may be older than its first sign. */
function weaker(likelihood: Confidence, event: Finding, damage: Finding): Confidence {
  const against = event.active !== false && event.counterEvidence.length > 0;
  return against || damage.openStart ? "possible" : likelihood;
}

function otherDevice(a: Finding, b: Finding): boolean {
  const of = ({ entities }: Finding): string[] =>
    entities.flatMap(({ kind, key }) => (kind === "device" ? [disk(key)] : []));
  const [own, others] = [of(a), of(b)];
  return own.length > 0 && others.length > 0 && !own.some((device) => others.includes(device));
}

/** The disk that a partition lies on: mmcblk0p2 → mmcblk0, sda1 → sda, nvme0n1p3 → nvme0n1. */
export function disk(device: string): string {
  return device
    .replace(/^((?:mmcblk|nvme\d+n|loop|nbd|md)\d+)p\d+$/, "$1")
    .replace(/^([shv]d[a-z]+|xvd[a-z]+)\d+$/, "$1");
}

/** One to three sentences on what brought the cause about. The damage may be certain while its trigger is not known. */
export function triggerText(finding: Finding, triggers: Trigger[], input: DiagnosisInput): string {
  const known = TRIGGERS[finding.cause];
  if (!known) return "";
  const [first, ...others] = triggers.filter(({ likelihood }) => likelihood !== "unknown");
  if (first) {
    const rest = others.slice(0, 2).map(({ finding: { title }, why }) => `“${title}” (${why})`);
    const lead =
      first.likelihood === "likely"
        ? `Not proven, but likely: “${first.finding.title}” (${first.why}).`
        : `${known.what} is not proven. Possible: “${first.finding.title}” (${first.why}).`;
    return [lead, ...(rest.length ? [`Also possible: ${rest.join("; ")}.`] : [])].join(" ");
  }
  const missing = input.missing.filter(({ id }) => known.needs.includes(id));
  if (missing.length === 0)
    return `${known.what} is not known: the evidence at hand shows none of the usual triggers in time.`;
  const titles = missing.map(({ title }) => title).join(" and ");
  const verb = missing.length === 1 ? "is" : "are";
  return `${known.what} is unknown: ${titles} ${verb} not in the bundle.`;
}
