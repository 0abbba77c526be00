import { isAscii, isUtf8 } from "node:buffer";
import type { Line } from "../model/source.ts";
import { cutWords, DEFAULT_MAX_LINE_BYTES, type LineOptions, type LineSplitter } from "./splitter.ts";
import { isUtf16, lastBoundary } from "./text.ts";
import { createUtf16Splitter } from "./utf16.ts";

const LF = 10;
const CR = 13;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Splits an artifact into lines and calls `onLine` for each, in order. Offsets are bytes of the artifact; `byteLength`
 * counts a CR, which the text does not have, and not the LF. Resolves to the number of lines.
 */
export async function splitLines(
  chunks: AsyncIterable<Buffer>,
  onLine: (line: Line) => void,
  options: LineOptions = {},
): Promise<number> {
  const splitter = createLineSplitter(onLine, options);
  for await (const chunk of chunks) splitter.push(chunk);
  return splitter.end();
}

/** The same for bytes that are pushed. UTF-16 is told by its byte order mark, everything else is read as UTF-8. */
export function createLineSplitter(onLine: (line: Line) => void, options: LineOptions = {}): LineSplitter {
  let head: Buffer | null = Buffer.alloc(0);
  let splitter: LineSplitter | null = null;
  const start = (): LineSplitter => {
    const first = head ?? Buffer.alloc(0);
    head = null;
    const started = isUtf16(first) ? createUtf16Splitter(onLine, options) : createByteSplitter(onLine, options);
    started.push(first);
    return (splitter = started);
  };
  return {
    push(chunk) {
      if (splitter !== null) return splitter.push(chunk);
      head = head === null || head.length === 0 ? chunk : Buffer.concat([head, chunk]);
      if (head.length >= BOM.length) start();
    },
    end: () => (splitter ?? start()).end(),
  };
}

interface Counts {
  lines: number;
  offset: number;
  invalid: { lines: number; first: number };
  nul: { runs: number; first: number };
  long: { lines: number; first: number };
}

function createByteSplitter(onLine: (line: Line) => void, options: LineOptions): LineSplitter {
  const maxLineBytes = options.maxLineBytes ?? DEFAULT_MAX_LINE_BYTES;
  const counts: Counts = {
    lines: 0,
    offset: 0,
    invalid: { lines: 0, first: 0 },
    nul: { runs: 0, first: 0 },
    long: { lines: 0, first: 0 },
  };
  let carry: Buffer[] = [];
  let carried = 0;
  let kept = 0;
  let lastByte = 0;

  function keep(bytes: Buffer): void {
    carried += bytes.length;
    lastByte = bytes[bytes.length - 1] ?? lastByte;
    // Two bytes more, so that a line end right after the limit is still seen.
    const room = maxLineBytes + 2 - kept;
    if (room <= 0) return;
    const part = bytes.length > room ? bytes.subarray(0, room) : bytes;
    carry.push(part);
    kept += part.length;
  }

  function deliverCarry(endsInCr: boolean): void {
    const bytes = carry.length === 1 && carry[0] !== undefined ? carry[0] : Buffer.concat(carry);
    const length = endsInCr ? carried - 1 : carried;
    deliver(onLine, counts, { bytes: bytes.subarray(0, length), length, byteLength: carried, maxLineBytes });
    carry = [];
    carried = 0;
    kept = 0;
  }

  return {
    push(chunk) {
      let from = 0;
      if (carried > 0) {
        const end = chunk.indexOf(LF);
        keep(end === -1 ? chunk : chunk.subarray(0, end));
        if (end === -1) return;
        deliverCarry(lastByte === CR);
        counts.offset++;
        from = end + 1;
      }
      const until = chunk.lastIndexOf(LF) + 1;
      if (until > from) splitRegion(chunk.subarray(from, until), onLine, counts, { ...options, maxLineBytes });
      if (until < chunk.length) keep(chunk.subarray(until));
    },
    end() {
      if (carried > 0 && options.isCut?.()) {
        options.onWarning?.(
          counts.lines + 1,
          `the bundle ends within this line, after ${carried} bytes; it was left out`,
        );
      } else if (carried > 0) deliverCarry(false);
      warn(counts, maxLineBytes, options.onWarning);
      return counts.lines;
    },
  };
}

