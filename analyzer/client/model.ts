/** What the chart shows besides events: lanes, boots, steps of the clock, the incident, and how far everything reaches. */
import type { IncidentReport, ReportTime } from "../model/report.ts";
import type { Severity } from "../model/words.ts";
import { beforeItsEnd, drawable, laneContents } from "../report/html-lanes.ts";
import { shortIds, visibleText } from "../report/text.ts";
import { gapWords } from "../report/text-words.ts";
import { drawnTime, formatDuration } from "../report/times.ts";
import { sourceLanes } from "./source-lanes.ts";
import type { Range } from "./state.ts";
import type { Table } from "./table.ts";
import { isTimed } from "./table.ts";

export interface Mark extends Range {
  severity: Severity;
  text: string;
  /** Name of its line in links. */
  artifact: string;
  line: number;
}

export interface Lane {
  name: string;
  marks: Mark[];
  gaps: (Range & { text: string })[];
  /** Whether events are drawn in it, by their source. */
  events: boolean;
  /** From its first to its last event. */
  span?: Range;
}

export interface ChartModel {
  lanes: Lane[];
  /** How many lanes there are when none is folded into “other lanes”, up to a limit. */
  allLanes: number;
  /** Unfolds the lanes, or folds the least important ones again. */
  showAllLanes: (all: boolean) => void;
  /** Of each origin: the lane of its events. */
  laneOfOrigin: Uint16Array;
  /** The lane of events whose clock was not set, -1 when there are none. */
  unsetLane: number;
  boots: (Range & { label: string })[];
  steps: { at: number; label: string }[];
  /** Links of the first chain, by the time they were first seen. */
  flags: { at: number; number: number }[];
  incident: Range | null;
  /** Start of the root cause, for the zone that counts from it. */
  t0: number | null;
  extent: Range;
  /** Without the few events that lie far away from all others. */
  overview: Range;
  home: Range;
}

const MOST_ENTITY_LANES = 14;
/** Unfolded: a canvas has a greatest height. */
const ALL_ENTITY_LANES = 150;
const ALL_SOURCE_LANES = 80;
const EARLIEST = Date.UTC(2001, 0, 1);
const SHORTEST_VIEW = 120_000;

function padded({ from, to }: Range, share: number): Range {
  const pad = Math.max((to - from) * share, (SHORTEST_VIEW - (to - from)) / 2, 1);
  return { from: from - pad, to: to + pad };
}

function union(ranges: Range[]): Range | null {
  if (ranges.length === 0) return null;
  const from = ranges.reduce((least, range) => Math.min(least, range.from), Infinity);
  return { from, to: ranges.reduce((most, range) => Math.max(most, range.to), -Infinity) };
}

function rangeOf(time: ReportTime | null): Range | null {
  return drawable(time) ? drawnTime(time) : null;
}

function chainWindows(report: IncidentReport): { number: number; range: Range }[] {
  const windows = new Map(report.findings.map(({ id, window }) => [id, rangeOf(window)]));
  return (report.rootCauses[0]?.chain ?? []).flatMap((id, index) => {
    const range = windows.get(id);
    return range ? [{ number: index + 1, range }] : [];
  });
}

function entityLanes(report: IncidentReport, far: Range, most: number): Lane[] {
  return laneContents(report, most).map(({ name, entries, gaps }) => ({
    name: visibleText(shortIds(name)),
    marks: entries.flatMap(({ at, severity, text, artifact, line }) => {
      const range = rangeOf(at);
      return range ? [{ ...range, severity, text: visibleText(shortIds(text)), artifact, line }] : [];
    }),
    gaps: gaps.map((gap) => ({
      from: rangeOf(gap.from)?.to ?? far.from,
      to: rangeOf(gap.to)?.from ?? far.to,
      text: `no lines: ${gapWords[gap.kind]}`,
    })),
    events: false,
  }));
}

