/** "Is it repaired?": the answer of several bundles of one node, in sentences about findings. */
import type { BundleSnapshot, Comparison, TrackedFinding } from "../model/comparison.ts";
import type { RepairAnswer } from "../model/words.ts";
import { trackFindings } from "./changes.ts";

type Sentence = { text: string; about: TrackedFinding[] };

interface Picture {
  /** What was the matter before: causes where they were known, else the trouble itself. */
  before: TrackedFinding[];
  /** Causes in the newest bundle that go on. */
  now: TrackedFinding[];
  /** Trouble in the newest bundle that goes on without a cause. */
  trouble: TrackedFinding[];
  lastConclusion: string;
}

const SEVERE = new Set(["critical", "major"]);

function isSevere({ last }: TrackedFinding): boolean {
  return SEVERE.has(last.severity);
}

/** Findings that a bundle's report calls root causes, or where it has none, its active severe findings. */
function troubleOf(bundle: BundleSnapshot): Set<string> {
  const roots = bundle.report.rootCauses.filter(({ active }) => active !== false).map(({ finding }) => finding);
  const severe = bundle.findings.filter(
    ({ severity, active, role }) => SEVERE.has(severity) && active !== false && role !== "marker",
  );
  const ids = severe.map(({ findingId }) => findingId).filter((id) => roots.length === 0 || roots.includes(id));
  return new Set(ids);
}

/** Compares bundles of one node, oldest first. */
export function compareBundles(bundles: BundleSnapshot[]): Comparison {
  const tracked = trackFindings(bundles);
  const newest = bundles.length - 1;
  const earlierIds = new Set(bundles.slice(0, newest).flatMap((bundle) => [...troubleOf(bundle)]));
  const [last] = bundles.slice(newest);
  const lastIds = last ? troubleOf(last) : new Set<string>();
  const roots = new Set(last?.report.rootCauses.map(({ finding }) => finding));
  const current = tracked.filter(
    ({ last: finding, lastSeen, change }) =>
      lastSeen === newest && change !== "no longer observable" && lastIds.has(finding.findingId),
  );
  const picture: Picture = {
    before: tracked.filter(
      (track) => track.firstSeen < newest && earlierIds.has(track.last.findingId) && isSevere(track),
    ),
    now: current.filter(({ last: finding }) => roots.has(finding.findingId)),
    trouble: current.filter(({ last: finding }) => !roots.has(finding.findingId)),
    lastConclusion: last?.report.conclusion ?? "insufficient-evidence",
  };
  const answer = answerOf(picture);
  const sentences = sentencesOf(picture, tracked, last);
  return { tracked, verdict: { answer, headline: headlineOf(answer, picture), sentences } };
}

function only(list: TrackedFinding[], change: TrackedFinding["change"]): TrackedFinding[] {
  return list.filter((track) => track.change === change);
}

function answerOf({ before, now, trouble, lastConclusion }: Picture): RepairAnswer {
  const broken = now.length + trouble.length > 0;
  if (before.length === 0) {
    if (broken) return "newly-broken";
    return lastConclusion === "insufficient-evidence" ? "cannot-tell" : "never-broken";
  }
  if (only(before, "still there").length > 0) return "not-repaired";
  if (broken) return "broken-otherwise";
  if (only(before, "no longer observable").length > 0) return "cannot-tell";
  return lastConclusion === "insufficient-evidence" ? "cannot-tell" : "repaired";
}

function titles(list: TrackedFinding[]): string {
  const shown = list.slice(0, 2).map(({ last }) => `“${last.title}”`);
  const more = list.length - shown.length;
  return `${shown.join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
}

function headlineOf(answer: RepairAnswer, { before, now, trouble }: Picture): string {
  const current = now.length > 0 ? now : trouble;
  switch (answer) {
    case "repaired":
      return `What was wrong is gone: ${titles(before)}`;
    case "not-repaired":
      return `Still there: ${titles(only(before, "still there"))}`;
    case "broken-otherwise":
      return `What was wrong before is ${only(before, "no longer observable").length > 0 ? "not to be seen any more" : "repaired"}, but the node is still broken, in another way: ${titles(current)}`;
    case "cannot-tell":
      return before.length > 0
        ? `What would show it was not collected again: ${titles(only(before, "no longer observable"))}`
        : "The newer bundle holds too little to tell";
    case "newly-broken":
      return `It broke between the two bundles: ${titles(current)}`;
    case "never-broken":
      return "Nothing was wrong in the earlier bundle, and nothing is wrong in the newer one";
  }
}

const LEAD: Record<TrackedFinding["change"], string> = {
  fixed: "Repaired",
  "still there": "Still there",
  new: "New",
  "no longer observable": "Not to be seen any more, which does not mean repaired",
};

function tell(track: TrackedFinding): Sentence {
  return { text: `${LEAD[track.change]}: ${track.last.title}. ${track.reason}`, about: [track] };
}

function sentencesOf(picture: Picture, tracked: TrackedFinding[], last: BundleSnapshot | undefined): Sentence[] {
  const { before, now, trouble } = picture;
  const current = (now.length > 0 ? now : trouble.slice(0, 3)).filter((track) => !before.includes(track));
  const order: TrackedFinding["change"][] = ["still there", "fixed", "no longer observable", "new"];
  const told = order
    .flatMap((change) => only(before, change))
    .slice(0, 6)
    .map(tell);
  return [...told, ...current.slice(0, 4).map(tell), ...originOf(picture, tracked, last)];
}

/** Where new damage comes from, when the chain of the newest bundle begins with what is repaired. */
function originOf({ before, now }: Picture, tracked: TrackedFinding[], last: BundleSnapshot | undefined): Sentence[] {
  for (const root of now) {
    if (root.change !== "new") continue;
    const chain = last?.report.rootCauses.find(({ finding }) => finding === root.last.findingId)?.chain ?? [];
    const [head] = chain;
    const origin = tracked.find((track) => track.last.findingId === head && track !== root && before.includes(track));
    if (origin === undefined) continue;
    const text =
      "The new damage is what the old one left behind. To repeat the first repair does not help: the steps below are for what is broken now.";
    return [{ text, about: [origin, root] }];
  }
  return [];
}
