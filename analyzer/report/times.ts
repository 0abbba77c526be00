/** Times and durations as text. All times are UTC; none is shown with more digits than are known. */
import type { ReportTime } from "../model/report.ts";

/** One end of a time: `iso` for the `datetime` attribute, `text` for people. */
export interface TimeText {
  iso: string;
  text: string;
}

/** `approximate` when the time was inferred; `to` only when it is an interval. */
export interface TimeParts {
  approximate: boolean;
  from: TimeText;
  to: TimeText | null;
}

interface IsoFields {
  date: string;
  minute: string;
  second: string;
  fraction: string;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Milliseconds since 1970 of an ISO time, NaN when it is none. Digits beyond the third are kept as a fraction. */
export function timeMs(iso: string): number {
  const fraction = /\.\d{3}(\d+)Z$/.exec(iso)?.[1];
  return Date.parse(iso) + (fraction ? Number(`0.${fraction}`) : 0);
}

/** An ISO time in UTC for milliseconds since 1970, to the millisecond. */
export function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

function fields(iso: string): IsoFields | null {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?Z$/.exec(iso);
  return match ? { date: match[1]!, minute: match[2]!, second: match[3] ?? "", fraction: match[4] ?? "" } : null;
}

/** Whether the interval only says how far the assumption behind `best` can be wrong: `best` is then what to show. */
function assumed(time: ReportTime): time is ReportTime & { best: string } {
  return time.best !== undefined && time.basis !== "relative-age" && time.basis !== "order-only";
}

/** Where a time is drawn, in milliseconds since 1970: its interval, or the point it most likely is. */
export function drawnTime(time: ReportTime): { from: number; to: number } {
  if (!assumed(time)) return { from: timeMs(time.from), to: timeMs(time.to) };
  const best = timeMs(time.best);
  return { from: best, to: best };
}

type Precision = "day" | "minute" | "second" | "full";

function clockText(time: IsoFields, precision: Precision): string {
  if (precision === "day") return "";
  if (precision === "minute" || time.second === "") return time.minute;
  const fraction = precision === "full" && time.fraction ? `.${time.fraction.slice(0, 3)}` : "";
  return `${time.minute}:${time.second}${fraction}`;
}

function timeText(iso: string, precision: Precision, knownDate = ""): TimeText {
  const time = fields(iso);
  if (!time) return { iso, text: iso };
  const sameYear = knownDate.slice(0, 4) === time.date.slice(0, 4);
  const date = knownDate === time.date ? "" : sameYear ? time.date.slice(5) : time.date;
  const clock = clockText(time, precision);
  const seconds = time.second === "" ? "00" : time.second;
  const fraction = time.fraction ? `.${time.fraction.slice(0, 3)}` : "";
  return {
    iso: precision === "day" ? time.date : `${time.date}T${time.minute}:${seconds}${fraction}Z`,
    text: [date, clock].filter((part) => part !== "").join(" "),
  };
}

/** A whole second, minute or day written as `[from, to)` is a point of that precision. */
function unitOf(fromMs: number, width: number): Precision | null {
  if (width <= 1) return "full";
  if (Math.abs(width - SECOND_MS) <= 1 && fromMs % SECOND_MS === 0) return "second";
  if (Math.abs(width - MINUTE_MS) <= 1 && fromMs % MINUTE_MS === 0) return "minute";
  if (Math.abs(width - DAY_MS) <= 1 && fromMs % DAY_MS === 0) return "day";
  return null;
}

/** Zones lie whole quarters of an hour apart; a minute beyond is the minute within which the time was written. */
function bestPrecision(time: ReportTime): Precision {
  const beyond = (timeMs(time.to) - timeMs(time.from)) % (15 * MINUTE_MS);
  return beyond === MINUTE_MS ? "minute" : "full";
}

/** In an incident of minutes a bound counts to the second, however far the other one lies; across days it does not. */
function endPrecision(width: number): Precision {
  if (width >= DAY_MS) return "minute";
  return width >= 10 * SECOND_MS ? "second" : "full";
}

/** A time in parts, for markup. Ends of long intervals are widened to whole minutes or seconds, never narrowed. */
export function timeParts(time: ReportTime): TimeParts {
  const approximate = time.basis !== "exact";
  if (assumed(time)) return { approximate, from: timeText(time.best, bestPrecision(time)), to: null };
  const [from, to] = [timeMs(time.from), timeMs(time.to)];
  const width = to - from;
  const unit = Number.isFinite(width) ? unitOf(from, width) : "full";
  if (unit) return { approximate, from: timeText(time.from, unit), to: null };
  const precision = endPrecision(width);
  const step = precision === "minute" ? MINUTE_MS : precision === "second" ? SECOND_MS : 0;
  const last = step > 0 && to % step !== 0 ? isoOf(Math.ceil(to / step) * step) : time.to;
  const knownDate = fields(time.from)?.date ?? "";
  return { approximate, from: timeText(time.from, precision), to: timeText(last, precision, knownDate) };
}

const WRITTEN = /^(-|\d{4})-(\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d)?)(Z)?)?$/;

