import type { BundleSnapshot, Visibility } from "../../analyzer/model/comparison.ts";
import type { DiagnosisInput } from "../../analyzer/model/diagnosis.ts";
import type { IncidentReport, ReportCheck } from "../../analyzer/model/report.ts";
import type { Evidence, Finding } from "../../analyzer/model/rule.ts";
import type { Instant } from "../../analyzer/model/time.ts";
import { MINUTE } from "../../analyzer/model/time.ts";
import { diagnose } from "../../analyzer/diagnosis/diagnose.ts";
import { toRootCause } from "../../analyzer/report/build.ts";

const NOON = Date.parse("2026-05-01T12:00:00Z") * 1000;

/** An instant so many minutes after noon, known to `width` minutes. */
export function at(minutes: number, width = 0, basis: Instant["basis"] = "exact"): Instant {
  const lo = NOON + minutes * MINUTE;
  return { lo, hi: lo + width * MINUTE, best: lo, basis };
}

/** From one minute after noon to another. */
export function during(from: number, to: number): Instant {
  return at(from, to - from);
}

export function line(
  witness: string,
  text = "a line",
  minutes: number | null = null,
  artifact = `${witness}.log`,
): Evidence {
  const time = minutes === null ? null : at(minutes);
  return { artifact, line: 1, byteOffset: 0, byteLength: text.length, text, at: time, witness };
}

/** A finding of a rule of that name; it is a critical cause in the filesystem unless something else is said. */
export function finding(id: string, more: Partial<Finding> = {}): Finding {
  return {
    id,
    findingId: more.subject ? `${id}-${more.subject}` : id,
    subject: "",
    title: `${id} is so`,
    summary: `${id} was seen.`,
    why: "It matters.",
    passTitle: `No ${id}`,
    layer: "filesystem",
    role: "cause",
    cause: "filesystem-corruption",
    severity: "critical",
    confidence: "certain",
    explains: [],
    remedy: [],
    references: [],
    needs: [],
    window: at(0),
    active: true,
    count: 2,
    evidence: [line("kernel", `${id} says so`, 0)],
    entities: [],
    counterEvidence: [],
    ...more,
  };
}

/** A diagnosis over made-up findings: things hang together when they are the same. */
export function diagnoseOf(findings: Finding[], more: Partial<DiagnosisInput> = {}): ReturnType<typeof diagnose> {
  return diagnose(inputOf(findings, more));
}

export function inputOf(findings: Finding[], more: Partial<DiagnosisInput> = {}): DiagnosisInput {
  return {
    findings,
    checks: [],
    connected: (a, b) => a.kind === b.kind && a.key === b.key,
    present: new Set(["kernel-log", "logs", "container-list", "mounts"]),
    missing: [],
    device: "/dev/mmcblk0p2",
    counts: { events: 1000, facts: 100, containers: 5 },
    ...more,
  };
}

export interface MadeUpBundle {
  name?: string;
  /** Minutes after noon; null when not known. */
  collected?: number | null;
  /** Verdicts of rules that found nothing; a pass unless said otherwise. */
  checks?: ReportCheck[];
  visibility?: Partial<Visibility>;
  hosts?: string[];
  containers?: string[];
  boots?: string[];
}

/** A bundle with these findings, diagnosed; every log goes on to its end. */
export function bundle(findings: Finding[], more: MadeUpBundle = {}): BundleSnapshot {
  const collected = more.collected === undefined ? 60 : more.collected;
  const diagnosis = diagnoseOf(findings);
  const fails = findings.map(({ id }): ReportCheck => ({ rule: id, title: id, verdict: "fail" }));
  const report = {
    conclusion: diagnosis.conclusion,
    conclusionReasons: diagnosis.reasons,
    headline: diagnosis.headline,
    rootCauses: diagnosis.rootCauses.map(toRootCause),
    checks: [...fails, ...(more.checks ?? [])],
  } as Partial<IncidentReport> as IncidentReport;
  const until = collected === null ? null : at(collected).best;
  return {
    report,
    findings,
    collectedAt: until,
    identity: { hosts: more.hosts ?? [], containers: more.containers ?? [], boots: more.boots ?? [] },
    visibility: { witness: () => ({ until }), artifact: () => true, listed: () => true, ...more.visibility },
  };
}

export function passed(rule: string): ReportCheck {
  return { rule, title: `No ${rule}`, verdict: "pass" };
}
