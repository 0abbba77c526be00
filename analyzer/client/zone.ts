/** The one place that turns milliseconds into text. Whatever shows a time on the page asks the current zone. */

export type ZoneName = "utc" | "node" | "viewer" | "relative";
export type Precision = "minute" | "second" | "milli" | "micro";

export interface Zone {
  name: ZoneName;
  /** For axes, headings and copies: `UTC`, `Europe/Madrid`, `after T0`. */
  label: string;
  /** Milliseconds to add for the wall clock; for a relative zone, minus T0. */
  shift: (ms: number) => number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function formatterOf(zone: string): Intl.DateTimeFormat | null {
  try {
    const options = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit" } as const;
    return new Intl.DateTimeFormat("en-US", {
      ...options,
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
      era: "short",
      timeZone: zone,
    });
  } catch {
    return null;
  }
}

function offsetAt(formatter: Intl.DateTimeFormat, ms: number): number {
  const parts = new Map(formatter.formatToParts(ms).map(({ type, value }) => [type, value]));
  const field = (name: Intl.DateTimeFormatPartTypes): number => Number(parts.get(name) ?? 0);
  const civil = Date.UTC(field("year"), field("month") - 1, field("day"), field("hour"), field("minute"));
  return civil - Math.floor(ms / MINUTE) * MINUTE;
}

/** A zone of the tz database, asked once per quarter of an hour; null when this browser does not know it. */
function civilZone(name: ZoneName, zone: string): Zone | null {
  const formatter = formatterOf(zone);
  if (!formatter) return null;
  const known = new Map<number, number>();
  const shift = (ms: number): number => {
    const quarter = Math.floor(ms / (15 * MINUTE));
    const offset = known.get(quarter) ?? offsetAt(formatter, ms);
    if (known.size > 5000) known.clear();
    known.set(quarter, offset);
    return offset;
  };
  return { name, label: zone, shift };
}

/** The zones that can be chosen: UTC always, the others where they are known. */
export function zonesFor(nodeZone: string | null, t0: number | null): Zone[] {
  const viewer = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return [
    { name: "utc" as const, label: "UTC", shift: () => 0 },
    nodeZone === null ? null : civilZone("node", nodeZone),
    viewer ? civilZone("viewer", viewer) : null,
    t0 === null ? null : { name: "relative" as const, label: "after T0", shift: () => -t0 },
  ].filter((zone) => zone !== null);
}

function pad(value: number, width = 2): string {
  return String(value).padStart(width, "0");
}

function fraction(ms: number, precision: Precision): string {
  const rest = ((ms % 1000) + 1000) % 1000;
  if (precision === "milli") return `.${pad(Math.floor(rest + 1e-6), 3)}`;
  return precision === "micro" ? `.${pad(Math.floor(rest * 1000 + 1e-3), 6)}` : "";
}

function relativeText(ms: number, precision: Precision): string {
  const size = Math.abs(ms);
  const days = Math.floor(size / DAY);
  const clock = `${pad(Math.floor(size / HOUR) % 24)}:${pad(Math.floor(size / MINUTE) % 60)}`;
  const seconds = precision === "minute" ? "" : `:${pad(Math.floor(size / 1000) % 60)}${fraction(size, precision)}`;
  return `${ms < 0 ? "−" : "+"}${days ? `${days}d ` : ""}${clock}${seconds}`;
}

/** `2017-11-05`, or the signed days of a relative zone. */
export function dateText(zone: Zone, ms: number): string {
  const wall = ms + zone.shift(ms);
  if (zone.name === "relative") return relativeText(wall, "minute");
  return Number.isFinite(wall) ? new Date(wall).toISOString().slice(0, 10) : "no time";
}

/** `06:07:57.076`, with no more digits than `precision`. */
export function clockText(zone: Zone, ms: number, precision: Precision): string {
  const wall = ms + zone.shift(ms);
  if (zone.name === "relative") return relativeText(wall, precision);
  if (!Number.isFinite(wall)) return "no time";
  const iso = new Date(Math.floor(wall + 1e-6)).toISOString();
  return precision === "minute" ? iso.slice(11, 16) : `${iso.slice(11, 19)}${fraction(wall, precision)}`;
}

/** Date and clock: `2017-11-05 06:07:57.076`. */
export function timeText(zone: Zone, ms: number, precision: Precision): string {
  if (zone.name === "relative") return clockText(zone, ms, precision);
  return `${dateText(zone, ms)} ${clockText(zone, ms, precision)}`;
}

/** How exactly a time may be shown that was written in units of `micros` µs. */
export function precisionOf(micros: number): Precision {
  if (micros >= 60_000_000) return "minute";
  if (micros >= 1_000_000) return "second";
  return micros >= 1000 ? "milli" : "micro";
}
