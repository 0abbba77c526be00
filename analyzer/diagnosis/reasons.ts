import type { DiagnosisInput } from "../model/diagnosis.ts";
import type { Finding } from "../model/rule.ts";
import type { Confidence } from "../model/words.ts";
import { confidences } from "../model/words.ts";

/** How sure a root cause is, in a word, and why, in sentences. */
export function reasonsFor(
  finding: Finding,
  support: Finding[],
  input: DiagnosisInput,
): { confidence: Confidence; reasons: string[] } {
  const agreeing = [finding, ...support.filter(({ cause, active }) => cause === finding.cause && active !== false)];
  const witnesses = [...new Set(agreeing.flatMap(({ evidence }) => evidence.map(({ witness }) => witness)))];
  const artifacts = new Set(support.flatMap(({ evidence }) => evidence.map(({ artifact }) => artifact)));
  const reasons: string[] = [];
  const named = witnesses.slice(0, 4).join(", ");
  reasons.push(
    witnesses.length > 1
      ? `${witnesses.length} independent witnesses say so: ${named}${witnesses.length > 4 ? " and others" : ""}.`
      : `One witness says so: ${named}.`,
  );
  const last = support.findLast(({ role }) => role === "symptom");
  if (last && last !== finding) {
    reasons.push(`It explains the rest, down to what was seen first (${artifacts.size} files agree).`);
  }
  for (const against of finding.counterEvidence.slice(0, 2)) reasons.push(`Against it: ${against.text}.`);
  if (finding.active === false) reasons.push("It was over by the end of the evidence.");
  const missing = input.missing.filter(({ id }) => finding.needs.includes(id));
  for (const { title } of missing) reasons.push(`Not in the bundle, and would have helped: ${title}.`);
  const lowered = witnesses.length === 1 && finding.count === 1 ? weaker(finding.confidence) : finding.confidence;
  return { confidence: lowered, reasons };
}

function weaker(confidence: Confidence): Confidence {
  return confidences[Math.min(confidences.indexOf(confidence) + 1, 2)] ?? "possible";
}
