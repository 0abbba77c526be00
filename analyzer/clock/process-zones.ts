/**
 * The zone of each program. A program of the node writes the node's local time, one in a container the time of its own
 * zone, which is UTC unless somebody mounted or set another: klog writes neither zone nor year, so one bundle may hold
 * the same hour twice. What is measured of a program goes before what is usual, and that before the node's zone. A
 * program whose distance from another is measured (klog under the journal's header) moves with that one.
 */
import type { ZoneProbeFact } from "../model/zone-facts.ts";
import type { Micros } from "../model/time.ts";
import type { Zone } from "./zone.ts";
import { fixedZone, movedZone, offsetName, usualZone } from "./zone.ts";

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

interface Measured {
  offset: Micros;
  base: string | null;
  count: number;
}

const MOST_NOTES = 5;
/** The sources' mark of a program that klog calls process 1: it ran in a container. */
const FIRST_PROCESS = / \(process 1\)$/;

/**
 * The probe of the node itself: the offset that most lines of its journal and its programs agree on. The header of a
 * journal goes before what a program writes, which may have a zone of its own.
 */
export function nodeProbe(probes: ZoneProbe[]): Measured | null {
  return strongest(probes.filter(({ writer, base }) => writer === "host" && base === null));
}

/**
 * @param node the node's zone, which programs live in of which nothing is known
 * @param year in which the node ran, for its offsets in winter and summer
 */
export function processZones(probes: ZoneProbe[], node: Zone, year: number): ProcessZones {
  const byProcess = new Map<string, ZoneProbe[]>();
  for (const probe of probes) {
    for (const name of [probe.process, ...probe.pids.map((pid) => `pid ${pid}`)]) {
      if (name !== null) byProcess.set(name, [...(byProcess.get(name) ?? []), probe]);
    }
  }
  const zones = new Map<string, Zone>();
  const nodeOffsets = node.assumed ? [] : [0, 6].map((month) => node.offsetAt(Date.UTC(year, month, 1) * 1000).offset);
  const isOfContainer = (process: string | null): boolean => {
    if (process === null) return false;
    return FIRST_PROCESS.test(process) || (byProcess.get(process) ?? []).some(({ writer }) => writer !== "host");
  };
  const absolute = (process: string): Zone | null => {
    const probe = strongest((byProcess.get(process) ?? []).filter(({ base }) => base === null));
    if (!probe) return null;
    // The node's zone knows of daylight saving, a measured offset does not.
    if (!(probe.offset === 0 && isOfContainer(process)) && nodeOffsets.includes(probe.offset)) return node;
    return fixedZone(probe.offset, offsetName(probe.offset), `${lines(probe.count)} have both its local time and UTC`);
  };
  const relative = (process: string): Zone | null => {
    const probe = strongest((byProcess.get(process) ?? []).filter(({ base }) => base !== null));
    if (!probe || probe.base === null || probe.offset === 0) return probe ? (absolute(probe.base ?? "") ?? node) : null;
    const basis = `${lines(probe.count)} have its local time under another of ${probe.base}`;
    return movedZone(absolute(probe.base) ?? node, probe.offset, basis);
  };
  const find = (process: string): Zone => {
    const name = process.replace(FIRST_PROCESS, "");
    const zone = absolute(name) ?? relative(name);
    return zone ?? (FIRST_PROCESS.test(process) ? usualZone(node, year) : node);
  };
  const zoneOf = (process: string | null): Zone => {
    if (process === null) return node;
    const known = zones.get(process) ?? find(process);
    zones.set(process, known);
    return known;
  };
  return {
    isOfContainer,
    zoneOf,
    notes() {
      const all = [...zones].flatMap(([process, zone]) => {
        const { name, basis } = zone;
        return zone === node ? [] : [`${process.replace(FIRST_PROCESS, "")} in ${name ?? "another zone"} (${basis})`];
      });
      if (all.length === 0) return twoTimes(probes);
      const more = all.length > MOST_NOTES ? `; and ${all.length - MOST_NOTES} more` : "";
      return [
        `Programs that write local time in a zone of their own: ${all.slice(0, MOST_NOTES).join("; ")}${more}.`,
        ...twoTimes(probes),
      ];
    },
  };
}

/** Programs whose own local time is another than the one in front of their lines: true whatever zone and year are. */
function twoTimes(probes: ZoneProbe[]): string[] {
  const moved = probes.filter(({ base, process, offset }) => base !== null && process !== null && offset !== 0);
  const programs = [...new Map(moved.map((probe) => [probe.process, probe])).values()].toSorted(
    (a, b) => b.count - a.count,
  );
  if (programs.length === 0) return [];
  const all = programs.slice(0, MOST_NOTES).map(({ process, base, offset, count }) => {
    const hours = offsetName(Math.abs(offset)).slice("UTC+".length).replace(/^0/, "");
    return `that of ${process} is ${hours} h ${offset < 0 ? "behind" : "ahead of"} the one in front of it (${lines(count)} of ${base})`;
  });
  const more = programs.length > MOST_NOTES ? `; and ${programs.length - MOST_NOTES} more` : "";
  return [`Lines that state two local times, of which the first is used: ${all.join("; ")}${more}.`];
}

function strongest(probes: ZoneProbe[]): Measured | null {
  const counts = new Map<string, Measured>();
  for (const { offset, base, count } of probes) {
    const key = `${offset} ${base ?? ""}`;
    counts.set(key, { offset, base, count: count + (counts.get(key)?.count ?? 0) });
  }
  return [...counts.values()].toSorted((a, b) => b.count - a.count)[0] ?? null;
}

function lines(count: number): string {
  return count === 1 ? "1 line" : `${count} lines`;
}