/**
 * A written time read as if it were UTC, milliseconds since 1970, in the year that brings it nearest to `near` when it
 * has none; null when it is no date.
 */
export function statedMs(stated: string, near: number): number | null {
  const [, year, day, clock = "00:00"] = WRITTEN.exec(stated) ?? [];
  if (year === undefined || day === undefined) return null;
  const about = new Date(near).getUTCFullYear();
  const years = year === "-" ? [about, about - 1, about + 1] : [Number(year)];
  const times = years.map((own) => Date.parse(`${String(own).padStart(4, "0")}-${day}T${clock}Z`));
  const known = times.filter((time) => Number.isFinite(time));
  return known.toSorted((a, b) => Math.abs(a - near) - Math.abs(b - near))[0] ?? null;
}

/** What the artifact says itself, where that is something else: `1970-01-01 00:00:33`, `11-05 06:07:57 local`; else empty. */
export function statedText({ stated }: ReportTime): string {
  if (stated === undefined) return "";
  const [, year, day, clock, utc] = WRITTEN.exec(stated) ?? [];
  if (year === undefined) return stated;
  const date = year === "-" ? day : `${year}-${day}`;
  return clock === undefined ? `${date}` : `${date} ${clock}${utc ? "" : " local"}`;
}

/** `2017-11-05 06:07:57.028`; `~2017-11-01 06:38 – 11-02 06:38` for an inferred interval. UTC, without the zone's name. */
export function formatTime(time: ReportTime | null): string {
  if (!time) return "time not known";
  const { approximate, from, to } = timeParts(time);
  return `${approximate ? "~" : ""}${from.text}${to ? ` – ${to.text}` : ""}`;
}

/** From one time to another, either of which may not be known: `from … on`, `until …`. */
export function formatSpan(from: ReportTime | null, to: ReportTime | null): string {
  if (from && to) return `from ${formatTime(from)} to ${formatTime(to)}`;
  if (from) return `from ${formatTime(from)} on`;
  return to ? `until ${formatTime(to)}` : "at a time not known";
}

const UNITS: { us: number; long: string; short: string }[] = [
  { us: DAY_MS * 1000, long: "day", short: "d" },
  { us: 3_600_000_000, long: "hour", short: "h" },
  { us: 60_000_000, long: "minute", short: "min" },
  { us: 1_000_000, long: "second", short: "s" },
  { us: 1000, long: "millisecond", short: "ms" },
];

/** A length of time in its two largest units: `9 days 2 hours`, or `9 d 2 h` when short. */
export function formatDuration(us: number, style: "long" | "short" = "long"): string {
  const size = Math.abs(us);
  const index = UNITS.findIndex((unit) => size >= unit.us);
  const unit = UNITS[index];
  if (!unit) return style === "long" ? "less than a millisecond" : "< 1 ms";
  const next = index < 3 ? UNITS[index + 1] : undefined;
  const units = next ? Math.round(size / next.us) : Math.round(size / unit.us);
  const ratio = next ? Math.round(unit.us / next.us) : 1;
  const parts: [number, (typeof UNITS)[number] | undefined][] = [
    [Math.floor(units / ratio), unit],
    [next ? units % ratio : 0, next],
  ];
  const text = parts.flatMap(([count, { long, short } = unit]) =>
    count === 0 ? [] : [`${count} ${style === "short" ? short : count === 1 ? long : `${long}s`}`],
  );
  return `${us < 0 ? "−" : ""}${text.join(" ")}`;
}
