import type { CoverageStatus } from "./words.ts";

/** Where a claim comes from: one line of one artifact. `line` counts from 1; bytes are offsets into the artifact. */
export interface Locator {
  artifact: string;
  line: number;
  byteOffset: number;
  byteLength: number;
}

/**
 * One file of a bundle, streamed. `path` is its path inside the bundle, as data: it is never used to open a file.
 * `modified` is the time in the tar header in µs UTC, and null for loose files, whose times are no evidence.
 */
export interface ArtifactStream {
  path: string;
  size: number | null;
  modified: number | null;
  /** Target of a symbolic or hard link, as written; such an artifact has no content. Null for files. */
  link: string | null;
  chunks: AsyncIterable<Buffer>;
}

/** What happened to a bundle while it was read. `message` is one sentence for the report. */
export interface BundleDamage {
  kind: "cut" | "damaged" | "limit" | "entry-skipped" | "unreadable";
  path: string | null;
  byteOffset: number | null;
  message: string;
}

export interface OpenedBundle {
  /** Basename without archive suffixes; `stdin` for `-`. */
  name: string;
  /** How the bundle was packed, in the reader's words: `tar`, `tar.gz`, `directory`, `files`, `stdin`. */
  form: string;
  /** Bytes on disk, where they are known before it is read. */
  size?: number;
  /** Bytes of a line that are kept; one MiB when absent. */
  maxLineBytes?: number;
  /** Events of it that are kept; ten millions when absent. */
  maxEvents?: number;
  /** Each artifact must be read, or skipped by leaving its chunks alone, before the next is asked for. */
  artifacts: () => AsyncIterable<ArtifactStream>;
  /** Complete only after `artifacts()` has been read to its end. */
  damage: () => BundleDamage[];
  /** sha256 in hex of the file as it lies on disk; of path and content of every file in order for a directory. Null until read. */
  sha256: () => string | null;
  /** Removes whatever the reader had to keep outside of memory. */
  close: () => Promise<void>;
}

/** The collector's record of one step (collector/README.md), as far as the analyzer uses it. */
export interface StepRecord {
  id: string;
  kind: string;
  path: string | null;
  command: string | null;
  status: CoverageStatus;
  detail: string | null;
}

/** Who collected a bundle, when, with what, and by which clock. Times as they were written. */
export interface Custody {
  host: string | null;
  collectorVersion: string | null;
  /** The node's wall clock when collecting began, right or wrong. */
  collectedAt: string | null;
  zone: string | null;
  /** Whether NTP had set the node's clock. */
  synchronized: boolean | null;
  /** Whether the node has a device of a clock that runs without power. */
  rtc: boolean | null;
  /** That clock had lost the time, as the kernel or the clock itself says: its battery is empty, or it has none. */
  rtcLost?: boolean;
  /** The clock of the machine that received the bundle. */
  laptopClock: string | null;
  /** How long collecting took, by the monotonic clock. */
  seconds: number | null;
  interrupted: boolean;
}
