/** Bundle to store: each artifact is cut into sections, each section read by the source that fits it. */
import type { Database } from "better-sqlite3";
import { binaryKind } from "./bundle/binary-kind.ts";
import type { ItemProblem } from "./bundle/integrity.ts";
import { createIntegrity } from "./bundle/integrity.ts";
import { splitLines } from "./bundle/lines.ts";
import type { LineOptions } from "./bundle/splitter.ts";
import type { BundleManifest } from "./bundle/manifest.ts";
import { createManifestReader, isManifestPath } from "./bundle/manifest.ts";
import { createSectioner } from "./bundle/sections.ts";
import { DEFAULT_MAX_LINE_BYTES } from "./bundle/splitter.ts";
import { spill } from "./bundle/spill.ts";
import { createEventLimit, type EventLimit } from "./event-limit.ts";
import type { ArtifactStream, BundleDamage, OpenedBundle, StepRecord } from "./model/artifact.ts";
import type { BinarySource, Line, LineReader, ParseSink, SeenRecords, SourceParser } from "./model/source.ts";
import { guard } from "./sources/_guard.ts";
import { chooseSource, leadingDates } from "./sources/_choose.ts";
import type { TextMatcher } from "./store/matches.ts";
import type { StoreWriter } from "./store/writer.ts";
import { createWriter } from "./store/writer.ts";

/** Lines that a source may look at before it is chosen. */
const HEAD_LINES = 40;
const HEAD_CHARACTERS = 64 * 1024;
const SNIFFED_CHARACTERS = 8 * 1024;

/** A bundle of so many bytes, packed as it is, will need a thread for its store. */
const LARGE_BYTES = 8 * 1024 * 1024;

export interface Ingested {
  manifest: BundleManifest | null;
  /** Artifacts that hold binary data that no source reads, with what they are. */
  unread: { path: string; what: string }[];
  /** Where the bundle is not what its manifest says, and what was too much. */
  problems: (ItemProblem | BundleDamage)[];
}

export interface IngestOptions {
  /** Sources of files that are no text. */
  binary: BinarySource[];
  /** What the line rules find in a text. */
  matcher: TextMatcher;
  onArtifact(path: string, bytes: number): void;
  /** Called when everything has been read, and perhaps not all of it stored; `text` when no file was binary. */
  onRead?(events: number, text: boolean): void;
}

/** Reads a whole bundle into an empty store. */
export async function ingest(
  bundle: OpenedBundle,
  sources: SourceParser[],
  database: Database,
  options: IngestOptions,
): Promise<Ingested> {
  const writer = createWriter(database, options.matcher, (bundle.size ?? 0) >= LARGE_BYTES);
  const manifest = createManifestReader();
  const integrity = createIntegrity();
  const unread: Ingested["unread"] = [];
  const seen: SeenRecords = new Map();
  const read = { binary: false };
  const limit = createEventLimit(bundle.maxEvents);
  try {
    for await (const artifact of bundle.artifacts()) {
      options.onArtifact(artifact.path, artifact.size ?? 0);
      const isPlanned = manifest.result()?.steps.some(({ path }) => path === artifact.path) === true;
      const watched = integrity.watch(artifact, isPlanned);
      if (isManifestPath(artifact.path)) await manifest.add(artifact.path, watched.chunks);
      else
        await ingestArtifact(watched, {
          sources,
          ...options,
          writer,
          manifest: () => manifest.result(),
          unread,
          seen,
          read,
          limit,
          maxLineBytes: bundle.maxLineBytes ?? DEFAULT_MAX_LINE_BYTES,
        });
    }
    const result = manifest.result();
    const problems = result === null ? [] : integrity.check(result).problems;
    for (const { path, message } of problems) writer.warning(path, 0, message);
    for (const { path, line, message } of result?.warnings ?? []) writer.warning(path, line, message);
    options.onRead?.(writer.events(), !read.binary);
    await writer.finish();
    // What somebody laid beside the collector's members is no damage.
    const told = problems.filter(({ kind }) => kind !== "unexpected");
    const left = limit.damage();
    return { manifest: result, unread, problems: left === null ? told : [...told, left] };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

interface Context {
  sources: SourceParser[];
  binary: BinarySource[];
  writer: StoreWriter;
  manifest: () => BundleManifest | null;
  unread: Ingested["unread"];
  /** Records of binary files, of which a second file may hold copies. */
  seen: SeenRecords;
  /** What there was so far. */
  read: { binary: boolean };
  limit: EventLimit;
  maxLineBytes: number;
}

async function ingestArtifact(artifact: ArtifactStream, context: Context): Promise<void> {
  const { writer, unread } = context;
  const id = writer.artifact(artifact.path, artifact.modified, artifact.link);
  const names = new Set<string>();
  const counted = countBytes(artifact.chunks, () => writer.busy());
  const first = await counted.chunks.next();
  const binary = first.done ? undefined : context.binary.find((source) => source.matches(artifact.path, first.value));
  if (!first.done && binary) {
    context.read.binary = true;
    writer.tells(id, "binary");
    const records = await readBinary(
      binary,
      artifact.path,
      rejoin(first.value, counted.chunks),
      sinkOf(artifact.path, id, context),
      context.seen,
    );
    writer.finishArtifact(id, binary.id, counted.bytes(), records);
    return;
  }
  const what = first.done ? null : binaryKind(first.value);
  if (what !== null) {
    unread.push({ path: artifact.path, what });
    writer.finishArtifact(id, null, counted.bytes(), 0);
    return;
  }
  const reader = createArtifactReader(artifact.path, id, context, names);
  const warnings: Parameters<NonNullable<LineOptions["onWarning"]>>[] = [];
  const onWarning: LineOptions["onWarning"] = (...warning) => void warnings.push(warning);
  const isCut = (): boolean => artifact.size !== null && counted.bytes() < artifact.size;
  const chunks = first.done ? null : rejoin(first.value, counted.chunks);
  const lines =
    chunks === null
      ? 0
      : await splitLines(chunks, reader.line, { onWarning, isCut, maxLineBytes: context.maxLineBytes });
  reader.end();
  // Only now is it known of a short text which source reads it.
  const holdsBytes = context.sources.some((source) => source.holdsBytes && names.has(source.id));
  for (const [line, message, about] of warnings) {
    if (about !== "bytes" || !holdsBytes) writer.warning(artifact.path, line, message);
  }
  const source = names.size === 0 ? null : [...names].sort().join(",");
  writer.finishArtifact(id, source, counted.bytes(), lines);
}

/** A source that throws is a bug of ours; what it said until then is kept. */
async function readBinary(
  source: BinarySource,
  path: string,
  chunks: AsyncIterable<Buffer>,
  sink: ParseSink,
  seen: SeenRecords,
): Promise<number> {
  const file = await spill(path, chunks);
  if (file.shortened !== null) sink.warning(0, file.shortened);
  try {
    return await source.read(file, sink, seen);
  } catch (error) {
    sink.warning(0, `source ${source.id} failed: ${error instanceof Error ? error.message : String(error)}`);
    return 0;
  } finally {
    file.close();
  }
}

const NO_TIME = { stated: null, clock: "none", precision: 0 } as const;

/** Beyond the year 2255 µs are no exact numbers any more, and no clock has shown that yet. */
function isTime(stated: number | null): boolean {
  return stated === null || Number.isSafeInteger(stated);
}

function sinkOf(path: string, id: number, { writer, limit }: Context): ParseSink {
  return {
    event(draft) {
      if (!limit.allows(path, draft.line.number)) return;
      writer.event(id, isTime(draft.stated) ? draft : { ...draft, ...NO_TIME });
    },
    fact: (kind, key, value, line) => writer.fact(id, kind, key, value, line),
    warning: (line, message) => writer.warning(path, line, message),
  };
}

/** Counts the bytes that pass, and waits between them while the store has too much to do. */
function countBytes(
  chunks: AsyncIterable<Buffer>,
  busy: () => Promise<void> | null,
): { chunks: AsyncGenerator<Buffer>; bytes: () => number } {
  let bytes = 0;
  async function* count(): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      yield chunk;
      const wait = busy();
      if (wait !== null) await wait;
    }
  }
  return { chunks: count(), bytes: () => bytes };
}

