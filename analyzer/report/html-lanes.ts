/** The lanes of the overview: one per entity or source, with its points, intervals, gaps and short labels. */
import type { IncidentReport, ReportTime, ReportTimelineEntry } from "../model/report.ts";
import type { Severity } from "../model/words.ts";
import { severities } from "../model/words.ts";
import type { Axis } from "./html-axis.ts";
import { cutEnd, shortIds } from "./text.ts";
import { gapWords } from "./text-words.ts";
import { drawnTime, timeMs } from "./times.ts";

/** Before this a clock was not set: such times are counted and listed, but would ruin the axis. */
const EARLIEST = Date.UTC(2001, 0, 1);

/** What is drawn in one lane, before it has a place. */
export interface LaneContent {
  name: string;
  entries: ReportTimelineEntry[];
  gaps: IncidentReport["gaps"];
}

export interface Mark {
  severity: Severity;
  path: string;
}

export interface Bar {
  severity: Severity;
  x: number;
  width: number;
}

export interface Label {
  x: number;
  anchor: "start" | "end";
  text: string;
  quiet: boolean;
}

export interface LaneView {
  marks: Mark[];
  bars: Bar[];
  gaps: { x: number; width: number }[];
  labels: Label[];
}

/** Whether a time can be drawn: it is known, and its clock was set. */
export function drawable(time: ReportTime | null): time is ReportTime {
  return time !== null && Number.isFinite(timeMs(time.to)) && drawnTime(time).from >= EARLIEST;
}

/** Milliseconds: a collection takes its time. */
const AFTER_COLLECTION = 3_600_000;

/**
 * Tells times that a wrong clock dated after the collection: they are listed, and would stretch the axis. Where most times
 * are, it is the time of the collection that is wrong, and all are drawn.
 */
export function beforeItsEnd(report: IncidentReport): (time: ReportTime) => boolean {
  const collected = report.bundles.flatMap(({ collectedAt }) =>
    drawable(collectedAt) ? [drawnTime(collectedAt).to] : [],
  );
  if (collected.length === 0) return () => true;
  const end = Math.max(...collected) + AFTER_COLLECTION;
  const inTime = (time: ReportTime): boolean => drawnTime(time).from <= end;
  const dated = report.timeline.flatMap(({ at }) => (drawable(at) ? [at] : []));
  return dated.filter(inTime).length * 2 >= dated.length ? inTime : () => true;
}

function worst(entries: ReportTimelineEntry[]): number {
  return entries.reduce<number>(
    (least, { severity }) => Math.min(least, severities.indexOf(severity)),
    severities.length,
  );
}

function merge(lanes: LaneContent[], most: number): LaneContent[] {
  if (lanes.length <= most) return lanes;
  const ranked = lanes.toSorted((a, b) => worst(a.entries) - worst(b.entries) || b.entries.length - a.entries.length);
  const kept = new Set(ranked.slice(0, most - 1));
  const rest = lanes.filter((lane) => !kept.has(lane));
  const start = ({ at }: ReportTimelineEntry): number => (drawable(at) ? drawnTime(at).from : 0);
  const entries = rest.flatMap((lane) => lane.entries).toSorted((a, b) => start(a) - start(b));
  return [...lanes.filter((lane) => kept.has(lane)), { name: `${rest.length} other lanes`, entries, gaps: [] }];
}

function important({ entries }: LaneContent): number {
  return worst(entries) <= severities.indexOf("major") ? 0 : 1;
}

/** Lanes with something major first, then in order of time; beyond `most`, the least severe are merged into one. */
export function laneContents(report: IncidentReport, most: number): LaneContent[] {
  const lanes = new Map<string, LaneContent>();
  const laneOf = (name: string): LaneContent => {
    const lane = lanes.get(name) ?? { name, entries: [], gaps: [] };
    lanes.set(name, lane);
    return lane;
  };
  const laneOfArtifact = new Map<string, string>();
  for (const entry of report.timeline) {
    if (!drawable(entry.at)) continue;
    laneOf(entry.lane).entries.push(entry);
    if (!laneOfArtifact.has(entry.artifact)) laneOfArtifact.set(entry.artifact, entry.lane);
  }
  const titles = new Map(report.entities.map(({ id, kind, title }) => [id, `${kind} ${title}`]));
  for (const gap of report.gaps) {
    if (!drawable(gap.from) && !drawable(gap.to)) continue;
    const own = titles.get(gap.entity ?? "");
    const name = own !== undefined && lanes.has(own) ? own : (laneOfArtifact.get(gap.artifact) ?? gap.artifact);
    laneOf(name).gaps.push(gap);
  }
  return merge(
    [...lanes.values()].toSorted((a, b) => important(a) - important(b)),
    most,
  );
}

