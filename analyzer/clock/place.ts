/**
 * The second pass: gives every run of events its place on the time axis, as a few segments per artifact. Within one
 * file, file order is truth: a run whose clock was not set (1970, or later than the collection) lies between its
 * neighbours, whatever it says.
 */
import type { Placement } from "../model/time.ts";
import { DAY } from "../model/time.ts";
import { eraOfRun, placementIn } from "./history.ts";
import type { Stretch } from "./lone-steps.ts";
import { wrongStretches } from "./lone-steps.ts";
import type { PlacementContext } from "./parts.ts";
import type { Part, Placed } from "./placed.ts";
import { cutAtJumps, partsOf, wallRun } from "./parts.ts";
import type { ClockRun } from "./run.ts";
import { correctPlacement, correctionsOf } from "./wall.ts";

/** Segments for all runs, in order of event id. Runs without any place get none. */
export function placeRuns(runs: ClockRun[], context: PlacementContext): Placement[] {
  const byArtifact = new Map<number, ClockRun[]>();
  for (const run of runs) byArtifact.set(run.artifact, [...(byArtifact.get(run.artifact) ?? []), run]);
  return [...byArtifact.values()].flatMap((own) => placeArtifact(own, context));
}

function placeArtifact(runs: ClockRun[], context: PlacementContext): Placement[] {
  const measured = runs.flatMap((run) => {
    const era = eraOfRun(run, context.history);
    return era ? [{ run, placement: placementIn(run, era) }] : [];
  });
  const known = new Set(measured.map(({ run }) => run));
  const others = runs.filter((run) => run.foreign === true && run.clock === "utc");
  const rest = groupBySection(runs.filter((run) => !known.has(run) && !others.includes(run)));
  const placed = rest.flatMap((own) => {
    const local = own.find(({ clock }) => clock === "local" || clock === "local-no-year");
    return placeUnmeasured(own, local ? { ...context, zone: context.zoneOf(local) } : context);
  });
  return [...measured.map(({ placement }) => placement), ...placed, ...others.map(asWritten)];
}

function asWritten({ firstEvent, lastEvent }: ClockRun): Placement {
  return { firstEvent, lastEvent, offset: 0, before: 0, after: 0, basis: "exact", lo: null, hi: null };
}

/** The outputs of several commands in one file, and the lines of several programs, tell nothing of each other's order. */
function groupBySection(runs: ClockRun[]): ClockRun[][] {
  const groups = new Map<string, ClockRun[]>();
  for (const run of runs) {
    const key = `${run.section} ${run.process ?? ""}`;
    const own = groups.get(key);
    if (own) own.push(run);
    else groups.set(key, [run]);
  }
  return [...groups.values()];
}

function placeUnmeasured(runs: ClockRun[], context: PlacementContext): Placement[] {
  const isOneWriter = isOneLog(runs[0]);
  const parts = isOneWriter ? cutAtJumps(partsOf(runs, context), context) : partsOf(runs, context);
  const corrections = correctionsOfParts(parts, context);
  const known = parts.map(({ run, placed, unset }, index) => {
    const correction = corrections[index];
    if (placed && correction && run.clock !== "monotonic") return correctPlacement(toPlacement(placed), correction);
    return placed && !unset ? toPlacement(placed) : null;
  });
  const stretches = known.map((placement, index) => stretchOf(parts[index], placement, corrections[index] != null));
  const wrong = isOneWriter ? wrongStretches(stretches) : [];
  const right = known.map((placement, index) => (wrong[index] ? null : placement));
  return parts.flatMap(({ run }, index) => right[index] ?? between(run, index, parts, right));
}

/** A container's log under its own name; other files may hold the ends of several, one after the other. */
function isOneLog(run: ClockRun | undefined): boolean {
  const { source, path } = run ?? { source: null, path: "" };
  return (
    /^(?:docker-json-log|cri-log|container-log)\b/.test(source ?? "") && /\.log(?:\.\d{1,3})?(?:\.gz)?$/.test(path)
  );
}

function correctionsOfParts(parts: Part[], context: PlacementContext): ReturnType<typeof correctionsOf> {
  const { zone, history } = context;
  const trusted = zone.assumed ? history.filter(() => parts.every(({ run }) => run.clock === "utc")) : history;
  return correctionsOf(
    parts.map(({ run, placed }) => wallRun(run, placed?.shift ?? 0, context, placed?.isLater)),
    trusted,
  );
}

function stretchOf(part: Part | undefined, placement: Placement | null, settled: boolean): Stretch | null {
  if (!placement || !part) return null;
  const { firstStated, lastStated } = part.run;
  return { first: (firstStated ?? 0) + placement.offset, last: (lastStated ?? 0) + placement.offset, settled };
}

function toPlacement({ run, shift, before, after, basis }: Placed): Placement {
  return {
    firstEvent: run.firstEvent,
    lastEvent: run.lastEvent,
    offset: shift,
    before,
    after,
    basis,
    lo: null,
    hi: null,
  };
}

/** Bounds for a run whose clock was not set: after the run before it, before the run after it, close to the latter. */
function between(run: ClockRun, index: number, parts: Part[], known: (Placement | null)[]): Placement[] {
  const before = known.findLastIndex((placement, at) => placement !== null && at < index);
  const after = known.findIndex((placement, at) => placement !== null && at > index);
  const [previous, next] = [known[before], known[after]];
  const length = (run.lastStated ?? 0) - (run.firstStated ?? 0);
  const follower = next ? (parts[after]?.run.firstStated ?? 0) + next.offset : null;
  const hi = next && follower !== null ? follower + next.after : null;
  if (hi === null && !previous) return [];
  const lo = previous
    ? (parts[before]?.run.lastStated ?? 0) + previous.offset - previous.before
    : (hi ?? 0) - length - DAY;
  const end = Math.max(hi ?? lo + length, lo + 1);
  const segment = { firstEvent: run.firstEvent, lastEvent: run.lastEvent, before: 0, after: 0 };
  return [{ ...segment, offset: (follower ?? end) - (run.lastStated ?? 0), basis: "order-only", lo, hi: end }];
}
