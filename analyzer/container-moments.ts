/** The node's zone by lines in local time that tell when a container started or ended, which its runtime noted in UTC. */
import type { Database } from "better-sqlite3";
import type { ZoneProbe } from "./clock/process-zones.ts";
import type { ClockRun } from "./clock/run.ts";
import { ZoneProbes } from "./sources/_zone-probe.ts";
import { parseIso } from "./sources/_time.ts";
import { CONTAINER_MOMENT, containerLines } from "./store/clock-queries.ts";
import { factsOf } from "./store/queries.ts";

const NO_LINE = { text: "", number: 0, byteOffset: 0, byteLength: 0 };

/** @param runOf the run that an event lies in */
export function containerMoments(database: Database, runOf: (event: number) => ClockRun | undefined): ZoneProbe[] {
  const lines = containerLines(database);
  if (lines.length === 0) return [];
  const containers = factsOf(database, "container").filter(({ key }) => /^[0-9a-f]{64}$/.test(key));
  const byId = new Map(containers.map(({ key, value }) => [key, value]));
  const probes = new ZoneProbes();
  for (const { event, stated, text } of lines) {
    const { started, ended } = CONTAINER_MOMENT.exec(text)?.groups ?? {};
    const noted = started === undefined ? byId.get(ended ?? "")?.finishedAt : byId.get(started)?.startedAt;
    const time = parseIso(noted ?? "")?.time;
    const run = runOf(event);
    const isLocal = run?.clock === "local" || run?.clock === "local-no-year";
    if (stated === null || time?.clock !== "utc" || !isLocal) continue;
    probes.add({ process: null, pid: 0, base: null }, stated, run.clock, time.stated, NO_LINE);
  }
  const found: ZoneProbe[] = [];
  const fact = (_kind: string, _key: string, value: unknown): void => void found.push(value as ZoneProbe);
  probes.flush({ event: () => undefined, warning: () => undefined, fact });
  return found;
}
