/** The static overview of time: a view model of numbers and short labels, from which the template draws an SVG. */
import type { IncidentReport, ReportHistogram } from "../model/report.ts";
import { severities } from "../model/words.ts";
import type { Axis, AxisShape, Stretch } from "./html-axis.ts";
import { buildAxis } from "./html-axis.ts";
import type { LaneContent } from "./html-lanes.ts";
import { beforeItsEnd, chainWords, drawable, laneContents, layoutLane, round } from "./html-lanes.ts";
import { cutEnd, groupDigits, plural, shortIds } from "./text.ts";
import { severityWords } from "./text-words.ts";
import { drawnTime, formatDuration, timeMs } from "./times.ts";

interface Drawing extends AxisShape {
  name: string;
  width: number;
  /** Height of a lane, and where in it the marks lie. */
  laneHeight: number;
  markAt: number;
  /** Where a lane's name stands: beside it, or above its marks. */
  nameBeside: boolean;
  nameCharacters: number;
  labels: boolean;
  mostLanes: number;
  /** The one that is printed. */
  printed?: true;
}

const BESIDE = { laneHeight: 40, markAt: 13, nameBeside: true, labels: true, characterWidth: 6.7 };
const ABOVE = { laneHeight: 40, markAt: 28, nameBeside: false, labels: false, characterWidth: 6.7 };
const DRAWINGS: Drawing[] = [
  {
    ...BESIDE,
    name: "wide",
    width: 1000,
    x0: 192,
    x1: 994,
    breakWidth: 46,
    mostSegments: 4,
    nameCharacters: 28,
    mostLanes: 16,
  },
  {
    ...BESIDE,
    name: "middle",
    width: 640,
    x0: 128,
    x1: 634,
    breakWidth: 42,
    mostSegments: 3,
    nameCharacters: 16,
    mostLanes: 12,
    printed: true,
  },
  {
    ...ABOVE,
    name: "narrow",
    width: 340,
    x0: 4,
    x1: 336,
    breakWidth: 40,
    mostSegments: 3,
    nameCharacters: 48,
    mostLanes: 10,
  },
];

const FLAGS_HEIGHT = 26;
const HISTOGRAM_HEIGHT = 54;
const AXIS_HEIGHT = 42;

function stretchesOf(report: IncidentReport): Stretch[] {
  const times = report.timeline.flatMap(({ at }) => (drawable(at) ? [at] : [])).filter(beforeItsEnd(report));
  const placed = times.filter(({ basis }) => basis !== "order-only");
  return (placed.length ? placed : times).map(drawnTime);
}

interface Flag {
  x: number;
  numbers: number[];
}

function numberRanges(numbers: number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && number === last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(", ");
}

function flagWidth(flag: Flag): number {
  return numberRanges(flag.numbers).length * 7.5 + 10;
}

/** The links of the first chain at the times they were first seen; flags that would overlap become one. */
function flagsOf(
  report: IncidentReport,
  axis: Axis,
): { x: number; left: number; width: number; textX: number; text: string }[] {
  const byId = new Map(report.findings.map((finding) => [finding.id, finding]));
  const single = (report.rootCauses[0]?.chain ?? []).flatMap((id, index): Flag[] => {
    const window = byId.get(id)?.window ?? null;
    return drawable(window) ? [{ x: axis.position(drawnTime(window).from), numbers: [index + 1] }] : [];
  });
  const merged: Flag[] = [];
  for (const flag of single.toSorted((a, b) => a.x - b.x)) {
    const last = merged.at(-1);
    if (last && flag.x - last.x < (flagWidth(last) + flagWidth(flag)) / 2 + 6) last.numbers.push(...flag.numbers);
    else merged.push({ ...flag });
  }
  const [first, end] = [axis.segments[0]?.x0 ?? 0, axis.segments.at(-1)?.x1 ?? 0];
  return merged.map((flag) => {
    const width = flagWidth(flag);
    const left = Math.min(Math.max(flag.x - width / 2, first), end - width);
    return {
      x: round(flag.x),
      left: round(left),
      width: round(width),
      textX: round(left + width / 2),
      text: numberRanges(flag.numbers),
    };
  });
}

interface Bars {
  error: string;
  warning: string;
  other: string;
  /** Counts of bins that are wider than the segment they are drawn in: their width says nothing. */
  wide: { x: number; y: number; text: string }[];
}

function binRectangle(x0: number, x1: number, top: number, height: number): string {
  return `M${round(x0)} ${round(top)}h${round(Math.max(x1 - x0, 1))}v${round(height)}h${round(-Math.max(x1 - x0, 1))}z`;
}

interface Bin {
  from: number;
  to: number;
  counts: [error: number, warning: number, other: number];
  total: number;
}

