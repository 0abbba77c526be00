/** Which of its two readings a stretch of lines has that lies in the hour which a clock change repeats. */
import { SECOND } from "../model/time.ts";
import type { WallEra } from "./history.ts";
import type { Part, Placed } from "./placed.ts";
import type { WallRun } from "./wall.ts";
import { isInHistory, stepTo } from "./wall.ts";

/**
 * A reading at which no boot ran is none. Else two stretches of one repeated hour, of which the second begins before the
 * first ends, are its two halves.
 * @param wallOf the stretch as the wall clock wrote it, by its reading
 */
export function settleFolds(parts: Part[], wallOf: (placed: Placed) => WallRun, history: WallEra[]): Part[] {
  const oldest = Math.min(...history.map(({ from }) => from));
  const isKnown = (placed: Placed): boolean => isInHistory(wallOf(placed), history);
  const settled = parts.map((part): Part => {
    const { placed } = part;
    if (!isFold(part) || placed === null || placed.first < oldest) return part;
    const [earlier, later] = [atOffset(placed, "earlier"), atOffset(placed, "later")];
    if (isKnown(earlier) === isKnown(later)) return part;
    return { ...part, placed: isKnown(later) ? later : earlier };
  });
  return settled.map((part, at): Part => {
    const [previous, next] = [settled[at - 1], settled[at + 1]];
    if (part.placed && isTwice(previous, part)) return { ...part, placed: atOffset(part.placed, "later") };
    return part.placed && isTwice(part, next) ? { ...part, placed: atOffset(part.placed, "earlier") } : part;
  });
}

/** Whether a stretch has two readings. */
export function isFold({ placed }: { placed: Placed | null }): boolean {
  return placed?.basis === "zone-assumed" && placed.after > 0;
}

function isTwice(first: Part | undefined, second: Part | undefined): boolean {
  if (first === undefined || second === undefined) return false;
  return isFold(first) && isFold(second) && stepTo(second.run, first.run) < -SECOND;
}

function atOffset(placed: Placed, reading: "earlier" | "later"): Placed {
  const more = reading === "later" ? placed.after : 0;
  const basis = placed.run.clock === "local" ? "exact" : "year-inferred";
  const { first, last, shift } = placed;
  return {
    ...placed,
    isLater: reading === "later",
    basis,
    before: 0,
    after: 0,
    shift: shift + more,
    first: first + more,
    last: last + more,
  };
}
