import type { Micros } from "../model/time.ts";
import { DAY } from "../model/time.ts";

const YEARLESS = 1972;

/** Where a year comes from when the source does not write one. */
export interface YearAnchors {
  /** Given by the user: that of the latest lines. */
  year: number | null;
  /** Nothing in the bundle is later, µs UTC. */
  collectedAt: Micros | null;
  /** Earliest and latest full date that any source wrote, µs UTC. */
  seen: [Micros, Micros] | null;
}

/** The year of a time, µs UTC. */
export function yearIn(time: Micros): number {
  return new Date(time / 1000).getUTCFullYear();
}

/** The same month, day and time in another year than 1972. Feb 29 of a common year becomes Mar 1. */
export function inYear(stated: Micros, year: number): Micros {
  const date = new Date(stated / 1000);
  const moved = Date.UTC(year, date.getUTCMonth(), date.getUTCDate());
  return moved * 1000 + (((stated % DAY) + DAY) % DAY);
}

/**
 * The year of a time without one: the latest that does not lie after the collection; without a collection time the
 * one nearest to the times that other sources wrote in full. Null when nothing gives a year. Only leap years have a
 * February 29.
 */
export function yearOf(stated: Micros, anchors: YearAnchors): number | null {
  const year = latestYearOf(stated, anchors);
  if (year === null || !isLeapDay(stated)) return year;
  return [year, year - 1, year - 2, year - 3].find((own) => inYear(stated, own) < inYear(leapBreak(), own)) ?? year;
}

function latestYearOf(stated: Micros, anchors: YearAnchors): number | null {
  if (anchors.year !== null) {
    const isLate = anchors.collectedAt !== null && inYear(stated, anchors.year) > anchors.collectedAt + DAY;
    return isLate ? anchors.year - 1 : anchors.year;
  }
  if (anchors.collectedAt !== null) {
    const latest = anchors.collectedAt + DAY;
    const year = new Date(latest / 1000).getUTCFullYear();
    return inYear(stated, year) <= latest ? year : year - 1;
  }
  if (anchors.seen === null) return null;
  const [first, last] = anchors.seen;
  const years = [first, last].flatMap((time) => {
    const year = new Date(time / 1000).getUTCFullYear();
    return [year - 1, year, year + 1];
  });
  const distance = (year: number): number => {
    const time = inYear(stated, year);
    return time < first ? first - time : time > last ? time - last : 0;
  };
  return years.reduce((best, year) => (distance(year) < distance(best) ? year : best));
}

/** Whether a time without a year is on a February 29. */
export function isLeapDay(stated: Micros): boolean {
  return stated >= leapBreak() - DAY && stated < leapBreak();
}

/** Which month-and-day range shares one shift from 1972: leap and common years part at the end of February. */
export function leapBreak(): Micros {
  return Date.UTC(YEARLESS, 2, 1) * 1000;
}
