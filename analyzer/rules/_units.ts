/** What systemd says of services: by `systemctl status`, and by its lines in the journal. */
import type { Fact } from "../model/fact.ts";
import type { Evidence, FindingDraft } from "../model/rule.ts";
import type { MatchedText, RuleView } from "./types.ts";
import { stillActive, windowOf } from "./_time.ts";

export type UnitGroup = "agent" | "runtime" | "other";

/** The programs of a node that everything else depends on. */
const AGENTS =
  /^(?:kubelet|k3s(?:-agent|-server)?|rke2-(?:server|agent)|k0s(?:controller|worker)|snap\.(?:kubelet|microk8s)\.daemon[\w-]*|kubelite)\./;
const RUNTIMES = /^(?:docker|containerd|crio|cri-docker|cri-dockerd|podman|snap\.(?:docker|containerd)[\w.-]*)\./;

/** Restarts of a service that is never said to have failed. */
const RESTARTS_OF_TROUBLE = 3;

function groupOf(unit: string): UnitGroup {
  if (AGENTS.test(unit)) return "agent";
  return RUNTIMES.test(unit) ? "runtime" : "other";
}

function isDown({ active, sub, result }: Fact<"unit">["value"]): boolean {
  if (active === "failed") return true;
  return active === "activating" && (sub === "auto-restart" || (result !== null && result !== "success"));
}

/** The state of each unit that was printed last: a bundle may hold its status from before and after a repair. */
function latest(view: RuleView, group: UnitGroup): Map<string, { down: Fact<"unit">; upLater: boolean }> {
  const found = new Map<string, { down: Fact<"unit">; upLater: boolean }>();
  const facts = view.facts("unit").filter(({ value }) => groupOf(value.unit) === group);
  for (const fact of facts.filter(({ value }) => isDown(value))) {
    const since = view.factTime(fact, "since");
    const upLater = facts.some((other) => {
      const up = view.factTime(other, "since");
      return (
        other.value.unit === fact.value.unit && other.value.active === "active" && !!up && !!since && up.lo > since.hi
      );
    });
    found.set(fact.value.unit, { down: fact, upLater });
  }
  return found;
}

/** Lines of the journal about each unit of the group. */
function said(view: RuleView, group: UnitGroup): Map<string, MatchedText[]> {
  const found = new Map<string, MatchedText[]>();
  for (const match of view.matches("unit-failed")) {
    const unit = match.captures["unit"];
    if (unit === undefined || groupOf(unit) !== group) continue;
    found.set(unit, [...(found.get(unit) ?? []), match]);
  }
  return found;
}

function clip(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** One finding for each unit of the group that is down, or that ended again and again. */
export function unitsDown(view: RuleView, group: UnitGroup): FindingDraft[] {
  const facts = latest(view, group);
  const lines = said(view, group);
  return [...new Set([...facts.keys(), ...lines.keys()])].sort().flatMap((unit) => {
    const draft = draftFor(view, unit, facts.get(unit), lines.get(unit) ?? []);
    if (draft === null) return [];
    // What went on without a word of it is over; of a service that fails seldom, silence tells nothing.
    const isPast = draft.active === false || (draft.active === null && draft.count >= 3 && !facts.has(unit));
    return group === "other" && isPast ? [] : [draft];
  });
}

/** Names under which the program of a unit speaks. */
function originsOf(unit: string): string[] {
  const name = unit.replace(/\.\w+$/, "");
  const own = name.replace(/^snap\./, "").replace(/-(?:server|agent)$/, "");
  return [...new Set([name, own, name === "docker" ? "dockerd" : name])];
}

/** What the program said before it ended for the first time that a log still tells of. */
function firstFailure(view: RuleView, unit: string, lines: MatchedText[]): Evidence | null {
  const first = lines.reduce<number | null>((least, { firstEvent }) => Math.min(least ?? firstEvent, firstEvent), null);
  return first === null ? null : view.lastWords(first, originsOf(unit));
}

/** Whether a service has done its work since it was last said to fail. */
function hasDoneItsWork(view: RuleView, unit: string, failed: Evidence | undefined): boolean {
  return view.matches("unit-succeeded").some(({ captures, last }) => {
    if (failed === undefined || captures["unit"] !== unit) return false;
    const line = last();
    if (line.artifact === failed.artifact) return line.line > failed.line;
    return line.at !== null && failed.at !== null && line.at.lo > failed.at.hi;
  });
}

function draftFor(
  view: RuleView,
  unit: string,
  state: { down: Fact<"unit">; upLater: boolean } | undefined,
  lines: MatchedText[],
): FindingDraft | null {
  const firsts = lines.slice(0, 50).map((match) => match.first());
  const lasts = lines.slice(-50).map((match) => match.last());
  const last = lasts.toSorted((a, b) => (a.at?.best ?? 0) - (b.at?.best ?? 0)).at(-1);
  const times = lines.reduce((sum, { count }) => sum + count, 0);
  const isDone = hasDoneItsWork(view, unit, last);
  const ongoing = isDone ? false : last && firsts[0] ? stillActive(firsts[0], last, times, view) : null;
  const active = state ? !state.upLater : ongoing;
  const counter = Math.max(0, ...lines.map(({ captures }) => Number(captures["counter"] ?? 0)));
  const results = [...new Set(lines.flatMap(({ captures }) => captures["result"] ?? []))];
  if (!state && active === false) return null;
  // Some services are started again each time they end, as a terminal's login is: that alone is no trouble.
  if (!state && results.length === 0 && counter < RESTARTS_OF_TROUBLE) return null;
  const at = state ? view.factTime(state.down, "since") : null;
  const { active: word = "", sub = null, result = null } = state?.down.value ?? {};
  const status = state ? `${word}${sub ? ` (${sub})` : ""}${result ? `, result ${result}` : ""}` : results.join(", ");
  const restarts = counter > 0 ? ` systemd had restarted it ${counter === 1 ? "once" : `${counter} times`}.` : "";
  const again = state !== undefined || counter > 1 || firsts.length > 2;
  const repaired = state?.upLater ? " A later status in the bundle says that it runs again." : "";
  const failure = firstFailure(view, unit, lines);
  const said = failure ? ` Before its first end in the log it said: “${clip(failure.text)}”.` : "";
  const own = state ? [view.evidence(state.down, `${unit}: ${status}`, at)] : [];
  return {
    subject: unit,
    title: `${unit} ${again ? "does not stay up" : "ended with an error"}${status === "" ? "" : `: ${status}`}`,
    summary: `systemd says of ${unit}: ${status === "" ? "it is restarted again and again" : status}.${restarts}${said}${repaired}`,
    confidence: "certain",
    window: windowOf([at, ...firsts.map((line) => line.at), last?.at ?? null]),
    active,
    openStart: true,
    count: Math.max(1, times),
    evidence: [
      ...own,
      ...(failure ? [failure] : []),
      ...firsts.slice(0, 4),
      ...(last && times > 1 ? [last] : []),
    ].filter(
      (line, index, all) =>
        all.findIndex((other) => other.artifact === line.artifact && other.line === line.line) === index,
    ),
    entities: [],
  };
}
