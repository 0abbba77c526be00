import type { Evidence, FindingDraft } from "../model/rule.ts";
import { SECOND } from "../model/time.ts";
import { isLongOver, windowOf } from "./_time.ts";
import type { MatchedText, RuleView } from "./types.ts";

export interface Kill {
  process: string;
  pid: string;
  /** kB of anonymous memory at its end. */
  rss: number | null;
  /** Whose memory ran out: the node's, or what the limit of a control group allows. */
  scope: "node" | "cgroup" | "unknown";
  /** Id of the container whose limit it was, as the name of the control group tells it. */
  container: string | null;
  evidence: Evidence;
}

/** Kernels before 4.19 chose a process in one line and killed it, or a child of it, in one of the next. */
const CHOICE_AND_KILL = 2 * SECOND;

/** One entry for each process that was killed; several lines tell of each. */
export function kills(view: RuleView): Kill[] {
  const found = new Map<string, Kill>();
  let chosen: { key: string; kill: Kill } | null = null;
  const lines = view.matches("oom-line").toSorted((a, b) => a.firstEvent - b.firstEvent);
  for (const match of lines) {
    const { process, pid, verb, bare } = match.captures;
    if (process === undefined || pid === undefined) continue;
    const key = `${pid} ${process}`;
    const kill = killOf(match, process, pid);
    if (bare !== undefined && chosen && isSoonAfter(chosen.kill.evidence, kill.evidence)) {
      kill.scope = chosen.kill.scope;
      if (chosen.key !== key) found.delete(chosen.key);
    }
    chosen = verb === "Kill" ? { key, kill } : null;
    found.set(key, merged(found.get(key), kill));
  }
  return [...found.values()];
}

function isSoonAfter(choice: Evidence, kill: Evidence): boolean {
  if (choice.artifact !== kill.artifact) return false;
  return !choice.at || !kill.at || Math.abs(kill.at.best - choice.at.best) <= CHOICE_AND_KILL;
}

function merged(known: Kill | undefined, kill: Kill): Kill {
  if (!known) return kill;
  const scopes = [known.scope, kill.scope];
  return {
    ...known,
    rss: known.rss ?? kill.rss,
    scope: scopes.includes("cgroup") ? "cgroup" : scopes.includes("node") ? "node" : "unknown",
    container: known.container ?? kill.container,
  };
}

function killOf(match: MatchedText, process: string, pid: string): Kill {
  const { rss, cgroup, group, node } = match.captures;
  return {
    process: process.replace(/^\((.+)\)$/, "$1"),
    pid,
    rss: rss === undefined ? null : Number(rss),
    scope: cgroup !== undefined ? "cgroup" : node !== undefined ? "node" : "unknown",
    container: /(?:^|[/-])([0-9a-f]{64})(?:\.scope)?(?:\/|$)/.exec(group ?? "")?.[1] ?? null,
    evidence: match.first(),
  };
}

/** Units that systemd says lost a process to the OOM killer. */
export function unitsHit(view: RuleView): { unit: string; evidence: Evidence }[] {
  const lines = view.matches("oom-line").flatMap((match) => {
    const unit = match.captures["unit"];
    return unit === undefined ? [] : [{ unit, evidence: match.first() }];
  });
  const facts = view
    .facts("unit")
    .filter(({ value }) => value.result === "oom-kill")
    .map((fact) => ({
      unit: fact.value.unit,
      evidence: view.evidence(
        fact,
        `${fact.value.unit}: ${fact.value.active} (Result: oom-kill)`,
        view.factTime(fact, "since"),
      ),
    }));
  return [...new Map([...facts, ...lines].map((hit) => [hit.unit, hit])).values()];
}

function size(kilobytes: number): string {
  return kilobytes >= 1024 * 1024
    ? `${(kilobytes / 1024 / 1024).toFixed(1)} GiB`
    : `${Math.round(kilobytes / 1024)} MiB`;
}

/** `java (pid 4410, 1.4 GiB)`, the biggest first. */
export function describeKills(killed: Kill[]): string {
  const ordered = killed.toSorted((a, b) => (b.rss ?? 0) - (a.rss ?? 0));
  const named = ordered.slice(0, 6).map(({ process, pid, rss }) => {
    return `${process} (pid ${pid}${rss === null ? "" : `, ${size(rss)}`})`;
  });
  return `${named.join(", ")}${killed.length > 6 ? ` and ${killed.length - 6} more` : ""}`;
}

/** `java (1.4 GiB), etcd and 3 more`, the biggest first, each name once: for a title. */
export function nameKills(killed: Kill[]): string {
  const byName = new Map<string, Kill[]>();
  for (const kill of killed.toSorted((a, b) => (b.rss ?? 0) - (a.rss ?? 0))) {
    byName.set(kill.process, [...(byName.get(kill.process) ?? []), kill]);
  }
  const names = [...byName].map(([process, same]) => {
    const rss = same[0]?.rss ?? null;
    return `${process}${rss === null ? "" : ` (${size(rss)})`}${same.length > 1 ? ` ${same.length} times` : ""}`;
  });
  const named = names.slice(0, 2);
  return names.length > 2 ? `${named.join(", ")} and ${names.length - 2} more` : named.join(" and ");
}

/** Window, count and evidence of a finding about kills. */
export function killDraft(
  killed: Kill[],
  more: Evidence[],
  view: RuleView,
): Pick<FindingDraft, "window" | "count" | "evidence" | "active"> {
  const ordered = killed.toSorted((a, b) => (b.rss ?? 0) - (a.rss ?? 0));
  const evidence = [...ordered.map((kill) => kill.evidence), ...more];
  return {
    window: windowOf(evidence.map(({ at }) => at)),
    count: Math.max(1, killed.length),
    evidence: evidence.slice(0, 9),
    // A killed process stays killed, and what took the memory is seldom known: it may come back, unless it was long ago.
    active: evidence.every((entry) => isLongOver(entry, view)) ? false : null,
  };
}
