/** Times in the static page, written anew for the chosen zone. What the page said first is kept, for UTC. */
import type { Precision, Zone } from "./zone.ts";
import { clockText, dateText, timeText } from "./zone.ts";

interface Stamp {
  element: HTMLTimeElement;
  original: string;
  ms: number;
  precision: Precision;
  approximate: string;
  /** The time it follows in an interval, whose date need not be repeated. */
  after: Stamp | null;
}

function stampOf(element: HTMLTimeElement, after: Stamp | null): Stamp {
  const original = element.textContent ?? "";
  const clock = /\d\d:\d\d(:\d\d(\.\d+)?)?/.exec(original);
  const precision = clock?.[2] ? "milli" : clock?.[1] ? "second" : "minute";
  const ms = Date.parse(element.dateTime);
  return { element, original, ms, precision, approximate: original.startsWith("~") ? "~" : "", after };
}

function stampText({ ms, precision, approximate, after }: Stamp, zone: Zone): string {
  const sameDay = after !== null && dateText(zone, after.ms) === dateText(zone, ms);
  const text = sameDay ? clockText(zone, ms, precision) : timeText(zone, ms, precision);
  return `${approximate}${text}`;
}

/** Finds all times of the page; the function it gives back writes them in a zone, with its name beside them. */
export function createRetimer(): (zone: Zone) => void {
  const stamps = [...document.querySelectorAll(".time")].flatMap((span) => {
    const [from, to] = span.querySelectorAll("time");
    const first = from ? stampOf(from, null) : null;
    return [first, to ? stampOf(to, first) : null].filter((stamp) => stamp !== null);
  });
  const names = [...document.querySelectorAll(".zone")];
  const labels = [...document.querySelectorAll("[data-label]")].filter((cell) =>
    cell.getAttribute("data-label")?.includes("(UTC)"),
  );
  const stems = labels.map((cell) => cell.getAttribute("data-label") ?? "");
  return (zone) => {
    for (const stamp of stamps) {
      const known = zone.name !== "utc" && Number.isFinite(stamp.ms);
      stamp.element.textContent = known ? stampText(stamp, zone) : stamp.original;
    }
    for (const name of names) name.textContent = zone.label;
    labels.forEach((cell, index) => cell.setAttribute("data-label", (stems[index] ?? "").replace("UTC", zone.label)));
  };
}
