/** Runs the rules over a store: findings, and for every rule a verdict. */
import type { EntityRef, Evidence, Finding, FindingDraft } from "../model/rule.ts";
import type { ReportCheck } from "../model/report.ts";
import { fillRemedy } from "./_fill.ts";
import { recovered } from "./_recovery.ts";
import { pathEntities } from "./_layers.ts";
import { fillTemplate, total } from "./_template.ts";
import { startsWithLog, stillActive, windowOf } from "./_time.ts";
import type { LineRule, MatchedText, Rule, RuleView } from "./types.ts";
import { needs } from "./needs.ts";

/** Evidence lines that a finding keeps. */
const MAX_EVIDENCE = 8;
/** Findings that one rule may make before the rest is counted only. */
const MAX_FINDINGS = 20;

export interface Evaluation {
  findings: Finding[];
  checks: ReportCheck[];
}

/**
 * Line rules first (but for notes, which are only read by others), then structural rules by stage and id. A rule that throws becomes an `error` verdict; the others
 * go on.
 * @param found filled with the drafts of each rule as they come, for structural rules to read
 */
export function evaluateRules(
  rules: Rule[],
  view: RuleView,
  found: Map<string, FindingDraft[]>,
  afterLines: () => void,
): Evaluation {
  const checks: ReportCheck[] = [];
  const run = (rule: Rule, make: () => FindingDraft[]): void => {
    try {
      const drafts = make();
      found.set(rule.id, drafts);
      checks.push(verdictOf(rule, drafts, view));
    } catch (error) {
      const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      checks.push({ rule: rule.id, title: rule.title, verdict: "error", missing: message });
    }
  };
  for (const rule of rules) if (rule.type === "line" && !rule.note) run(rule, () => lineFindings(rule, view));
  afterLines();
  for (const stage of [1, 2] as const) {
    for (const rule of rules) {
      if (rule.type === "structural" && rule.stage === stage) run(rule, () => rule.evaluate(view));
    }
  }
  const weighed = weighedMarkers(found);
  const told = (rule: Rule): FindingDraft[] =>
    (found.get(rule.id) ?? []).filter(
      ({ role = rule.role, subject }) => role !== "marker" || !weighed.has(`${rule.id} ${subject}`),
    );
  const findings = settle(rules.flatMap((rule) => told(rule).map((draft) => recovered(finish(rule, draft), view))));
  return { findings, checks: checks.toSorted((a, b) => (a.rule < b.rule ? -1 : 1)) };
}

/** Rule and subject of the markers that a finding tells whole. */
function weighedMarkers(found: Map<string, FindingDraft[]>): Set<string> {
  const weighed = [...found.values()].flat().flatMap(({ weighs = [] }) => weighs);
  return new Set(weighed.map(({ rule, subject }) => `${rule} ${subject}`));
}

/**
 * Lines that a check has weighed: where it finds the trouble over at the collection, its marker does not go on, however
 * near to the end of the log its last line stands.
 */
function settle(findings: Finding[]): Finding[] {
  const over = findings.filter(({ role, active }) => role !== "marker" && active === false);
  return findings.map((finding) => {
    if (finding.role !== "marker" || finding.active === false) return finding;
    const check = over.find(
      ({ cause, entities }) =>
        cause === finding.cause &&
        finding.entities.length > 0 &&
        finding.entities.every((one) => entities.some(({ kind, key }) => kind === one.kind && key === one.key)),
    );
    return check ? { ...finding, active: false, counterEvidence: check.counterEvidence } : finding;
  });
}

function verdictOf(rule: Rule, drafts: FindingDraft[], view: RuleView): ReportCheck {
  if (drafts.length > 0) return { rule: rule.id, title: drafts[0]?.title ?? rule.title, verdict: "fail" };
  const missing = rule.needs.filter((need) => !view.has(need));
  if (missing.length === 0) return { rule: rule.id, title: rule.passTitle, verdict: "pass" };
  const titles = missing.map((id) => needs.find((need) => need.id === id)?.title ?? id);
  return { rule: rule.id, title: rule.passTitle, verdict: "unknown", missing: titles.join(", ") };
}

