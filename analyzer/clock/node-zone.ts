/** The zone in which the node wrote its local times. */
import type { ClockFact } from "../model/fact.ts";
import type { Instant, Micros } from "../model/time.ts";
import { HOUR, SECOND, WIDEST_ZONE_EAST, WIDEST_ZONE_WEST } from "../model/time.ts";
import type { ZoneProbe } from "./process-zones.ts";
import { nodeProbe, processZones } from "./process-zones.ts";
import type { ClockRun } from "./run.ts";
import { inYear, yearIn } from "./year.ts";
import { boundsNamed, zoneNamed } from "./zone-names.ts";
import type { Zone } from "./zone.ts";
import { assumedZone, fixedZone, namedZone, offsetName } from "./zone.ts";

export interface ZoneInput {
  runs: ClockRun[];
  clocks: ClockFact[];
  /** Offsets between a local and a UTC time of one line, by the program that wrote it. */
  probes: ZoneProbe[];
  /** The same of a line and of what the container runtime noted of the moment that it tells of. */
  moments: ZoneProbe[];
  /** Abbreviations behind local times. */
  zoneNames: string[];
  /** IANA name, from the command line or the manifest. */
  timezone: { name: string; basis: string } | null;
}

/** Saving the outputs of a bundle by hand takes minutes; the collector notes its own clock. */
const CLOCK_ERROR = 5 * SECOND;

/** The node's zone: as somebody names it, as lines measure it, or as far as it cannot be another. */
export function chooseZone(input: ZoneInput, collectedAt: Instant | null): Zone {
  if (input.timezone) return namedZone(input.timezone.name, input.timezone.basis);
  const names = [...input.clocks.flatMap(({ zone }) => zone ?? []), ...input.zoneNames];
  const named = zoneNamed(names);
  if (named) return named;
  const probe = nodeProbe(input.probes);
  if (probe) {
    const name = offsetName(probe.offset);
    return fixedZone(
      probe.offset,
      name,
      `measured: ${probe.count === 1 ? "1 line carries" : `${probe.count} lines carry`} both a local and a UTC time`,
    );
  }
  const moment = nodeProbe(input.moments);
  if (moment && input.moments.every(({ offset, count }) => offset === moment.offset || count < moment.count)) {
    const tell = moment.count === 1 ? "1 line tells" : `${moment.count} lines tell`;
    const basis = `measured: ${tell} in local time when a container started or ended, of which the runtime noted the UTC time`;
    return fixedZone(moment.offset, offsetName(moment.offset), basis);
  }
  const { isOfContainer } = processZones(input.probes, assumedZone(), 0);
  const ofNode = input.runs.filter((run) => !isOfContainer(run.process));
  const [west, east, basis] = boundsNamed(names) ?? [-WIDEST_ZONE_WEST, WIDEST_ZONE_EAST];
  const least = leastOffset(ofNode, collectedAt);
  return least > east ? assumedZone(least, WIDEST_ZONE_EAST) : assumedZone(Math.max(west, least), east, basis);
}

/** Nothing happened after the collection, so a local time at or beyond it puts a lower bound on the zone. */
function leastOffset(runs: ClockRun[], collectedAt: Instant | null): Micros {
  if (collectedAt === null) return -WIDEST_ZONE_WEST;
  const local = runs.filter((run) => run.clock === "local" || run.clock === "local-no-year");
  const ahead = local.flatMap((run) => {
    if (run.lastStated === null) return [];
    const year = yearIn(collectedAt.best);
    const stated = run.clock === "local" ? run.lastStated : inYear(run.lastStated, year);
    const offset = stated - collectedAt.hi;
    return offset <= WIDEST_ZONE_EAST ? [offset] : [];
  });
  const least = Math.max(-WIDEST_ZONE_WEST, ...ahead);
  return Math.ceil((least - CLOCK_ERROR) / (HOUR / 4)) * (HOUR / 4) + 0;
}