/** A path for a severity's shape around a point: diamond, triangle, disc, ring. */
export function shapePath(severity: Severity, x: number, y: number): string {
  const at = `M${round(x)} ${round(y)}`;
  if (severity === "critical") return `${at}m0-5.5l5.5 5.5-5.5 5.5-5.5-5.5z`;
  if (severity === "major") return `${at}m0-5l5.5 9.5h-11z`;
  const radius = severity === "minor" ? 3.5 : 2.8;
  return `${at}m-${radius} 0a${radius} ${radius} 0 1 0 ${radius * 2} 0a${radius} ${radius} 0 1 0-${radius * 2} 0z`;
}

/** Coordinates to a tenth of a pixel. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

const SHORTEST_BAR = 9;
const CLOSEST_MARKS = 3;
const LONGEST_LABEL = 60;

interface Placed {
  entry: ReportTimelineEntry;
  x0: number;
  x1: number;
}

function place(entries: ReportTimelineEntry[], axis: Axis): Placed[] {
  return entries.flatMap((entry) => {
    if (!entry.at) return [];
    const { from, to } = drawnTime(entry.at);
    return [{ entry, x0: axis.position(from), x1: axis.position(to) }];
  });
}

function marksOf(placed: Placed[], y: number): Mark[] {
  return severities.toReversed().flatMap((severity) => {
    const seen = new Set<number>();
    const shapes = placed
      .filter(({ entry }) => entry.severity === severity)
      .flatMap(({ x0, x1 }) => {
        const middle = (x0 + x1) / 2;
        const slot = Math.round(middle / CLOSEST_MARKS);
        if (seen.has(slot)) return [];
        seen.add(slot);
        return [shapePath(severity, middle, y)];
      });
    return shapes.length ? [{ severity, path: shapes.join("") }] : [];
  });
}

function gapEnds(gap: IncidentReport["gaps"][number], axis: Axis): [number, number] {
  const [first, last] = [axis.segments[0]?.x0 ?? 0, axis.segments.at(-1)?.x1 ?? 0];
  return [
    drawable(gap.from) ? axis.position(drawnTime(gap.from).to) : first,
    drawable(gap.to) ? axis.position(drawnTime(gap.to).from) : last,
  ];
}

interface Wish {
  x0: number;
  x1: number;
  text: string;
  quiet: boolean;
}

type Range = [from: number, to: number];

function roomRight(taken: Range[], x: number, edge: number): number {
  if (taken.some(([from, to]) => from <= x && x < to)) return 0;
  return taken.reduce((least, [from]) => (from > x ? Math.min(least, from) : least), edge) - x;
}

function roomLeft(taken: Range[], x: number, edge: number): number {
  if (taken.some(([from, to]) => from < x && x <= to)) return 0;
  return x - taken.reduce((most, [, to]) => (to < x ? Math.max(most, to) : most), edge);
}

function segmentAt(axis: Axis, x: number): Range | null {
  const segment = axis.segments.find(({ x0, x1 }) => x >= x0 - 0.5 && x <= x1 + 0.5);
  return segment ? [segment.x0, segment.x1] : null;
}

/** How wide a text is in a proportional face, in widths of a usual character; rather too wide than too narrow. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/[iIjl.,:;'|!()[\]/\s-]/.test(character)) width += 0.7;
    else if (/[mMwW@%…—]/.test(character)) width += 1.7;
    else width += /[A-Z]/.test(character) ? 1.25 : 1.1;
  }
  return width;
}

function cutToWidth(text: string, most: number): string {
  if (widthOf(text) <= most) return text;
  let kept = text.length;
  while (kept > 1 && widthOf(cutEnd(text, kept)) > most) kept -= 1;
  return cutEnd(text, kept);
}

/** Labels where there is room for them, the first wishes first; none overlaps another or leaves its segment. */
function placeLabels(wishes: Wish[], axis: Axis, characterWidth: number): Label[] {
  const taken: Range[] = [];
  const labels: Label[] = [];
  for (const wish of wishes) {
    const [left, right] = [segmentAt(axis, wish.x0)?.[0] ?? 0, segmentAt(axis, wish.x1)?.[1] ?? Infinity];
    const [start, end] = [Math.max(left + 2, wish.x0 - 4), Math.min(right - 2, wish.x1 + 4)];
    const after = roomRight(taken, start, segmentAt(axis, wish.x0)?.[1] ?? start);
    const before = roomLeft(taken, end, segmentAt(axis, wish.x1)?.[0] ?? end);
    const whole = cutEnd(wish.text, LONGEST_LABEL);
    const anchor = after >= Math.min(widthOf(whole) * characterWidth, before) ? "start" : "end";
    const text = cutToWidth(whole, (anchor === "start" ? after : before) / characterWidth - 1);
    if (text.length < Math.min(12, wish.text.length)) continue;
    const width = (widthOf(text) + 1) * characterWidth;
    taken.push(anchor === "start" ? [start, start + width] : [end - width, end]);
    labels.push({ x: round(anchor === "start" ? start : end), anchor, text, quiet: wish.quiet });
  }
  return labels;
}

