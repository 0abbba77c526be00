/** A time as an artifact has it, before it was placed: what stands beside the corrected one in the report. */
import type { TimeReading } from "../model/time.ts";
import { DAY, MINUTE, SECOND } from "../model/time.ts";

/**
 * `2026-01-05T07:00:02Z` for a time in UTC, without `Z` for one in local time, `--01-05T07:00:02` for one without a year
 * (as RFC 6350 writes it), `33.120 s after boot` for one of the monotonic clock; to the unit that was written, and no
 * finer than a second. Null for none.
 */
export function writtenTime({ stated, clock, precision }: TimeReading): string | null {
  if (clock === "none" || !Number.isFinite(stated)) return null;
  if (clock === "monotonic") return `${(stated / SECOND).toFixed(3)} s after boot`;
  const digits = precision >= DAY ? 10 : precision >= MINUTE ? 16 : 19;
  const iso = new Date(Math.floor(stated / SECOND) * 1000).toISOString().slice(0, digits);
  if (clock === "local-no-year") return `-${iso.slice(4)}`;
  return clock === "utc" && digits > 10 ? `${iso}Z` : iso;
}
