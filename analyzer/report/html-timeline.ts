/** The static overview of time: a view model of numbers and short labels, from which the template draws an SVG. */
import type { IncidentReport } from "../model/report.ts";
import { severities } from "../model/words.ts";
import type { Axis, AxisShape, Stretch } from "./html-axis.ts";
import { buildAxis } from "./html-axis.ts";
import type { Bars } from "./html-histogram.ts";
import { histogramBars } from "./html-histogram.ts";
import type { LaneContent } from "./html-lanes.ts";
import { captionOf } from "./html-timeline-caption.ts";
import { beforeItsEnd, drawable, laneContents, layoutLane, round } from "./html-lanes.ts";
import { cutEnd, cutStart, plural, shortIds } from "./text.ts";
import { severityWords } from "./text-words.ts";
import { drawnTime } from "./times.ts";

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

function laneName(name: string, characters: number): string {
  const text = shortIds(name);
  if (text.length <= characters) return text;
  // The kind stands first, and the end of a path or a pod's name tells more than its beginning.
  const kept = characters - 1;
  return `${cutEnd(text, Math.floor(kept * 0.4) + 1).slice(0, -1)}${cutStart(text, Math.ceil(kept * 0.6) + 1)}`;
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

/** The overview in three widths, of which the stylesheet shows the one that fits; null when nothing has a time. */
export function timelineView(report: IncidentReport) {
  const stretches = stretchesOf(report);
  if (stretches.length === 0) return null;
  const drawings = DRAWINGS.map((drawing) => draw(report, drawing, stretches)).filter((drawing) => drawing !== null);
  return {
    drawings,
    caption: captionOf(report, buildAxis(stretches, DRAWINGS[0]!)?.breaks ?? []).join(" "),
    title: `Timeline of ${plural(report.timeline.length, "key event")} in ${plural(laneContents(report, 999).length, "lane")}`,
    severities: severities.map((severity) => ({ ...severityWords[severity], tone: severity })),
    hasGaps: report.gaps.length > 0,
  };
}
