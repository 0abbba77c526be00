/** The events that go into the HTML report, as compact columns. Nothing else of the store leaves with it. */
import { createHash } from "node:crypto";
import type { ReportEvents } from "../model/events.ts";
import type { EventSelection, PlacedEvents, TimedEvent } from "./event-selection.ts";
import { prepack } from "./island.ts";
import { clipLine, groupDigits } from "./text.ts";

const LONGEST_TEXT = 1_000;
const ATTEMPTS = 4;

type Mask = (text: string, clean?: boolean) => string;

/** Eight hex digits for an artifact's path: links to its lines survive a new analysis. */
export function artifactId(path: string): string {
  return createHash("sha256").update(path).digest("hex").slice(0, 8);
}

/** What messages that differ in numbers and ids only have in common. */
function shapeOf(text: string): string {
  return text.slice(0, 300).replace(/0x[0-9a-f]+|(?=[a-f]*\d)[0-9a-f]{6,}|\d+/gi, "#");
}

interface ShapedText {
  id: number;
  text: string;
  shape: string;
}

/** Texts as the report shows them. Every attempt asks for much the same ones. */
function createTexts({ textOf: read, clean }: EventSelection, mask: Mask): (id: number) => ShapedText {
  const known = new Map<number, ShapedText>();
  const shapes = new Map<string, string>();
  return (id) => {
    const found = known.get(id);
    if (found) return found;
    const text = clipLine(mask(read(id), clean.has(id)), LONGEST_TEXT);
    const shape = shapeOf(text);
    const shaped = { id, text, shape: shapes.get(shape) ?? shape };
    shapes.set(shape, shaped.shape);
    known.set(id, shaped);
    return shaped;
  };
}

/** Distinct texts sorted by shape, then by themselves, with the place of each text id in them. */
function internTexts(events: TimedEvent[], textOf: (id: number) => ShapedText) {
  const ids = [...new Set(events.map(({ text }) => text))];
  const rows = ids.map(textOf);
  const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  rows.sort((a, b) => order(a.shape, b.shape) || order(a.text, b.text) || a.id - b.id);
  const shapes: number[] = [];
  rows.forEach(({ shape }, index) => {
    if (index > 0 && rows[index - 1]?.shape === shape) shapes[shapes.length - 1]! += 1;
    else shapes.push(1);
  });
  return { texts: rows.map(({ text }) => text), shapes, indexOf: new Map(rows.map(({ id }, index) => [id, index])) };
}

/** Gives each value a number in order of first use. */
function createNumbering(): { of: (id: number) => number; ids: number[] } {
  const numbers = new Map<number, number>();
  const ids: number[] = [];
  return {
    ids,
    of: (id) => {
      const known = numbers.get(id) ?? ids.push(id) - 1;
      numbers.set(id, known);
      return known;
    },
  };
}

function columnsOf(events: TimedEvent[], textIndex: Map<number, number>) {
  const [origins, artifacts] = [createNumbering(), createNumbering()];
  const lines = new Map<number, number>();
  let time = 0;
  const columns: ReportEvents["columns"] = {
    time: [],
    place: [],
    level: [],
    origin: [],
    text: [],
    artifact: [],
    line: [],
  };
  for (const event of events) {
    columns.time.push(event.time - time);
    time = event.time;
    columns.place.push(event.place);
    columns.level.push(event.level);
    columns.origin.push(origins.of(event.origin));
    columns.text.push(textIndex.get(event.text) ?? 0);
    columns.artifact.push(artifacts.of(event.artifact));
    columns.line.push(event.line - (lines.get(event.artifact) ?? 0));
    lines.set(event.artifact, event.line);
  }
  return { columns, origins: origins.ids, artifacts: artifacts.ids };
}

function originsOf({ origin: read }: EventSelection, ids: number[], events: TimedEvent[]): ReportEvents["origins"] {
  const kept = new Map<number, number>();
  for (const { origin } of events) kept.set(origin, (kept.get(origin) ?? 0) + 1);
  return ids.map((id) => {
    const { name, total } = read(id);
    return { name, total, kept: kept.get(id) ?? 0 };
  });
}

function thinningOf(total: number, kept: number): string | null {
  if (kept >= total) return null;
  const counts = `${groupDigits(kept)} of ${groupDigits(total)} events are in this file`;
  return `${counts}: all that are cited, then errors, warnings and what lies within 10 minutes of a finding, then the rest, evenly from each source. The bars of the whole period count all events.`;
}

function buildEvents(
  selection: EventSelection,
  { events, places }: PlacedEvents,
  textOf: (id: number) => ShapedText,
  pathOf: (artifact: number) => string,
): ReportEvents {
  const { texts, shapes, indexOf } = internTexts(events, textOf);
  const { columns, origins, artifacts } = columnsOf(events, indexOf);
  return {
    version: 1,
    total: selection.total,
    thinning: thinningOf(selection.total, events.length),
    origins: originsOf(selection, origins, events),
    artifacts: artifacts.map((id) => ({ path: pathOf(id), id: artifactId(pathOf(id)) })),
    texts,
    shapes,
    places,
    unset: events.flatMap(({ stated, place }, index): [number, number][] =>
      stated !== null && (places[place]?.lo !== null || places[place]?.basis === null) ? [[index, stated]] : [],
    ),
    columns,
  };
}

function maskedOrigin({ name, total }: { name: string; total: number }, mask: Mask): { name: string; total: number } {
  return { name: mask(name), total };
}

/** The events of an earlier report with more of them masked. */
export function maskEvents(events: ReportEvents, mask: Mask): ReportEvents {
  return {
    ...events,
    texts: events.texts.map((text) => mask(text)),
    artifacts: events.artifacts.map(({ path, id }) => ({ path: mask(path), id })),
    origins: events.origins.map((origin) => ({ ...origin, name: mask(origin.name) })),
  };
}

/**
 * The events for the HTML report, thinned until they take at most about so many bytes in it.
 * @param room says how many bytes; asked once, while other threads pack the first choice
 * @param mask takes the secrets out of every text and path, as it was done in the report
 */
export async function exportEvents(
  chosen: EventSelection,
  room: () => number,
  mask: Mask = (text) => text,
): Promise<ReportEvents> {
  const selection: EventSelection = { ...chosen, origin: (id) => maskedOrigin(chosen.origin(id), mask) };
  const paths = new Map([...selection.paths].map(([id, path]) => [id, mask(path)]));
  const pathOf = (artifact: number): string => paths.get(artifact) ?? "";
  const textOf = createTexts(selection, mask);
  let picked = selection.pick();
  let bytes: number | null = null;
  for (let attempt = 1; ; attempt += 1) {
    const events = buildEvents(selection, picked, textOf, pathOf);
    const packed = prepack(events);
    bytes ??= room();
    const size = await packed;
    const count = picked.events.length;
    if (size <= bytes || attempt === ATTEMPTS || count === 0) return events;
    picked = selection.pick(Math.floor(count * Math.max(0, bytes / size) * 0.97));
  }
}
