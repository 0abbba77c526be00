/** Whether the boot before that of a line ended with a shutdown, as its log tells. */
import type { Database } from "better-sqlite3";
import { kernelStartLines, shutdownLines } from "./clock-queries.ts";
import { allRuns, type RunRow } from "./queries.ts";

/** A stretch of one artifact that one boot wrote; its end is the next one's first event. */
interface Stretch {
  artifact: number;
  boot: string | null;
  firstEvent: number;
  shutDown: boolean;
}

/** The first lines of an artifact belong to the boot that begins there. */
const HEAD = 3;

/**
 * Tells for an event whether the boot before its own was shut down. A log that does not show it may be one of a single
 * program, so that only a shutdown that was seen says something.
 * @param order ids of the boots that have one, in true order: what one of them wrote may lie in several files
 */
export function createShutdownBefore(database: Database, order: string[]): (event: number) => boolean {
  let known: { stretches: Stretch[]; shutDown: Set<string> } | null = null;
  const read = () => {
    const stretches = stretchesOf(allRuns(database), kernelStartLines(database));
    for (const { event } of shutdownLines(database)) {
      const stretch = stretches[indexAt(stretches, event)];
      if (stretch !== undefined) stretch.shutDown = true;
    }
    const shutDown = stretches.flatMap((stretch) => (stretch.shutDown && stretch.boot !== null ? [stretch.boot] : []));
    return { stretches, shutDown: new Set(shutDown) };
  };
  return (event) => {
    known ??= read();
    const { stretches, shutDown } = known;
    const at = indexAt(stretches, event);
    const [before, own] = [stretches[at - 1], stretches[at]];
    if (own === undefined) return false;
    if (before?.artifact === own.artifact) return before.shutDown;
    return own.boot !== null && shutDown.has(order[order.indexOf(own.boot) - 1] ?? "");
  };
}

/** Where a journal names its boots they tell where one begins; else the kernel's first words do. */
function stretchesOf(runs: RunRow[], starts: { event: number }[]): Stretch[] {
  const named = new Set(runs.flatMap(({ boot, artifact }) => (boot === null ? [] : [artifact])));
  const begins = new Map<number, number>();
  const stretches: Stretch[] = [];
  for (const { artifact, boot, firstEvent, lastEvent } of runs) {
    const begin = begins.get(artifact) ?? firstEvent;
    begins.set(artifact, begin);
    const last = stretches.at(-1);
    if (last?.artifact !== artifact || last.boot !== boot)
      stretches.push({ artifact, boot, firstEvent, shutDown: false });
    if (named.has(artifact)) continue;
    for (const { event } of starts) {
      if (event < firstEvent || event > lastEvent || event - begin < HEAD) continue;
      stretches.push({ artifact, boot, firstEvent: event, shutDown: false });
    }
  }
  return stretches;
}

function indexAt(stretches: Stretch[], event: number): number {
  return stretches.findLastIndex(({ firstEvent }) => firstEvent <= event);
}