function wishesOf(placed: Placed[]): Wish[] {
  const ranked = placed.toSorted(
    (a, b) => severities.indexOf(a.entry.severity) - severities.indexOf(b.entry.severity) || a.x0 - b.x0,
  );
  return ranked.slice(0, 40).map(({ entry, x0, x1 }) => {
    const times = entry.count > 1 ? ` ×${entry.count}` : "";
    return { x0, x1, text: `${shortIds(entry.text).replaceAll("`", "")}${times}`, quiet: false };
  });
}

/** Lays out one lane around the height `y`. Without `characterWidth` there is no room for labels. */
export function layoutLane(lane: LaneContent, axis: Axis, y: number, characterWidth: number | null): LaneView {
  const placed = place(lane.entries, axis);
  const bars = placed
    .filter(({ x0, x1 }) => x1 - x0 >= SHORTEST_BAR)
    .slice(0, 60)
    .map(({ entry, x0, x1 }) => ({ severity: entry.severity, x: round(x0), width: round(x1 - x0) }));
  const ends = lane.gaps.map((gap) => ({ gap, ends: gapEnds(gap, axis) })).filter(({ ends: [x0, x1] }) => x1 - x0 >= 2);
  const gapWishes = ends.map(({ gap, ends: [x0, x1] }) => ({
    x0: x0 + 8,
    x1,
    text: `no lines: ${gapWords[gap.kind]}`,
    quiet: true,
  }));
  return {
    marks: marksOf(placed, y),
    bars,
    gaps: ends.map(({ ends: [x0, x1] }) => ({ x: round(x0), width: round(x1 - x0) })),
    labels: characterWidth === null ? [] : placeLabels([...wishesOf(placed), ...gapWishes], axis, characterWidth),
  };
}

/** What the numbers above a timeline are, and which links of the first chain have none there; empty without a chain. */
export function chainWords(report: IncidentReport): string {
  const windows = new Map(report.findings.map(({ id, window }) => [id, window]));
  const chain = report.rootCauses[0]?.chain ?? [];
  const missing = chain.flatMap((id, index) => (drawable(windows.get(id) ?? null) ? [] : [index + 1]));
  if (chain.length === 0) return "";
  if (missing.length === chain.length) return "No link of the chain has a time.";
  const untimed = missing.length > 0 ? `; ${missing.join(", ")} ${missing.length > 1 ? "have" : "has"} no time` : "";
  return `The numbers above are the links of the chain${untimed}.`;
}
