/**
 * Lines that state one moment twice, in local time in the header and in UTC in the message, tell the node's zone.
 *
 *     Nov 11 17:47:52 a0.local containerd[6276]: time="2023-11-11T22:47:52.920080462Z" level=info msg="RemoveContainer"
 *
 *     {"log":"I1023 06:13:09.997217       1 trace.go:76] …\n","stream":"stderr","time":"2017-10-23T04:13:09.99824922Z"}
 *
 * One fact per program and distinct offset of an artifact: a change of the offset is daylight saving, or a clock that
 * was set. Programs of one node may live in different zones: a container has none of its own unless somebody gave it one.
 */
import type { ZoneProbeFact } from "../model/fact.ts";
import type { Line, ParseSink } from "../model/source.ts";
import type { ClockKind, Micros } from "../model/time.ts";
import { DAY, HOUR, MINUTE, SECOND, WIDEST_ZONE_EAST, WIDEST_ZONE_WEST } from "../model/time.ts";
import { daysFromEpoch } from "./_time.ts";

const QUARTER = 15 * MINUTE;
/** A message reaches the log within this time of being written, or says nothing of the zone. */
const DELAY = 5 * SECOND;

interface Probe {
  count: number;
  line: Line;
}

/** A hostile journal may name any number of programs. */
const MOST_PROCESSES = 500;

/** Collects the offsets of one artifact. */
export class ZoneProbes {
  readonly #probes = new Map<string | null, Map<Micros, Probe>>();
  readonly #writer: ZoneProbeFact["writer"];
  #process: string | null = null;
  #own: Map<Micros, Probe> | undefined;
  #offset = Number.NaN;
  #probe: Probe = { count: 0, line: { text: "", number: 0, byteOffset: 0, byteLength: 0 } };
  #localDay = Number.NaN;
  #utcDay = Number.NaN;
  /** Days from the header's day, stated in 1972, to the same date in the message's year. */
  #shift = 0;

  constructor(writer: ZoneProbeFact["writer"] = "host") {
    this.#writer = writer;
  }

  /** Compares a line's local time, written by `process` (null: by the node's log), with the UTC time beside it. */
  add(process: string | null, local: Micros, clock: ClockKind, utc: Micros, line: Line): void {
    const shift = clock === "local-no-year" ? this.#yearShift(Math.floor(local / DAY), Math.floor(utc / DAY)) : 0;
    const difference = local + shift * DAY - utc;
    const offset = Math.round(difference / QUARTER) * QUARTER;
    if (offset < -WIDEST_ZONE_WEST || offset > WIDEST_ZONE_EAST || Math.abs(difference - offset) > DELAY) return;
    if (process !== this.#process || this.#own === undefined) {
      const known = this.#probes.get(process);
      if (!known && this.#probes.size >= MOST_PROCESSES) return;
      this.#own = known ?? new Map<Micros, Probe>();
      if (!known) this.#probes.set(process, this.#own);
      this.#process = process;
      this.#offset = Number.NaN;
    }
    if (offset !== this.#offset) {
      this.#offset = offset;
      const known = this.#own.get(offset);
      this.#probe = known ?? { count: 0, line };
      if (!known) this.#own.set(offset, this.#probe);
    }
    this.#probe.count++;
  }

  /** Emits one fact per program and offset, in order of first occurrence. */
  flush(sink: ParseSink): void {
    for (const [process, own] of this.#probes) {
      for (const [offset, { count, line }] of own) {
        const key = process === null ? zoneName(offset) : `${process} ${zoneName(offset)}`;
        const value = { offset: offset === 0 ? 0 : offset, count, process, writer: this.#writer };
        sink.fact("zone-probe", key, value, line);
      }
    }
    this.#probes.clear();
    this.#own = undefined;
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
