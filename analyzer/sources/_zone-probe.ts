/**
 * Lines that state one moment twice, in local time in the header and in UTC in the message, tell the node's zone.
 *
 *     Nov 11 17:47:52 a0.local containerd[6276]: time="2023-11-11T22:47:52.920080462Z" level=info msg="RemoveContainer"
 *
 *     {"log":"I1023 06:13:09.997217       1 trace.go:76] …\n","stream":"stderr","time":"2017-10-23T04:13:09.99824922Z"}
 *
 * Two local times of one line tell how far a program's zone is from that of the header:
 *
 *     Nov 05 08:07:57 k1 kubelet[319]: E1105 06:07:57.028616     319 generic.go:241] PLEG: Ignoring events for pod …
 *
 * One fact per program and distinct offset of an artifact: a change of the offset is daylight saving, or a clock that
 * was set. Programs of one node may live in different zones: a container has none of its own unless somebody gave it one.
 */
import type { ZoneProbeFact } from "../model/zone-facts.ts";
import type { Line, ParseSink } from "../model/source.ts";
import type { ClockKind, Micros } from "../model/time.ts";
import { DAY, FIRST_SENSIBLE, HOUR, MINUTE, SECOND, WIDEST_ZONE_EAST, WIDEST_ZONE_WEST } from "../model/time.ts";
import { daysFromEpoch } from "./_time.ts";

const QUARTER = 15 * MINUTE;
/** A message reaches the log within this time of being written, or says nothing of the zone. */
const DELAY = 5 * SECOND;

interface Probe {
  count: number;
  line: Line;
  pids: number[];
  /** Full dates beside local times without a year. */
  dates: [Micros, Micros] | null;
}

interface Program {
  process: string | null;
  base: string | null;
  probes: Map<Micros, Probe>;
}

/** A hostile journal may name any number of programs. */
const MOST_PROCESSES = 500;
const MOST_PIDS = 20;

/** What the times are that `add` compares; one object may be filled anew for each line. */
export interface Compared {
  /** Who wrote the local time; null for the node's own log. */
  process: string | null;
  /** By the header of klog; 0 when there is none. */
  pid: number;
  /** Who wrote the other time, when that is local as well; null for UTC. */
  base: string | null;
}

/** Collects the offsets of one artifact. */
export class ZoneProbes {
  readonly #programs = new Map<string, Program>();
  readonly #writer: ZoneProbeFact["writer"];
  #own: Program | undefined;
  #offset = Number.NaN;
  #probe: Probe = { count: 0, line: { text: "", number: 0, byteOffset: 0, byteLength: 0 }, pids: [], dates: null };
  #localDay = Number.NaN;
  #utcDay = Number.NaN;
  /** Days from the header's day, stated in 1972, to the same date in the message's year. */
  #shift = 0;

  constructor(writer: ZoneProbeFact["writer"] = "host") {
    this.#writer = writer;
  }

  /** Compares a line's local time with the time beside it, in UTC or in the local time of `base`. */
  add({ process, pid, base }: Compared, local: Micros, clock: ClockKind, other: Micros, line: Line): void {
    const shift = clock === "local-no-year" ? this.#yearShift(Math.floor(local / DAY), Math.floor(other / DAY)) : 0;
    const difference = local + shift * DAY - other;
    const offset = Math.round(difference / QUARTER) * QUARTER;
    if (offset < -WIDEST_ZONE_WEST || offset > WIDEST_ZONE_EAST || Math.abs(difference - offset) > DELAY) return;
    let own = this.#own;
    if (own === undefined || own.process !== process || own.base !== base) {
      const key = `${process ?? ""}\n${base ?? ""}`;
      const known = this.#programs.get(key);
      if (!known && this.#programs.size >= MOST_PROCESSES) return;
      own = known ?? { process, base, probes: new Map<Micros, Probe>() };
      if (!known) this.#programs.set(key, own);
      this.#own = own;
      this.#offset = Number.NaN;
    }
    if (offset !== this.#offset) {
      this.#offset = offset;
      const known = own.probes.get(offset);
      this.#probe = known ?? { count: 0, line, pids: [], dates: null };
      if (!known) own.probes.set(offset, this.#probe);
    }
    this.#probe.count++;
    if (base === null && clock === "local-no-year" && other > FIRST_SENSIBLE) this.#date(other);
    const { pids } = this.#probe;
    if (pid > 1 && pids.at(-1) !== pid && pids.length < MOST_PIDS && !pids.includes(pid)) pids.push(pid);
  }

  /** Emits one fact per program and offset, in order of first occurrence. */
  flush(sink: ParseSink): void {
    for (const { process, base, probes } of this.#programs.values()) {
      for (const [offset, { count, line, pids, dates }] of probes) {
        const key = [process, zoneName(offset), base === null ? null : `from ${base}`].filter((part) => part !== null);
        const told = { offset: offset === 0 ? 0 : offset, base, count, process, pids, writer: this.#writer };
        const value = dates === null ? told : { ...told, dates };
        sink.fact("zone-probe", key.join(" "), value, line);
      }
    }
    this.#programs.clear();
    this.#own = undefined;
  }

  #date(time: Micros): void {
    const { dates } = this.#probe;
    if (dates === null) this.#probe.dates = [time, time];
    else if (time < dates[0]) dates[0] = time;
    else if (time > dates[1]) dates[1] = time;
  }

  #yearShift(localDay: number, utcDay: number): number {
    if (localDay === this.#localDay && utcDay === this.#utcDay) return this.#shift;
    const date = new Date(localDay * 86_400_000);
    const year = new Date(utcDay * 86_400_000).getUTCFullYear();
    const days = [year - 1, year, year + 1].map((candidate) =>
      daysFromEpoch(candidate, date.getUTCMonth() + 1, date.getUTCDate()),
    );
    const nearest = days.reduce((best, day) => (Math.abs(day - utcDay) < Math.abs(best - utcDay) ? day : best));
    this.#localDay = localDay;
    this.#utcDay = utcDay;
    this.#shift = nearest - localDay;
    return this.#shift;
  }
}

function zoneName(offset: Micros): string {
  const size = Math.abs(offset);
  const hours = Math.floor(size / HOUR);
  const minutes = (size % HOUR) / MINUTE;
  return `${offset < 0 ? "-" : "+"}${String(hours).padStart(2, "0")}:${String(minutes).padStart(2, "0")}`;
}
