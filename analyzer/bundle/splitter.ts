export interface LineOptions {
  /** Bytes of a line that are kept; 1 MiB when absent. */
  maxLineBytes?: number;
  /** `bytes`: of bytes that are no text, which some formats hold. */
  onWarning?: (line: number, message: string, about?: "bytes") => void;
  /** Asked at the end: true when more should follow. Half a last line is then left out, since half may say otherwise. */
  isCut?: () => boolean;
  /** Number of the next line that matters, asked after each one. Lines before it may be counted and not delivered. */
  next?: () => number;
}

/** Takes the bytes of an artifact in portions of any size. */
export interface LineSplitter {
  push(chunk: Buffer): void;
  /** Delivers a last line without line end, and the warnings that count. Returns the number of lines. */
  end(): number;
}

/** What is said of lines that were cut, and how to have them whole. */
export function cutWords(count: number, maxLineBytes: number): string {
  const lines = count === 1 ? "1 line" : `${count} lines`;
  return `${lines} too long, cut after ${maxLineBytes} bytes (raise it with --max-line-bytes)`;
}

export const DEFAULT_MAX_LINE_BYTES = 1024 * 1024;
