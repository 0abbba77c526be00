import type { ArtifactStream, OpenedBundle } from "../model/artifact.ts";
import type { BinarySource, Line } from "../model/source.ts";
import { createLineSplitter } from "./lines.ts";
import { isHeader } from "./sections.ts";
import { spill } from "./spill.ts";

/** A line as it stands in the artifact, with its neighbours, oldest first. Each is cut to 2,000 characters. */
export interface Excerpt {
  text: string;
  before: string[];
  after: string[];
  /** The header of its output, where that stands further above. */
  under?: { line: number; text: string };
}

const MAX_CHARACTERS = 2_000;
/** Lines above a wanted one in which the header of its output is looked for. */
const HEADER_LINES = 24;

/**
 * Reads wanted lines again: `wanted` maps artifact paths to line numbers from 1, `context` is how many lines before and
 * after to add. Opens the bundle with `open`, reads no further than needed, and closes it. Lines that are not there are
 * left out of the result. A record of a binary file is shown as its source in `binary` shows it.
 */
export async function readExcerpts(
  open: () => Promise<OpenedBundle>,
  wanted: Map<string, number[]>,
  context: number,
  binary: BinarySource[] = [],
): Promise<Map<string, Map<number, Excerpt>>> {
  const result = new Map<string, Map<number, Excerpt>>();
  const left = new Set([...wanted].filter(([, lines]) => lines.length > 0).map(([path]) => path));
  if (left.size === 0) return result;
  const bundle = await open();
  try {
    for await (const artifact of bundle.artifacts()) {
      if (!left.delete(artifact.path)) continue;
      result.set(artifact.path, await readLines(artifact, wanted.get(artifact.path) ?? [], context, binary));
      if (left.size === 0) break;
    }
  } finally {
    await bundle.close();
  }
  return result;
}

async function readLines(
  artifact: ArtifactStream,
  lines: number[],
  context: number,
  binary: BinarySource[],
): Promise<Map<number, Excerpt>> {
  const wanted = [...new Set(lines)].sort((a, b) => a - b);
  const last = (wanted[wanted.length - 1] ?? 0) + context;
  const excerpts = new Map<number, Excerpt>();
  const recent: string[] = [];
  const open: { until: number; excerpt: Excerpt }[] = [];
  let next = 0;
  let done = false;
  let until = 0;
  let latest = 0;
  let under: { line: number; text: string } | null = null;
  let isBlankBefore = true;

  function headerOf(line: number): Pick<Excerpt, "under"> {
    const isAbove = under !== null && under.line < line - context && line - under.line <= HEADER_LINES;
    return under !== null && isAbove ? { under } : {};
  }

  function onLine(line: Line): void {
    if (done) return;
    latest = line.number;
    const text = cut(line.text);
    while (open[0] !== undefined && open[0].until < line.number) open.shift();
    for (const { excerpt } of open) excerpt.after.push(text);
    if (isHeader(line.text, isBlankBefore)) under = { line: line.number, text };
    isBlankBefore = line.text.trim() === "";
    if (wanted[next] === line.number) {
      const excerpt: Excerpt = { text, before: [...recent], after: [], ...headerOf(line.number) };
      excerpts.set(line.number, excerpt);
      until = line.number + context;
      open.push({ until, excerpt });
      next++;
    }
    recent.push(text);
    if (recent.length > context) recent.shift();
    done = line.number >= last;
  }

  const take = (line: Line): boolean => {
    onLine(line);
    return !done;
  };
  await feed(artifact, binary, take, () =>
    latest < until ? 0 : (wanted[next] ?? Infinity) - Math.max(context, HEADER_LINES),
  );
  return excerpts;
}

/** Gives the lines of an artifact from `wanted` on, or the records of a binary one, until `onLine` wants no more. */
async function feed(
  artifact: ArtifactStream,
  binary: BinarySource[],
  onLine: (line: Line) => boolean,
  wanted: () => number,
): Promise<void> {
  const { path } = artifact;
  const chunks = artifact.chunks[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done) return;
  const all = rejoin(first.value, chunks);
  const source = binary.find(({ matches }) => matches(path, first.value));
  if (source) {
    const file = await spill(path, all);
    await source.show(file, onLine).finally(() => file.close());
    return;
  }
  let more = true;
  const splitter = createLineSplitter((line) => (more = more && onLine(line)), { next: wanted });
  for await (const chunk of all) {
    splitter.push(chunk);
    if (!more) return;
  }
  splitter.end();
}

async function* rejoin(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

function cut(text: string): string {
  const left = text.length - MAX_CHARACTERS;
  return left <= 0 ? text : `${text.slice(0, MAX_CHARACTERS)} … [${left} more characters in this line]`;
}
