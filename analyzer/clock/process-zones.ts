/**
 * The zone of each program. A program of the node writes the node's local time, one in a container the time of its own
 * zone, which is UTC unless somebody mounted or set another: klog writes neither zone nor year, so one bundle may hold
 * the same hour twice. What is measured of a program goes before what is usual, and that before the node's zone.
 */
import type { ZoneProbeFact } from "../model/fact.ts";
import type { Micros } from "../model/time.ts";
import type { Zone } from "./zone.ts";
import { fixedZone, offsetName } from "./zone.ts";

export type ZoneProbe = ZoneProbeFact;

/** Zones by program, for logs that one program wrote. */
export interface ProcessZones {
  /** The zone of a run, given the program that wrote it; the node's zone where nothing tells of the program. */
  zoneOf(process: string | null): Zone;
  /** Whether a program's zone says nothing of the node's. */
  isOfContainer(process: string | null): boolean;
  /** Sentences on the programs whose zone is not the node's. */
  notes(): string[];
}

const MOST_NOTES = 5;

/** The probe of the node itself: the offset that most lines of its journal and its programs agree on. */
export function nodeProbe(probes: ZoneProbe[]): { offset: Micros; count: number } | null {
  return strongest(probes.filter(({ writer }) => writer === "host"));
}

/**
 * @param node the node's zone, which programs live in of which nothing is known
 * @param year in which the node ran, for its offsets in winter and summer
 */
export function processZones(probes: ZoneProbe[], node: Zone, year: number): ProcessZones {
  const byProcess = new Map<string, ZoneProbe[]>();
  for (const probe of probes) {
    if (probe.process !== null) byProcess.set(probe.process, [...(byProcess.get(probe.process) ?? []), probe]);
  }
  const told = new Map<string, Zone>();
  const measured = (process: string): { offset: Micros; count: number } | null =>
    strongest((byProcess.get(process) ?? []).filter(({ writer }) => writer !== "first-process"));
  const nodeOffsets = (): Micros[] => {
    return node.assumed ? [] : [0, 6].map((month) => node.offsetAt(Date.UTC(year, month, 1) * 1000).offset);
  };
  const isOfContainer = (process: string | null): boolean =>
    process !== null && (byProcess.get(process) ?? []).some(({ writer }) => writer !== "host");
  return {
    isOfContainer,
    zoneOf(process) {
      const own = process === null ? undefined : byProcess.get(process);
      if (process === null || own === undefined) return node;
      const probe = measured(process);
      // The node's zone knows of daylight saving, a measured offset does not.
      if (probe && !(probe.offset === 0 && isOfContainer(process)) && nodeOffsets().includes(probe.offset)) return node;
      const zone = probe
        ? fixedZone(probe.offset, offsetName(probe.offset), `${lines(probe.count)} have both its local time and UTC`)
        : fixedZone(0, "UTC", "it is process 1 of a container, where UTC is usual");
      told.set(process, zone);
      return zone;
    },
    notes() {
      const all = [...told].map(([process, { name, basis }]) => `${process} in ${name} (${basis})`);
      if (all.length === 0) return [];
      const more = all.length > MOST_NOTES ? `; and ${all.length - MOST_NOTES} more` : "";
      return [`Programs that write local time in a zone of their own: ${all.slice(0, MOST_NOTES).join("; ")}${more}.`];
    },
  };
}

function strongest(probes: ZoneProbe[]): { offset: Micros; count: number } | null {
  const counts = new Map<Micros, number>();
  for (const { offset, count } of probes) counts.set(offset, (counts.get(offset) ?? 0) + count);
  const [best] = [...counts].toSorted(([, a], [, b]) => b - a);
  return best ? { offset: best[0], count: best[1] } : null;
}

function lines(count: number): string {
  return count === 1 ? "1 line" : `${count} lines`;
}
