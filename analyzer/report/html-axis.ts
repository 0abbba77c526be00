/**
 * The time axis of the overview. Incidents cluster: minutes that matter lie days apart. Where most of a stretch is
 * empty the axis is broken, and each segment gets a scale of its own, so that every cluster can be read.
 */
import { formatDuration, isoOf } from "./times.ts";

/** A stretch of time in milliseconds since 1970. */
export interface Stretch {
  from: number;
  to: number;
}

export interface Segment extends Stretch {
  x0: number;
  x1: number;
  label: string;
}

/** The empty stretch between two segments. */
export interface Break extends Stretch {
  x0: number;
  x1: number;
  label: string;
}

export interface Tick {
  x: number;
  label: string;
}

export interface Axis {
  segments: Segment[];
  breaks: Break[];
  ticks: Tick[];
  /** Where a time stands; times outside are drawn at the edge. */
  position: (ms: number) => number;
}

export interface AxisShape {
  x0: number;
  x1: number;
  breakWidth: number;
  mostSegments: number;
  /** Width of one character of a tick's label. */
  characterWidth: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A gap is left out when it takes this much of a stretch, or less of one in which a cluster cannot be read. */
const EMPTY_SHARE = 0.6;
const EMPTY_SHARE_IF_CROWDED = 0.12;
const CROWDED_SHARE = 0.02;
const STEPS = [
  ...[1, 10, 100].flatMap((decade) => [decade, 2 * decade, 5 * decade]),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 4, 7, 14, 28, 91, 182, 365, 730, 1825, 3650].map((count) => count * DAY),
];

function widestGap(stretches: Stretch[]): { index: number; gap: number; share: number } {
  const first = stretches[0];
  let [end, index, gap] = [first?.to ?? 0, 0, 0];
  stretches.forEach((stretch, position) => {
    if (stretch.from - end > gap) [index, gap] = [position, stretch.from - end];
    end = Math.max(end, stretch.to);
  });
  const total = end - (first?.from ?? 0);
  return { index, gap, share: total >= MINUTE ? gap / total : 0 };
}

/** Whether three times or more, sorted, lie so close together that they would be drawn as one. */
function crowded(sorted: Stretch[]): boolean {
  const times = [...new Set(sorted.map(({ from }) => from))];
  const total = (times.at(-1) ?? 0) - (times[0] ?? 0);
  return times.some((time, index) => (times[index + 2] ?? Infinity) - time < total * CROWDED_SHARE);
}

/** Stretches in groups with little emptiness inside each, in order of time; at most `most` groups. */
export function groupStretches(stretches: Stretch[], most: number): Stretch[][] {
  let groups = [stretches.toSorted((a, b) => a.from - b.from || a.to - b.to)];
  while (groups.length < most) {
    const candidates = groups.map((group) => ({ group, ...widestGap(group) }));
    const best = candidates
      .filter(({ group, share }) => share >= (crowded(group) ? EMPTY_SHARE_IF_CROWDED : EMPTY_SHARE))
      .toSorted((a, b) => b.gap - a.gap)[0];
    if (!best) break;
    groups = groups.flatMap((group) =>
      group === best.group ? [group.slice(0, best.index), group.slice(best.index)] : [group],
    );
  }
  return groups.filter((group) => group.length > 0);
}

function padded(group: Stretch[]): Stretch {
  const from = group.reduce((least, stretch) => Math.min(least, stretch.from), Infinity);
  const to = group.reduce((most, stretch) => Math.max(most, stretch.to), -Infinity);
  const pad = Math.max((to - from) * 0.05, (200 - (to - from)) / 2, 10);
  return { from: from - pad, to: to + pad };
}

function dateLabel({ from, to }: Stretch, characters: number): string {
  const [first, last] = [isoOf(from).slice(0, 10), isoOf(to).slice(0, 10)];
  const end = first.slice(0, 4) === last.slice(0, 4) ? last.slice(5) : last;
  const dates = first === last ? first : `${first} – ${end}`;
  const full = `${dates} (${formatDuration((to - from) * 1000, "short")})`;
  return [full, dates, first, first.slice(5)].find((label) => label.length <= characters) ?? "";
}

function placeSegments(groups: Stretch[][], shape: AxisShape): Segment[] {
  const weights = groups.map((group) => Math.min(3, Math.max(1, Math.sqrt(group.length) / 2)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const room = shape.x1 - shape.x0 - shape.breakWidth * (groups.length - 1);
  let x = shape.x0;
  return groups.map((group, index) => {
    const stretch = padded(group);
    const x0 = x;
    const x1 = x0 + (room * (weights[index] ?? 1)) / sum;
    x = x1 + shape.breakWidth;
    return { ...stretch, x0, x1, label: dateLabel(stretch, Math.floor((x1 - x0) / shape.characterWidth)) };
  });
}

function tickLabel(ms: number, step: number): string {
  const iso = isoOf(Math.round(ms));
  if (step >= 28 * DAY) return iso.slice(0, 7);
  if (step >= DAY) return iso.slice(5, 10);
  if (step >= MINUTE) return ms % DAY === 0 ? iso.slice(5, 10) : iso.slice(11, 16);
  if (step >= SECOND) return iso.slice(11, 19);
  return iso.slice(11, step >= 100 ? 21 : step >= 10 ? 22 : 23);
}

function segmentTicks(segment: Segment, characterWidth: number): Tick[] {
  const scale = (segment.x1 - segment.x0) / (segment.to - segment.from);
  const fits = (step: number): boolean => step * scale >= (tickLabel(segment.from, step).length + 2) * characterWidth;
  const step = STEPS.find(fits);
  if (step === undefined) return [];
  const ticks: Tick[] = [];
  for (let ms = Math.ceil(segment.from / step) * step; ms <= segment.to; ms += step) {
    const [label, x] = [tickLabel(ms, step), segment.x0 + (ms - segment.from) * scale];
    const half = (label.length * characterWidth) / 2;
    if (x - half >= segment.x0 - 2 && x + half <= segment.x1 + 2) ticks.push({ x, label });
  }
  return ticks;
}

function breaksOf(segments: Segment[]): Break[] {
  return segments.slice(1).map((next, index) => {
    const previous = segments[index] ?? next;
    const label = formatDuration((next.from - previous.to) * 1000, "short");
    return {
      from: previous.to,
      to: next.from,
      x0: previous.x1,
      x1: next.x0,
      label: label.split(" ").slice(0, 2).join(" "),
    };
  });
}

function locate(axis: Pick<Axis, "segments" | "breaks">, ms: number): number {
  const parts = [...axis.segments, ...axis.breaks].toSorted((a, b) => a.from - b.from);
  const part = parts.find(({ to }) => ms <= to) ?? parts.at(-1);
  if (!part) return 0;
  const share = part.to === part.from ? 0 : (ms - part.from) / (part.to - part.from);
  return part.x0 + Math.min(1, Math.max(0, share)) * (part.x1 - part.x0);
}

/** An axis for the stretches, or null when there are none. */
export function buildAxis(stretches: Stretch[], shape: AxisShape): Axis | null {
  if (stretches.length === 0) return null;
  const segments = placeSegments(groupStretches(stretches, shape.mostSegments), shape);
  const breaks = breaksOf(segments);
  const ticks = segments.flatMap((segment) => segmentTicks(segment, shape.characterWidth));
  return { segments, breaks, ticks, position: (ms) => locate({ segments, breaks }, ms) };
}
