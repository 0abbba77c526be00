import type { ClockKind, Micros } from "./time.ts";
import type { FactKind, FactValues } from "./fact.ts";

/** Severity of a line as its writer saw it, 0 (emergency) to 7 (debug), as in syslog. */
export type Level = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** One line of an artifact. `text` has no line end; a cut line says so. */
export interface Line {
  text: string;
  /** From 1. */
  number: number;
  byteOffset: number;
  byteLength: number;
}

/** Something said with a time. `stated`, `clock` and `precision` are a TimeReading, kept flat: there are millions. */
export interface EventDraft {
  line: Line;
  stated: Micros | null;
  clock: ClockKind;
  precision: Micros;
  /**
   * The boot that the line says it was written in: 32 hex digits, lower case; `reboot-<n>` after the nth line that
   * tells of a reboot without naming it. Null or absent when nothing says so.
   */
  boot?: string | null;
  /** µs since that boot, for a line that carries it beside `stated`. */
  monotonic?: Micros | null;
  /**
   * The program in whose zone a local time is, where that need not be the node's: one zone holds for all that it wrote.
   * Null or absent for the node itself.
   */
  process?: string | null;
  level: Level;
  /** The line does not state its level: a copy of it that does tells it. */
  levelAssumed?: boolean;
  /** Who said it: the process or unit (`kubelet`, `dockerd`, `kernel`), or `pod/container` for a container's log. */
  origin: string;
  /** The message without the header that carried time, host and process. */
  text: string;
}

/** State without a time of its own. `key` names the thing (an id, a path); `value` depends on the kind. */
export interface FactDraft<K extends FactKind = FactKind> {
  kind: K;
  key: string;
  value: FactValues[K];
  line: Line;
}

/** Something the parser could not read. The rest of the artifact is still used. */
export interface ParseWarning {
  line: number;
  message: string;
}

export interface ParseSink {
  event(draft: EventDraft): void;
  fact<K extends FactKind>(kind: K, key: string, value: FactValues[K], line: Line): void;
  warning(line: number, message: string): void;
}

/** What a parser may know of the text it reads. `command` is the command line that printed it, when something said so. */
export interface ParseContext {
  artifact: string;
  command: string | null;
  kind: string | null;
  sink: ParseSink;
}

/** Receives the lines in order. Keeps no line longer than it needs it. */
export interface LineReader {
  line(line: Line): void;
  end(): void;
}

/** A literal sample of a source, run by the tests: the lines, and how many events, facts and warnings come out. */
export interface SourceSample {
  name: string;
  lines: string[];
  command?: string;
  path?: string;
  events: number;
  facts: number;
  warnings?: number;
  /** First event's `stated` as ISO text without zone, when the sample has one. */
  firstStated?: string;
}

/** Reads one kind of artifact. One per file in analyzer/sources, default export, id = file name. */
export interface SourceParser {
  id: string;
  title: string;
  /** Its lines are those of the journal once more: a bundle may hold the same ones in several artifacts. */
  retellsJournal?: true;
  /** Its format holds bytes that are no text, and it tells itself of those that should not be there. */
  holdsBytes?: true;
  /** Step kinds of the collector that hold this format. */
  kinds: string[];
  /** Matched against the command line that printed a section, without `sudo` and redirections. */
  command?: RegExp;
  /** Matched against the path inside the bundle, and against paths named in section headers (`== /var/log/…`). */
  path?: RegExp;
  /**
   * How surely the first lines are of this format, 0 to 1. Must be exclusive: no two parsers above 0.5 for one text.
   * `head` has no line ends and may end in the middle of the artifact.
   */
  sniff(head: string[]): number;
  open(context: ParseContext): LineReader;
  samples: SourceSample[];
}

/** An artifact that can be read at any place, for formats that are no sequence of lines. */
export interface RandomAccessFile {
  path: string;
  size: number;
  /** Fills `target` with the bytes from `position` on, and gives how many there were. */
  read(target: Uint8Array, position: number): number;
}

/** Numbers that stand for records, by a key of the source's choice. */
export type SeenRecords = Map<string, Float64Array>;

/**
 * Reads one kind of binary file. One per file in analyzer/sources, default export, id = file name. A record counts as a
 * line: `Line.number` is its place in the file from 1, offset and length are those of its bytes.
 */
export interface BinarySource {
  id: string;
  title: string;
  /** True for a file of this format, by the first bytes of it, or by its path where these are damaged. */
  matches(path: string, head: Buffer): boolean;
  /**
   * Reads all records, as far as damage allows. Resolves to their number. `seen` lasts for one bundle: what it remembers
   * of the records of one file, a source leaves out of the next.
   */
  read(file: RandomAccessFile, sink: ParseSink, seen: SeenRecords): Promise<number>;
  /** The records that `read` counts, as lines for people, until `onLine` gives false. */
  show(file: RandomAccessFile, onLine: (line: Line) => boolean): Promise<void>;
}
