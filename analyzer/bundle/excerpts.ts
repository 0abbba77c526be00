import type { ArtifactStream, OpenedBundle } from "../model/artifact.ts";
import type { Line } from "../model/source.ts";
import { createLineSplitter } from "./lines.ts";

/** A line as it stands in the artifact, with its neighbours, oldest first. Each is cut to 2,000 characters. */
export interface Excerpt {
  text: string;
  before: string[];
  after: string[];
}

const MAX_CHARACTERS = 2_000;

/**
 * Reads wanted lines again: `wanted` maps artifact paths to line numbers from 1, `context` is how many lines before and
 * after to add. Opens the bundle with `open`, reads no further than needed, and closes it. Lines that are not there are
 * left out of the result.
 */
export async function readExcerpts(
  open: () => Promise<OpenedBundle>,
  wanted: Map<string, number[]>,
  context: number,
): Promise<Map<string, Map<number, Excerpt>>> {
  const result = new Map<string, Map<number, Excerpt>>();
  const left = new Set([...wanted].filter(([, lines]) => lines.length > 0).map(([path]) => path));
  if (left.size === 0) return result;
  const bundle = await open();
  try {
    for await (const artifact of bundle.artifacts()) {
      if (!left.delete(artifact.path)) continue;
      result.set(artifact.path, await readLines(artifact, wanted.get(artifact.path) ?? [], context));
      if (left.size === 0) break;
    }
  } finally {
    await bundle.close();
  }
  return result;
}

async function readLines(artifact: ArtifactStream, lines: number[], context: number): Promise<Map<number, Excerpt>> {
  const wanted = [...new Set(lines)].sort((a, b) => a - b);
  const last = (wanted[wanted.length - 1] ?? 0) + context;
  const excerpts = new Map<number, Excerpt>();
  const recent: string[] = [];
  const open: { until: number; excerpt: Excerpt }[] = [];
  let next = 0;
  let done = false;

  function onLine(line: Line): void {
    if (done) return;
    const text = cut(line.text);
    while (open[0] !== undefined && open[0].until < line.number) open.shift();
    for (const { excerpt } of open) excerpt.after.push(text);
    if (wanted[next] === line.number) {
      const excerpt: Excerpt = { text, before: [...recent], after: [] };
      excerpts.set(line.number, excerpt);
      open.push({ until: line.number + context, excerpt });
      next++;
    }
    recent.push(text);
    if (recent.length > context) recent.shift();
    done = line.number >= last;
  }

  const splitter = createLineSplitter(onLine);
  for await (const chunk of artifact.chunks) {
    splitter.push(chunk);
    if (done) return excerpts;
  }
  splitter.end();
  return excerpts;
}

function cut(text: string): string {
  return text.length <= MAX_CHARACTERS ? text : `${text.slice(0, MAX_CHARACTERS)}…`;
}
