/** The closed word lists as people read them. Severity is told by word and icon, never by colour alone. */
import type { IncidentReport, ReportNode, ReportRedaction } from "../model/report.ts";
import type { Conclusion, Confidence, CoverageStatus, GapKind, RepairAnswer, Severity } from "../model/words.ts";
import type { RemedyStep } from "../model/rule.ts";

export interface Word {
  icon: string;
  word: string;
}

export const severityWords: Record<Severity, Word> = {
  critical: { icon: "◆", word: "critical" },
  major: { icon: "▲", word: "major" },
  minor: { icon: "●", word: "minor" },
  info: { icon: "○", word: "info" },
};

/** `tone` names the colour that goes with the conclusion. */
export const conclusionWords: Record<Conclusion, Word & { tone: Severity | "good" }> = {
  healthy: { icon: "✓", word: "Healthy", tone: "good" },
  "cause-found": { icon: "◆", word: "Cause found", tone: "critical" },
  "trouble-cause-unknown": { icon: "▲", word: "Trouble, cause unknown", tone: "major" },
  "insufficient-evidence": { icon: "?", word: "Not enough evidence", tone: "info" },
};

/** The answers of a report on several bundles. */
export const repairWords: Record<RepairAnswer, Word & { tone: Severity | "good" }> = {
  repaired: { icon: "✓", word: "Is it repaired? Yes", tone: "good" },
  "not-repaired": { icon: "◆", word: "Is it repaired? No", tone: "critical" },
  "broken-otherwise": { icon: "◆", word: "Is it repaired? No", tone: "critical" },
  "cannot-tell": { icon: "?", word: "Is it repaired? Not known", tone: "major" },
  "newly-broken": { icon: "◆", word: "Broken since then", tone: "critical" },
  "never-broken": { icon: "✓", word: "Healthy then and now", tone: "good" },
};

/** What a report leads with: whether it is repaired, or the conclusion on the one bundle. */
export function leadWords({ comparison, conclusion }: IncidentReport): Word & { tone: Severity | "good" } {
  return comparison ? repairWords[comparison.answer] : conclusionWords[conclusion];
}

export const confidenceWords: Record<Confidence, string> = {
  certain: "certain",
  likely: "likely",
  possible: "possible",
  unknown: "not known",
};

export const riskWords: Record<RemedyStep["risk"], Word> = {
  safe: { icon: "○", word: "alters no data" },
  backup: { icon: "◇", word: "makes a copy" },
  change: { icon: "▲", word: "changes the node" },
};

export const gapWords: Record<GapKind, string> = {
  rotated: "rotated away",
  vacuumed: "vacuumed by journald",
  volatile: "kept in memory only",
  "read-only": "filesystem was read-only",
  stopped: "stopped",
  "power-off": "power was off",
  "not-collected": "not collected",
  unknown: "reason not known",
};

export const coverageWords: Record<CoverageStatus, string> = {
  ok: "collected",
  empty: "empty",
  absent: "not on the node",
  denied: "permission denied",
  "timed-out": "timed out",
  stuck: "stuck",
  skipped: "skipped",
  truncated: "cut off",
  failed: "failed",
  redacted: "redacted",
  "not-reached": "not reached",
};

/** Whether the trouble lasted to the end of the evidence. */
export function activeWords(active: boolean | null): string {
  if (active === null) return "not clear whether it is still so";
  return active ? "still so at the end of the evidence" : "over before the end of the evidence";
}

/** What was done about secrets, in a sentence or two. */
export function redactionWords({ mode, masked, late }: ReportRedaction): string {
  if (mode === "none") {
    return "Nothing is masked: passwords, tokens, addresses and names stand here as in the bundle. Read it before you publish it.";
  }
  const kinds = masked.filter(({ places }) => places > 0).map(({ kind, values }) => `${values} × ${kind}`);
  const what = mode === "strict" ? "Secrets, private addresses and names" : "Secrets";
  const found = kinds.length > 0 ? `: ${kinds.join(", ")}` : "; none was found";
  const missed = late > 0 ? ` ${late} of the places were found only by the last look over the finished report.` : "";
  return `${what} are masked before anything is written${found}.${missed}`;
}

/** Name, board and hypervisor of a node; empty when nothing is known. */
export function nodeWords({ host, model, hypervisor }: ReportNode): string {
  const machine = hypervisor ? `virtual machine (${hypervisor})` : null;
  return [host, model, machine].filter((part) => part !== null).join(", ");
}
