/** The bars of the overview: how many events of which level a part of the time has. */
import type { ReportHistogram } from "../model/report.ts";
import type { Axis } from "./html-axis.ts";
import { round } from "./html-lanes.ts";
import { groupDigits, plural } from "./text.ts";
import { formatDuration, timeMs } from "./times.ts";

export interface Bars {
  error: string;
  warning: string;
  other: string;
  /** Counts of bins that are wider than the segment they are drawn in: their width says nothing. */
  wide: { x: number; y: number; text: string }[];
}

function binRectangle(x0: number, x1: number, top: number, height: number): string {
  return `M${round(x0)} ${round(top)}h${round(Math.max(x1 - x0, 1))}v${round(height)}h${round(-Math.max(x1 - x0, 1))}z`;
}

/** Milliseconds since 1970, and the events between them. */
export interface Bin {
  from: number;
  to: number;
  counts: [error: number, warning: number, other: number];
  total: number;
}

export function binsOf(histogram: ReportHistogram): Bin[] {
  const [start, width] = [timeMs(histogram.from), histogram.binUs / 1000];
  return histogram.error.map((error, index) => {
    const counts: Bin["counts"] = [error, histogram.warning[index] ?? 0, histogram.other[index] ?? 0];
    const total = counts.reduce((sum, count) => sum + count, 0);
    return { from: start + index * width, to: start + (index + 1) * width, counts, total };
  });
}

function wideBinText(total: number, binUs: number, characters: number): string {
  const events = plural(total, "event");
  const full = `${events} in ${formatDuration(binUs, "short")}`;
  return [full, events, groupDigits(total)].find((text) => text.length <= characters) ?? "";
}

/** Bars as high as the logarithm of their count, divided by level from the bottom: errors, warnings, the rest. */
export function histogramBars(histogram: ReportHistogram, axis: Axis, bottom: number, height: number): Bars {
  const bins = binsOf(histogram).filter(({ total }) => total > 0);
  const most = Math.log1p(bins.reduce((largest, { total }) => Math.max(largest, total), 1));
  const paths: string[][] = [[], [], []];
  const wide: Bars["wide"] = [];
  for (const segment of axis.segments) {
    for (const { from, to, counts, total } of bins) {
      if (to <= segment.from || from >= segment.to) continue;
      const [x0, x1] = [axis.position(Math.max(from, segment.from)), axis.position(Math.min(to, segment.to))];
      const full = Math.max(3, (height * Math.log1p(total)) / most);
      let top = bottom;
      counts.forEach((count, level) => {
        const part = (full * count) / total;
        top -= part;
        if (part > 0) paths[level]?.push(binRectangle(x0, x1 - 0.6, top, part));
      });
      if (x1 - x0 < (segment.x1 - segment.x0) * 0.6) continue;
      wide.push({
        x: round((segment.x0 + segment.x1) / 2),
        y: round(bottom - full - 4),
        text: wideBinText(total, histogram.binUs, (segment.x1 - segment.x0) / 6.7),
      });
    }
  }
  const [error = "", warning = "", other = ""] = paths.map((path) => path.join(""));
  return { error, warning, other, wide };
}