function binsOf(histogram: ReportHistogram): Bin[] {
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
function histogramBars(histogram: ReportHistogram, axis: Axis, bottom: number, height: number): Bars {
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

function laneName(name: string, characters: number): string {
  return cutEnd(shortIds(name), characters);
}

function drawLane(lane: LaneContent, axis: Axis, drawing: Drawing, top: number) {
  const y = top + drawing.markAt;
  const view = layoutLane(lane, axis, y, drawing.labels ? drawing.characterWidth - 0.4 : null);
  return {
    ...view,
    y,
    line: `M${round(drawing.x0)} ${y}H${round(drawing.x1)}`,
    band: { y: y - 7, height: 14 },
    barY: y - 5,
    laneName: laneName(lane.name, drawing.nameCharacters),
    nameX: drawing.nameBeside ? 4 : drawing.x0,
    nameY: drawing.nameBeside ? y + 4 : top + 12,
    labelY: y + 18,
  };
}

function drawBreak({ x0, x1, label }: Axis["breaks"][number], top: number, bottom: number, labelY: number) {
  const middle = (x0 + x1) / 2;
  const edge = (x: number): string => {
    const steps = Math.floor((bottom - top) / 12);
    return `M${round(x)} ${top}${"l2.5 3-5 6 2.5 3".repeat(steps)}`;
  };
  return { x: round(x0), width: round(x1 - x0), edges: edge(x0) + edge(x1), middle: round(middle), label, labelY };
}

/** Lanes that are printed on one page. */
const SLICE_LANES = 3;

/** A drawing cut between its lanes: a page may end there, and no page is left half empty for the sake of the whole. */
function slicesOf(lanesTop: number, lanes: number, { laneHeight }: Drawing, height: number) {
  const cuts = Array.from({ length: Math.ceil(lanes / SLICE_LANES) }, (_, index) =>
    index === 0 ? 0 : lanesTop + index * SLICE_LANES * laneHeight,
  );
  return cuts.map((y, index) => ({ y, height: (cuts[index + 1] ?? height) - y }));
}

function draw(report: IncidentReport, drawing: Drawing, stretches: Stretch[]) {
  const axis = buildAxis(stretches, drawing);
  if (!axis) return null;
  const flags = flagsOf(report, axis);
  const histogramTop = flags.length ? FLAGS_HEIGHT : 4;
  const histogramBottom = histogramTop + (report.histogram ? HISTOGRAM_HEIGHT : 6);
  const lanesTop = histogramBottom + AXIS_HEIGHT;
  const inTime = beforeItsEnd(report);
  const drawn = { ...report, timeline: report.timeline.filter(({ at }) => at === null || inTime(at)) };
  const lanes = laneContents(drawn, drawing.mostLanes).map((lane, index) =>
    drawLane(lane, axis, drawing, lanesTop + index * drawing.laneHeight),
  );
  const height = lanesTop + lanes.length * drawing.laneHeight + 4;
  const empty: Bars = { error: "", warning: "", other: "", wide: [] };
  return {
    name: drawing.name,
    width: drawing.width,
    height,
    slices: drawing.printed ? slicesOf(lanesTop, lanes.length, drawing, height) : [],
    flags,
    lanes,
    fades: severities,
    histogramX: drawing.nameBeside && report.histogram ? 4 : null,
    histogramName: plural(report.counts.events, "event"),
    histogramY: histogramBottom - 4,
    bars: report.histogram ? histogramBars(report.histogram, axis, histogramBottom, HISTOGRAM_HEIGHT - 16) : empty,
    baseline: axis.segments.map(({ x0, x1 }) => `M${round(x0)} ${histogramBottom}H${round(x1)}`).join(""),
    grid: axis.ticks.map(({ x }) => `M${round(x)} ${histogramBottom}v5M${round(x)} ${lanesTop}V${height}`).join(""),
    ticks: axis.ticks.map(({ x, label }) => ({ x: round(x), label })),
    tickY: histogramBottom + 17,
    segments: axis.segments.map(({ x0, label }) => ({ x: round(x0), label })),
    segmentY: histogramBottom + 33,
    breaks: axis.breaks.map((gap) => drawBreak(gap, histogramTop, height, histogramBottom + 17)),
  };
}

function countBetween(histogram: ReportHistogram | null, { from, to }: Stretch): number {
  const inside = histogram ? binsOf(histogram).filter((bin) => bin.from >= from && bin.to <= to) : [];
  return inside.reduce((sum, { total }) => sum + total, 0);
}

function captionOf(report: IncidentReport, stretches: Stretch[]): string[] {
  const axis = buildAxis(stretches, DRAWINGS[0]!);
  const undated = report.timeline.filter(({ at }) => at === null).length;
  const unset = report.timeline.length - undated - report.timeline.filter(({ at }) => drawable(at)).length;
  const late = report.timeline.filter(({ at }) => drawable(at) && !beforeItsEnd(report)(at)).length;
  const skipped = (axis?.breaks ?? []).map((gap) => {
    const events = countBetween(report.histogram, gap);
    return `${formatDuration((gap.to - gap.from) * 1000)}${events ? ` with ${plural(events, "other event")}` : ""}`;
  });
  const zone = report.clock.zone
    ? `; zone of the node: ${cutEnd(report.clock.zone, 60)}`
    : "; zone of the node not known";
  const unplaced = report.histogram?.unplaced ?? 0;
  return [
    `All times are UTC${zone}.`,
    ...(skipped.length ? [`The axis is broken: left out are ${skipped.join(", ")}. Each part has its own scale.`] : []),
    ...(report.histogram ? ["The height of a bar is the logarithm of the number of events."] : []),
    ...[chainWords(report)].filter(Boolean),
    ...(undated ? [`Not drawn: ${plural(undated, "key event")} without a time.`] : []),
    ...(unset ? [`Not drawn: ${plural(unset, "key event")} from a clock that was not set.`] : []),
    ...(late ? [`Not drawn: ${plural(late, "key event")} dated after the collection.`] : []),
    ...(unplaced ? [`${plural(unplaced, "event")} could not be placed in time.`] : []),
  ];
}

/** The overview in three widths, of which the stylesheet shows the one that fits; null when nothing has a time. */
export function timelineView(report: IncidentReport) {
  const stretches = stretchesOf(report);
  if (stretches.length === 0) return null;
  const drawings = DRAWINGS.map((drawing) => draw(report, drawing, stretches)).filter((drawing) => drawing !== null);
  return {
    drawings,
    caption: captionOf(report, stretches).join(" "),
    title: `Timeline of ${plural(report.timeline.length, "key event")} in ${plural(laneContents(report, 999).length, "lane")}`,
    severities: severities.map((severity) => ({ ...severityWords[severity], tone: severity })),
    hasGaps: report.gaps.length > 0,
  };
}
