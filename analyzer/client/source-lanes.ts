/** Lanes of the sources in the event list: which there are, and when nothing was recorded that could have held their lines. */
import type { ReportGap } from "../model/report.ts";
import { shortIds, visibleText } from "../report/text.ts";
import type { Range } from "./range.ts";
import type { Table } from "./table.ts";
import { isTimed } from "./table.ts";

const MOST_SOURCE_LANES = 10;
/** A lane shows no silence shorter than this share of the whole. */
const SHORTEST_SHARE = 0.002;

export interface SourceLane {
  name: string;
  gaps: (Range & { text: string })[];
  /** From its first to its last event. */
  span: Range;
}

export interface SourceLanes {
  lanes: SourceLane[];
  /** Of each origin: the lane of its events. */
  laneOfOrigin: Uint16Array;
}

interface Files {
  /** From the first to the last event of each file, and of each origin. */
  spans: Map<number, Range>;
  said: Map<number, Range>;
  /** The files that hold lines of an origin. */
  files: Map<number, Set<number>>;
}

function widen(spans: Map<number, Range>, key: number, ms: number): void {
  const span = spans.get(key);
  if (!span) spans.set(key, { from: ms, to: ms });
  else if (ms < span.from) span.from = ms;
  else if (ms > span.to) span.to = ms;
}

const known = new WeakMap<Table, Files>();

/** Read once: a table does not change. */
function filesOf(table: Table): Files {
  const files = known.get(table) ?? readFiles(table);
  known.set(table, files);
  return files;
}

function readFiles(table: Table): Files {
  const [spans, said] = [new Map<number, Range>(), new Map<number, Range>()];
  const files = new Map<number, Set<number>>();
  const timed = table.events.places.map((place) => isTimed(place));
  for (let index = 0; index < table.size; index += 1) {
    if (timed[table.place[index] ?? 0] !== true) continue;
    const [artifact, origin, ms] = [table.artifact[index] ?? 0, table.origin[index] ?? 0, table.time[index] ?? 0];
    widen(spans, artifact, ms);
    widen(said, origin, ms);
    const own = files.get(origin);
    if (own) own.add(artifact);
    else files.set(origin, new Set([artifact]));
  }
  return { spans, said, files };
}

/** What is left of a range without others. */
function without(range: Range, holes: Range[]): Range[] {
  return holes.reduce<Range[]>(
    (rest, hole) =>
      rest.flatMap(({ from, to }) => [
        ...(hole.from > from ? [{ from, to: Math.min(to, hole.from) }] : []),
        ...(hole.to < to ? [{ from: Math.max(from, hole.to), to }] : []),
      ]),
    [range],
  );
}

/**
 * The lanes, the busiest sources first, each hatched where none of its files holds a line of anybody: before they begin,
 * after they end, and in their gaps.
 */
export function sourceLanes(
  table: Table,
  first: number,
  extent: Range,
  pauses: { gap: ReportGap; range: Range }[],
  most = MOST_SOURCE_LANES,
): SourceLanes {
  const { origins, artifacts } = table.events;
  const { spans, said, files } = filesOf(table);
  const ranked = origins
    .map((origin, index) => ({ ...origin, index }))
    .filter(({ index }) => files.has(index))
    .toSorted((a, b) => b.total - a.total);
  const own = ranked.length <= most ? ranked : ranked.slice(0, most - 1);
  const rest = ranked.slice(own.length);
  const laneOfOrigin = new Uint16Array(origins.length).fill(first + own.length);
  own.forEach(({ index }, position) => (laneOfOrigin[index] = first + position));
  const shortest = (extent.to - extent.from) * SHORTEST_SHARE;
  const gapsFor = (sources: { index: number }[]): SourceLane["gaps"] => {
    const written = new Set(sources.flatMap(({ index }) => [...(files.get(index) ?? [])]));
    const covered = [...written].flatMap((artifact) => {
      const holes = pauses.filter(({ gap }) => gap.artifact === artifacts[artifact]?.path).map(({ range }) => range);
      const span = spans.get(artifact);
      return span ? without(span, holes) : [];
    });
    return without(extent, covered)
      .filter(({ from, to }) => to - from > shortest)
      .map((range) => ({ ...range, text: "no lines: none of the files that hold its lines reaches here" }));
  };
  const lane = (name: string, sources: { index: number }[]): SourceLane => {
    const own = sources.flatMap(({ index }) => said.get(index) ?? []);
    const span = { from: Math.min(...own.map(({ from }) => from)), to: Math.max(...own.map(({ to }) => to)) };
    return { name, gaps: gapsFor(sources), span };
  };
  const lanes = own.map((source) => lane(`lines of ${visibleText(shortIds(source.name))}`, [source]));
  if (rest.length > 0) lanes.push(lane(`lines of ${rest.length} other sources`, rest));
  return { lanes, laneOfOrigin };
}