async function* rejoin(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

/** What sources may look at of one line before they are chosen: their expressions are made for lines, not for files. */
function startOf(text: string): string {
  return text.length > SNIFFED_CHARACTERS ? text.slice(0, SNIFFED_CHARACTERS) : text;
}

/** Feeds lines to sections, and each section to its source. A source that throws is left, its lines are kept as text. */
function createArtifactReader(
  path: string,
  id: number,
  context: Context,
  names: Set<string>,
): { line: (line: Line) => void; end: () => void } {
  const { writer, sources } = context;
  const sink = sinkOf(path, id, context);
  const step = stepOf(path, context.manifest()?.steps ?? []);
  const fallback = sources.find((source) => source.id === "text");
  let head: Line[] = [];
  let characters = 0;
  let section: { command: string | null; path: string | null } = { command: step?.command ?? null, path: null };
  let reader: LineReader | null = null;

  const begin = (): void => {
    if (head.length === 0) return;
    const dates = leadingDates(
      sources,
      head.map(({ text }) => startOf(text)),
    );
    for (const part of [head.slice(0, dates), head.slice(dates)]) {
      if (part.length === 0) continue;
      reader?.end();
      open(part);
    }
    head = [];
    characters = 0;
  };
  const open = (lines: Line[]): void => {
    const command = section.command ?? (section.path === null ? null : `cat ${section.path}`);
    const clue = {
      kind: step?.kind ?? null,
      command,
      path: section.path ?? path,
      head: lines.map(({ text }) => startOf(text)),
    };
    const source = chooseSource(sources, clue) ?? fallback;
    if (!source) return;
    names.add(source.id);
    writer.tells(id, source.retellsJournal ? "export" : null);
    reader = guard(source, source.open({ artifact: path, command, kind: clue.kind, sink }), sink);
    for (const line of lines) reader.line(line);
  };
  const finish = (): void => {
    if (reader === null) begin();
    reader?.end();
    reader = null;
  };
  const sectioner = createSectioner(
    (next) => {
      finish();
      section = next;
    },
    (line) => {
      if (reader !== null) return reader.line(line);
      head.push(line);
      characters += line.text.length;
      if (head.length >= HEAD_LINES || characters >= HEAD_CHARACTERS) begin();
    },
  );
  return {
    line: (line) => sectioner.line(line),
    end() {
      sectioner.end();
      finish();
    },
  };
}

/** The step whose output, or whose stderr, a member is. Steps that tar files in place name only a directory. */
function stepOf(path: string, steps: StepRecord[]): Pick<StepRecord, "kind" | "command"> | null {
  const own = steps.find((step) => step.path === path);
  if (own) return own;
  const output = steps.find((step) => step.path !== null && path === `${step.path}.err`);
  // What went to stderr is of another format than the output, so the kind does not hold for it.
  return output ? { kind: "", command: output.command } : null;
}
