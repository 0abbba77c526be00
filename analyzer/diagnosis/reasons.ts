import type { DiagnosisInput } from "../model/diagnosis.ts";
import type { Finding } from "../model/rule.ts";
import type { Instant } from "../model/time.ts";
import type { Cause, Confidence } from "../model/words.ts";
import { confidences } from "../model/words.ts";
import { certainlyBefore } from "./order.ts";

/** How sure a root cause is, in a word, and why, in sentences. */
export function reasonsFor(
  finding: Finding,
  group: Finding[],
  chain: Finding[],
  input: DiagnosisInput,
): { confidence: Confidence; reasons: string[] } {
  const support = [...group, ...chain];
  const agreeing = [finding, ...support.filter(({ cause, active }) => cause === finding.cause && active !== false)];
  const witnesses = [...new Set(agreeing.flatMap(({ evidence }) => evidence.map(({ witness }) => called(witness))))];
  const reasons: string[] = [];
  reasons.push(toldBy(finding.cause, witnesses));
  const seen = explains(finding, support, chain);
  if (seen) reasons.push(seen);
  reasons.push(...zoneDoubts(chain));
  const { active, counterEvidence } = finding;
  for (const against of counterEvidence.slice(0, 2)) {
    reasons.push(active === false ? `What shows that it is over: ${against.text}.` : `Against it: ${against.text}.`);
  }
  if (active === false) reasons.push("It was over by the end of the evidence.");
  if (finding.role === "effect") reasons.push("It is the consequence of something that is not shown itself.");
  const missing = input.missing.filter(({ id }) => [...finding.needs, ...(finding.refutedBy ?? [])].includes(id));
  for (const { title } of missing) reasons.push(`Not in the bundle, and would have helped: ${title}.`);
  const lone = witnesses.length === 1 && finding.count === 1;
  const doubted = active !== false && witnesses.length === 1 && isDoubted(finding, input);
  return { confidence: lower(finding.confidence, Number(lone) + Number(doubted)), reasons };
}

/** What all who tell of a cause have it from: their words are one witness's, however many places hold them. */
const ORIGINS: Partial<Record<Cause, string>> = {
  "filesystem-corruption": "the filesystem's own checks",
  "under-voltage": "the board's firmware",
};

function toldBy(cause: Cause, witnesses: string[]): string {
  const named = `${witnesses.slice(0, 4).join(", ")}${witnesses.length > 4 ? " and others" : ""}`;
  const origin = ORIGINS[cause];
  if (witnesses.length === 1) return `One source says so: ${named}.`;
  if (origin === undefined) return `${witnesses.length} different sources say so: ${named}.`;
  return `${witnesses.length} kinds of evidence say so, which all have it from ${origin}: ${named}.`;
}

/**
 * Whether one witness alone is not enough: something speaks against it, or what could speak against it is not in the
 * bundle, so that a missing file never makes a cause surer than the file itself would.
 */
function isDoubted({ counterEvidence, refutedBy = [] }: Finding, { missing }: DiagnosisInput): boolean {
  return counterEvidence.length > 0 || missing.some(({ id }) => refutedBy.includes(id));
}

/** What it explains, and whether the times bear that out. */
function explains(finding: Finding, support: Finding[], chain: Finding[]): string | null {
  const last = support.findLast(({ role }) => role === "symptom");
  if (!last || last === finding) return null;
  const files = new Set(chain.flatMap(({ evidence }) => evidence.map(({ artifact }) => artifact))).size;
  const agree = files > 1 ? `; the chain cites lines of ${files} files` : "";
  const timed = support.filter(({ window }) => window !== null && window !== finding.window);
  const earlier = finding.window
    ? timed.filter(({ window }) => window && finding.window && certainlyBefore(finding.window, window))
    : [];
  const order = earlier.length > 0 ? ", and it came before what it explains" : "";
  return `It explains what was noticed: ${last.title}${order}${agree}.`;
}

/** Links of the chain whose order another reading of an assumed zone would turn round. */
function zoneDoubts(chain: Finding[]): string[] {
  return chain.slice(1).flatMap((effect, at): string[] => {
    const cause = chain[at];
    const [a, b] = [cause && firstSign(cause), firstSign(effect)];
    if (!cause || !a || !b || (a.basis === "zone-assumed") === (b.basis === "zone-assumed")) return [];
    if (certainlyBefore(a, b) || certainlyBefore(b, a)) return [];
    const assumed = a.basis === "zone-assumed" ? cause : effect;
    return [
      `Which came first, “${cause.title}” or “${effect.title}”, depends on the zone of the lines of the ${assumed === cause ? "former" : "latter"}, which is assumed.`,
    ];
  });
}

function firstSign({ evidence }: Finding): Instant | null {
  const timed = evidence.flatMap(({ at }) => at ?? []);
  return timed.toSorted((a, b) => a.best - b.best)[0] ?? null;
}

/** A witness as people know it. */
function called(witness: string): string {
  if (/^[0-9a-f]{12,64}$/.test(witness)) return `the log of container ${witness.slice(0, 12)}`;
  return WITNESSES[witness] ?? witness;
}

const WITNESSES: Record<string, string> = {
  text: "a saved output",
  kernel: "the kernel",
  kubelet: "the kubelet",
  certificate: "the dates of the certificates",
  unit: "systemd's status of the service",
  clock: "the node's clock",
  mount: "the table of mounts",
};

function lower(confidence: Confidence, steps: number): Confidence {
  const index = confidences.indexOf(confidence);
  return confidences[Math.max(index, Math.min(index + steps, confidences.indexOf("possible")))] ?? confidence;
}
