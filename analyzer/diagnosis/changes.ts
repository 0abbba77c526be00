/** What became of every finding from bundle to bundle. Lost visibility is never counted as fixed. */
import type { BundleSnapshot, TrackedFinding } from "../model/comparison.ts";
import type { Evidence, Finding } from "../model/rule.ts";
import type { Change } from "../model/words.ts";
import { matchFindings } from "./matching.ts";

export type Outcome = { change: Change; reason: string };

const FEW = 3;

/** Follows every finding through the bundles, which are oldest first. Those of the newest bundle come first. */
export function trackFindings(bundles: BundleSnapshot[]): TrackedFinding[] {
  let tracked: TrackedFinding[] = [];
  bundles.forEach((bundle, index) => {
    const before = bundles[index - 1];
    if (before === undefined) {
      tracked = bundle.findings.map((last) => first(last, index, null));
      return;
    }
    const pairs = matchFindings(
      tracked.map(({ last }) => last),
      bundle.findings,
    );
    const known = new Set(pairs.values());
    const followed = tracked.map((track) => follow(track, pairs.get(track.last) ?? null, before, bundle, index));
    const added = bundle.findings.filter((finding) => !known.has(finding));
    tracked = [...followed, ...added.map((finding) => first(finding, index, before))];
  });
  const newest = bundles.at(-1)?.findings ?? [];
  const rank = ({ last }: TrackedFinding): number => newest.indexOf(last) >>> 0;
  return tracked.toSorted((a, b) => rank(a) - rank(b));
}

function first(finding: Finding, index: number, before: BundleSnapshot | null): TrackedFinding {
  const seen = { rule: finding.id, last: finding, firstSeen: index, lastSeen: index };
  if (before === null) return { ...seen, change: "still there", reason: "" };
  return { ...seen, change: "new", reason: whyNew(finding, before) };
}

function whyNew(finding: Finding, before: BundleSnapshot): string {
  const check = before.report.checks.find(({ rule }) => rule === finding.id);
  if (check?.verdict === "unknown") {
    return `Seen for the first time: the earlier bundle could not show it, since ${check.missing ?? "what it needs"} was not collected.`;
  }
  const { collectedAt } = before;
  if (collectedAt !== null && finding.window && finding.window.lo > collectedAt) {
    return "It began after the earlier bundle was collected.";
  }
  if (finding.active === false)
    return "It was over when the newer bundle was collected; the earlier one does not show it.";
  const looked = finding.evidence.find(({ witness }) => before.visibility.witness(witness) !== null);
  if (looked) return `The earlier bundle holds the same kind of evidence (${looked.witness}) and does not show it.`;
  return "Seen for the first time: the earlier bundle holds nothing of the kind that shows it now.";
}

/** How a finding goes on in the next bundle; `now` is what it was matched with there. */
function follow(
  track: TrackedFinding,
  now: Finding | null,
  before: BundleSnapshot,
  bundle: BundleSnapshot,
  index: number,
): TrackedFinding {
  const gone = track.change === "fixed";
  if (now === null) {
    if (gone) return track;
    return { ...track, ...absent(track.last, before, bundle) };
  }
  const outcome = present(track.last, now, before);
  if (gone && outcome.change === "still there") {
    return {
      ...track,
      last: now,
      lastSeen: index,
      change: "new",
      reason: "It was gone in the bundle before, and is back.",
    };
  }
  return { ...track, last: now, lastSeen: index, ...outcome };
}

function present(then: Finding, now: Finding, before: BundleSnapshot): Outcome {
  if (now.active === false) {
    if (then.active === false)
      return { change: "fixed", reason: "It was over before the first of the bundles was collected." };
    const [proof] = now.counterEvidence;
    const how = proof ? `: ${proof.text}` : "";
    return { change: "fixed", reason: `It was over when the newer bundle was collected${how}.` };
  }
  if (now.active === true) return { change: "still there", reason: "It goes on in the newer bundle." };
  const { collectedAt } = before;
  if (collectedAt !== null && now.window && now.window.hi < collectedAt) {
    return {
      change: "no longer observable",
      reason: "The newer bundle holds only what the earlier one held already; nothing in it is newer.",
    };
  }
  return { change: "still there", reason: "The newer bundle shows it too." };
}

/** What it means that the rule found nothing any more. */
function absent(then: Finding, before: BundleSnapshot, now: BundleSnapshot): Outcome {
  const lost = (why: string): Outcome => ({ change: "no longer observable", reason: why });
  const check = now.report.checks.find(({ rule }) => rule === then.id);
  if (!check || check.verdict === "error") return lost("It could not be looked for in the newer bundle.");
  if (check.verdict === "unknown") {
    return lost(`The newer bundle cannot show it: ${check.missing ?? "what it needs"} was not collected.`);
  }
  const views = then.evidence.map((evidence) => seen(evidence, then, before, now));
  const good = views.find(({ sees }) => sees);
  if (good) return { change: "fixed", reason: `${good.why} and does not show it any more.` };
  return lost(views[0] ? `${views[0].why}.` : "The newer bundle holds nothing of the kind that showed it.");
}

/** Whether a witness of the earlier finding was heard again, late enough to say it again. */
function seen(
  evidence: Evidence,
  then: Finding,
  before: BundleSnapshot,
  now: BundleSnapshot,
): { sees: boolean; why: string } {
  const { visibility } = now;
  const { witness } = evidence;
  const paths = then.entities.filter(({ kind, key }) => kind === "path" && key.startsWith("/"));
  const about = /command|listing/.test(witness) && paths.length > 0;
  if (about && paths.every(({ key }) => visibility.listed(key))) {
    return { sees: true, why: "A listing in the newer bundle shows the same place" };
  }
  const heard = visibility.witness(witness);
  if (about || heard === null || /command/.test(witness)) {
    const again = visibility.artifact(evidence.artifact);
    if (again) return { sees: true, why: `The newer bundle holds ${evidence.artifact} too` };
    return { sees: false, why: `What showed it (${witness}: ${evidence.artifact}) is not in the newer bundle` };
  }
  if (heard === "state") return { sees: true, why: `The newer bundle holds the same kind of evidence (${witness})` };
  return stillSpeaking(witness, heard.until, then, before);
}

function stillSpeaking(
  witness: string,
  until: number | null,
  then: Finding,
  before: BundleSnapshot,
): { sees: boolean; why: string } {
  const from = Math.max(then.window?.hi ?? -Infinity, before.collectedAt ?? -Infinity);
  if (until === null || from === -Infinity) {
    return {
      sees: false,
      why: `No time tells whether the newer bundle's log of ${witness} goes on longer than the earlier one`,
    };
  }
  const longer = until - from;
  if (longer <= 0)
    return { sees: false, why: `The newer bundle's log of ${witness} ends before the earlier bundle was collected` };
  const length = then.window ? then.window.hi - then.window.lo : 0;
  const rhythm = then.count >= FEW ? length / (then.count - 1) : 0;
  if (longer < 3 * rhythm) {
    return {
      sees: false,
      why: `The newer bundle's log of ${witness} does not go on long enough: it was said less often than that`,
    };
  }
  return { sees: true, why: `The log of ${witness} goes on after the earlier bundle` };
}
