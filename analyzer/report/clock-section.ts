/** What the report says of the clock, with the lines that tell it. */
import type { Database } from "better-sqlite3";
import type { ClockSummary } from "../model/analysis.ts";
import type { ReportClock, ReportPlace } from "../model/report.ts";
import type { RunRow } from "../store/queries.ts";
import { allRuns, eventById, factsOf } from "../store/queries.ts";
import { reportTime } from "./instants.ts";
import { placeOf } from "./row-lines.ts";

const MOST_READ = 6;
const MOST_UNSET = 8;

/** Zone, boots and steps as the report shows them. */
export function clockOf(database: Database, clock: ClockSummary): ReportClock {
  const entries = bootEntries(database);
  return {
    zone: clock.zone,
    zoneBasis: clock.zoneBasis,
    yearBasis: clock.yearBasis,
    boots: clock.boots.map(({ id, first, last, offset, basis }) => ({
      id,
      first: reportTime(first),
      last: reportTime(last),
      offsetUs: Math.round(offset),
      basis,
      cites: entries.get(id) ?? [],
    })),
    steps: clock.steps.map(({ bootId, at, delta, cause, line }) => ({
      bootId,
      at: reportTime(at),
      deltaUs: Math.round(delta),
      cause,
      cite: line === null ? null : placeOf(eventById(database, line)),
    })),
    notes: [`Collected: ${clock.collectedBasis}.`, ...clock.notes],
    cites: { read: clockReadings(database), unset: unsetStretches(database) },
  };
}

/** The first and the last entry of each boot, where the seconds since it are written. */
function bootEntries(database: Database): Map<string, ReportPlace[]> {
  const boots = new Map<string, { first: RunRow; last: RunRow }>();
  for (const run of allRuns(database)) {
    if (run.boot === null) continue;
    const own = boots.get(run.boot) ?? { first: run, last: run };
    const isEarlier = (run.firstMonotonic ?? Infinity) < (own.first.firstMonotonic ?? Infinity);
    const isLater = (run.lastMonotonic ?? -Infinity) > (own.last.lastMonotonic ?? -Infinity);
    boots.set(run.boot, { first: isEarlier ? run : own.first, last: isLater ? run : own.last });
  }
  return new Map(
    [...boots].map(([boot, { first, last }]) => [
      boot,
      [first.firstEvent, last.lastEvent].map((event) => placeOf(eventById(database, event))),
    ]),
  );
}

/** What tells the clock and the zone of the node: `date`, `timedatectl`, abbreviations behind local times. */
function clockReadings(database: Database): ReportPlace[] {
  const clocks = factsOf(database, "clock").filter(
    ({ value: { reading, time, zone, synchronized } }) =>
      (reading === "collection" && time !== null) || zone !== null || synchronized !== null,
  );
  const found = [...clocks, ...factsOf(database, "zone-name"), ...factsOf(database, "zone-probe")].map(placeOf);
  const distinct = new Map(found.map((place) => [`${place.artifact}\n${place.line}`, place]));
  return [...distinct.values()].slice(0, MOST_READ);
}

/** Where stretches of lines begin of which only the order is known. */
function unsetStretches(database: Database): ReportPlace[] {
  const first = database
    .prepare("SELECT first_event FROM placement WHERE basis = 'order-only' ORDER BY first_event LIMIT ?")
    .pluck()
    .all(MOST_UNSET) as number[];
  return first.map((event) => placeOf(eventById(database, event)));
}
