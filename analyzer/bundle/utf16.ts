import type { Line } from "../model/source.ts";
import { cutWords, DEFAULT_MAX_LINE_BYTES, type LineOptions, type LineSplitter } from "./splitter.ts";

/** Splits UTF-16 with a byte order mark, as PowerShell writes it. Every unit is two bytes, so offsets stay exact. */
export function createUtf16Splitter(onLine: (line: Line) => void, options: LineOptions): LineSplitter {
  const maxLineBytes = options.maxLineBytes ?? DEFAULT_MAX_LINE_BYTES;
  const pending = createPendingLine(onLine, maxLineBytes / 2);
  let swap: boolean | null = null;
  let odd: Buffer = Buffer.alloc(0);
  return {
    push(chunk) {
      swap ??= chunk[0] === 0xfe;
      const bytes = odd.length > 0 ? Buffer.concat([odd, chunk]) : chunk;
      const end = bytes.length & ~1;
      odd = bytes.subarray(end);
      const whole = bytes.subarray(0, end);
      const text = (swap ? Buffer.from(whole).swap16() : whole).toString("utf16le");
      let from = 0;
      for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", from)) {
        pending.add(text.slice(from, at));
        pending.deliver();
        from = at + 1;
      }
      pending.add(text.slice(from));
    },
    end() {
      if (pending.units() > 0 && options.isCut?.()) {
        options.onWarning?.(pending.lines() + 1, "the bundle ends within this line; it was left out");
      } else if (pending.units() > 0) pending.deliver();
      const long = pending.cut();
      if (long > 0) options.onWarning?.(pending.firstCut(), cutWords(long, maxLineBytes));
      if (odd.length > 0) options.onWarning?.(pending.lines(), "the text ends in the middle of a UTF-16 character");
      return pending.lines();
    },
  };
}

interface PendingLine {
  add(text: string): void;
  deliver(): void;
  /** UTF-16 units of the line so far. */
  units(): number;
  /** Lines delivered so far. */
  lines(): number;
  /** How many of them were cut, and the number of the first. */
  cut(): number;
  firstCut(): number;
}

function createPendingLine(onLine: (line: Line) => void, maxUnits: number): PendingLine {
  let parts: string[] = [];
  let kept = 0;
  let units = 0;
  let lines = 0;
  let offset = 0;
  let lastUnit = 0;
  let cut = 0;
  let firstCut = 0;
  return {
    add(text) {
      if (text.length === 0) return;
      // One unit more, so that a line end right after the limit is still seen.
      const part = text.slice(0, Math.max(0, maxUnits + 1 - kept));
      if (part.length > 0) parts.push(part);
      kept += part.length;
      units += text.length;
      lastUnit = text.charCodeAt(text.length - 1);
    },
    deliver() {
      const content = units > 0 && lastUnit === 13 ? units - 1 : units;
      let text = parts.join("").slice(0, Math.min(content, maxUnits));
      const left = content - text.length;
      if (lines === 0) text = text.replace(/^\ufeff/, "");
      lines++;
      if (left > 0) {
        text += ` […cut, ${left * 2} bytes]`;
        if (cut++ === 0) firstCut = lines;
      }
      onLine({ text, number: lines, byteOffset: offset, byteLength: units * 2 });
      offset += units * 2 + 2;
      parts = [];
      kept = 0;
      units = 0;
    },
    units: () => units,
    lines: () => lines,
    cut: () => cut,
    firstCut: () => firstCut,
  };
}