/** Splits bytes that end in LF. Sound text without NUL, by far the most, takes the short way. */
function splitRegion(
  region: Buffer,
  onLine: (line: Line) => void,
  counts: Counts,
  { maxLineBytes, next }: LineOptions & { maxLineBytes: number },
): void {
  const encoding = isAscii(region) ? "latin1" : "utf8";
  const sound = counts.offset > 0 && !region.includes(0) && (encoding === "latin1" || isUtf8(region));
  let from = 0;
  let offset = counts.offset;
  let number = counts.lines;
  let wanted = next?.() ?? 0;
  while (from < region.length) {
    const end = region.indexOf(LF, from);
    if (sound && number + 1 < wanted) {
      number++;
      offset += end + 1 - from;
      from = end + 1;
      continue;
    }
    const stop = end > from && region[end - 1] === CR ? end - 1 : end;
    if (sound && stop - from <= maxLineBytes) {
      onLine({
        text: region.toString(encoding, from, stop),
        number: ++number,
        byteOffset: offset,
        byteLength: end - from,
      });
    } else {
      counts.offset = offset;
      counts.lines = number++;
      const bytes = region.subarray(from, stop);
      deliver(onLine, counts, { bytes, length: bytes.length, byteLength: end - from, maxLineBytes });
    }
    offset += end + 1 - from;
    from = end + 1;
    wanted = next?.() ?? 0;
  }
  counts.offset = offset;
  counts.lines = number;
}

interface RawLine {
  /** Without line end; at least the first `maxLineBytes` bytes. */
  bytes: Buffer;
  length: number;
  byteLength: number;
  maxLineBytes: number;
}

/** Decodes one line and counts what is wrong with it. */
function deliver(onLine: (line: Line) => void, counts: Counts, raw: RawLine): void {
  const number = ++counts.lines;
  let bytes = raw.bytes;
  if (raw.length > raw.maxLineBytes) {
    bytes = bytes.subarray(0, raw.maxLineBytes);
    bytes = bytes.subarray(0, lastBoundary(bytes));
  }
  const left = raw.length - bytes.length;
  if (number === 1 && bytes.subarray(0, BOM.length).equals(BOM)) bytes = bytes.subarray(BOM.length);
  if (!isUtf8(bytes) && counts.invalid.lines++ === 0) counts.invalid.first = number;
  let text = bytes.toString("utf8");
  if (text.includes("\0")) {
    if (counts.nul.runs === 0) counts.nul.first = number;
    counts.nul.runs += text.match(/\0+/g)?.length ?? 0;
  }
  if (left > 0) {
    text += ` […cut, ${left} bytes]`;
    if (counts.long.lines++ === 0) counts.long.first = number;
  }
  onLine({ text, number, byteOffset: counts.offset, byteLength: raw.byteLength });
  counts.offset += raw.byteLength;
}

function warn(counts: Counts, maxLineBytes: number, onWarning: LineOptions["onWarning"]): void {
  const { invalid, nul, long } = counts;
  if (long.lines > 0) {
    onWarning?.(long.first, cutWords(long.lines, maxLineBytes));
  }
  if (invalid.lines > 0) {
    onWarning?.(
      invalid.first,
      `not valid UTF-8 in ${invalid.lines} ${plural(invalid.lines, "line")}, shown as \ufffd`,
      "bytes",
    );
  }
  if (nul.runs > 0) {
    onWarning?.(nul.first, `${nul.runs} ${plural(nul.runs, "run")} of NUL bytes, as a power cut leaves them`, "bytes");
  }
}

function plural(count: number, noun: string): string {
  return count === 1 ? noun : `${noun}s`;
}