function finish(rule: Rule, draft: FindingDraft): Finding {
  const slug = draft.subject
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 48);
  return {
    id: rule.id,
    passTitle: rule.passTitle,
    why: rule.why,
    layer: rule.layer,
    explains: rule.explains,
    references: rule.references,
    needs: rule.needs,
    refutedBy: rule.refutedBy ?? [],
    ...(rule.unmistakable === true ? { unmistakable: true } : {}),
    role: draft.role ?? rule.role,
    cause: draft.cause ?? rule.cause,
    severity: draft.severity ?? rule.severity,
    counterEvidence: draft.counterEvidence ?? [],
    ...draft,
    remedy: draft.remedy ?? rule.remedy,
    findingId: slug === "" ? rule.id : `${rule.id}-${slug}`,
  } as Finding;
}

/** Findings of a line rule: one per distinct subject. */
export function lineFindings(rule: LineRule, view: RuleView): FindingDraft[] {
  const groups = new Map<string, MatchedText[]>();
  for (const match of view.matches(rule.id)) {
    const subject = rule.subject.map((name) => match.captures[name] ?? "").join(" ");
    const group = groups.get(subject);
    if (group) group.push(match);
    else groups.set(subject, [match]);
  }
  const enough = [...groups].filter(([, group]) => total(group) >= rule.atLeast);
  return enough.slice(0, MAX_FINDINGS).map(([subject, group]) => lineFinding(rule, subject, group, view));
}

/** Texts of a group whose ends are looked at. */
const MOST_ENDS = 100;

/** The texts that were said last, the last of all at the end. */
function latestOf(group: MatchedText[]): MatchedText[] {
  return group.toSorted((a, b) => (a.lastAt ?? 0) - (b.lastAt ?? 0)).slice(-MOST_ENDS);
}

function lineFinding(rule: LineRule, subject: string, group: MatchedText[], view: RuleView): FindingDraft {
  const firsts = group.slice(0, MOST_ENDS).map((match) => match.first());
  const lasts = latestOf(group).map((match) => match.last());
  const [first, last] = [firsts[0], lasts.at(-1)] as [Evidence, Evidence];
  const count = total(group);
  const entities = collectEntities(rule, group, view);
  const fill = (template: string, counted = false): string => fillTemplate(template, { rule, group, view, counted });
  return {
    subject,
    title: fill(rule.title),
    summary: fill(rule.summary, true),
    confidence: rule.confidence,
    window: windowOf([...firsts, ...lasts].map(({ at }) => at)),
    active: activeOf(rule, first, last, count, view),
    openStart: startsWithLog(first, view.firstEventOf(first.artifact)),
    count,
    counted: "line",
    evidence: pickEvidence(firsts, last),
    entities,
    remedy: fillRemedy(rule.remedy, view, entities, null, pathOf(group)),
  };
}

/** The path that lines name, where they name no other one. */
function pathOf(group: MatchedText[]): string | undefined {
  const paths = new Set(group.flatMap(({ captures: { path } }) => (path ? [path] : [])));
  return paths.size === 1 ? [...paths][0] : undefined;
}

/** What has happened does not go on, however near to the end of the log it was told. */
function activeOf(rule: LineRule, first: Evidence, last: Evidence, count: number, view: RuleView): boolean | null {
  const active = stillActive(first, last, count, view);
  // Damage that was met once stays, however long nothing touches it.
  if (active === false && count < 3 && /corruption/.test(rule.cause)) return null;
  return rule.instant && active === true ? null : active;
}

/** The first line of the first texts, and the last line of all, without repeating one. */
function pickEvidence(firsts: Evidence[], last: Evidence): Evidence[] {
  const picked = firsts.slice(0, MAX_EVIDENCE - 1);
  const repeated = picked.some(({ artifact, line }) => artifact === last.artifact && line === last.line);
  return repeated ? picked : [...picked, last];
}

function collectEntities(rule: LineRule, group: MatchedText[], view: RuleView): EntityRef[] {
  const refs = new Map<string, EntityRef>();
  for (const match of group.slice(0, 500)) {
    const own = new Map<string, EntityRef[]>();
    for (const { kind, capture } of rule.entities) {
      const value = match.captures[capture];
      if (value === undefined || value === "") continue;
      const found = kind === "path" ? pathEntities(value, view) : [view.resolve(kind, value)];
      own.set(capture, found);
      for (const ref of found) {
        refs.set(`${ref.kind}:${ref.key}`, ref);
        view.note(ref);
      }
    }
    for (const { from, to, kind } of rule.links) {
      for (const a of (own.get(from) ?? []).slice(-1)) {
        for (const b of (own.get(to) ?? []).slice(-1)) view.link(a, b, kind, match.first());
      }
    }
  }
  return [...refs.values()];
}