function timesOf(table: Table): { times: Float64Array; unset: boolean } {
  const placed = table.events.places.map((place) => isTimed(place));
  let unset = false;
  const times = table.time.filter((ms, index) => {
    const good = placed[table.place[index] ?? 0] === true && ms >= EARLIEST;
    if (!good && table.events.places[table.place[index] ?? 0]?.basis !== null) unset = true;
    return good;
  });
  return { times, unset };
}

function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.floor(sorted.length * share)))] ?? 0;
}

function bootsOf(report: IncidentReport): ChartModel["boots"] {
  const { boots } = report.clock;
  return boots.flatMap((boot, index) => {
    const [first, last] = [rangeOf(boot.first), rangeOf(boot.last)];
    const label = `boot ${index - boots.length + 1}`.replace("boot 0", "last boot");
    return first && last ? [{ from: first.from, to: last.to, label }] : [];
  });
}

type Lanes = Pick<ChartModel, "lanes" | "laneOfOrigin" | "unsetLane">;

/** The lanes of things, then those of sources, then that of a clock that was not set. */
function createLanes(report: IncidentReport, table: Table, extent: Range, unset: boolean): (all: boolean) => Lanes {
  const pauses = report.gaps.flatMap((gap) => {
    const range =
      gap.entity === undefined
        ? { from: rangeOf(gap.from)?.to ?? extent.from, to: rangeOf(gap.to)?.from ?? extent.to }
        : null;
    return range && range.to > range.from ? [{ gap, range }] : [];
  });
  return (all) => {
    const entityRows = entityLanes(report, extent, all ? ALL_ENTITY_LANES : MOST_ENTITY_LANES);
    const sources = sourceLanes(table, entityRows.length, extent, pauses, all ? ALL_SOURCE_LANES : undefined);
    const lanes: Lane[] = [...entityRows, ...sources.lanes.map((lane) => ({ ...lane, marks: [], events: true }))];
    const unsetLane = unset ? lanes.push({ name: "clock not set", marks: [], gaps: [], events: true }) - 1 : -1;
    return { lanes, laneOfOrigin: sources.laneOfOrigin, unsetLane };
  };
}

/** Builds the model once; the report does not change. */
export function createModel(report: IncidentReport, table: Table): ChartModel {
  const { times, unset } = timesOf(table);
  const chain = chainWindows(report);
  const windows = chain.map(({ range }) => range);
  const inTime = beforeItsEnd(report);
  // A time after the collection was written by a clock that was wrong: it is in its lane, and does not stretch the chart.
  const entries = report.timeline.flatMap(({ at }) => (at && inTime(at) ? (rangeOf(at) ?? []) : []));
  const ends = times.length ? [{ from: quantile(times, 0), to: quantile(times, 1) }] : [];
  const most = times.length ? [{ from: quantile(times, 0.002), to: quantile(times, 0.998) }] : [];
  const extent = padded(union([...ends, ...entries, ...windows]) ?? { from: 0, to: 0 }, 0.02);
  const overview = padded(union([...most, ...windows]) ?? extent, 0.02);
  const lanesFor = createLanes(report, table, extent, unset);
  const incident = union(windows);
  const steps = report.clock.steps.flatMap(({ at, deltaUs }) => {
    const range = rangeOf(at);
    return range
      ? [{ at: range.from, label: `clock ${deltaUs < 0 ? "" : "+"}${formatDuration(deltaUs, "short")}` }]
      : [];
  });
  const model: ChartModel = {
    ...lanesFor(false),
    allLanes: lanesFor(true).lanes.length,
    showAllLanes: (all) => void Object.assign(model, lanesFor(all)),
    boots: bootsOf(report),
    steps,
    flags: chain.map(({ number, range }) => ({ at: range.from, number })),
    incident,
    t0: windows[0]?.from ?? null,
    extent,
    overview,
    home: incident ? padded(incident, 0.06) : overview,
  };
  return model;
}
