/** What a line says of its own time, beside the time at which it is placed. */
import type { Table } from "./table.ts";
import { placeOf } from "./table.ts";

/** The time as it stands in the line, before it was placed. */
export function statedText(table: Table, event: number): string | null {
  const place = placeOf(table, event);
  const micros = table.stated(event);
  if (micros === null) return null;
  if (place.clock === "monotonic") return `${(micros / 1e6).toFixed(6)} s after boot`;
  const iso = new Date(micros / 1000)
    .toISOString()
    .replace(/(?:\.000)?Z$/, "")
    .replace("T", " ");
  if (place.clock === "local-no-year") return `${iso.slice(5)} (no year, no zone)`;
  return `${iso} ${place.clock === "utc" ? "UTC" : "(no zone)"}`;
}

/** The same where the clock that wrote it was wrong; else null. */
export function wrongClockText(table: Table, event: number): string | null {
  const { basis, clock } = placeOf(table, event);
  const isWrong = basis === "clock-corrected" || basis === "order-only";
  return isWrong && clock !== "monotonic" ? statedText(table, event) : null;
}
