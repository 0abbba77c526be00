import type { Line } from "../model/source.ts";
import { DEFAULT_MAX_LINE_BYTES, type LineOptions, type LineSplitter } from "./splitter.ts";

/** Splits UTF-16 with a byte order mark, as PowerShell writes it. Every unit is two bytes, so offsets stay exact. */
export function createUtf16Splitter(onLine: (line: Line) => void, options: LineOptions): LineSplitter {
  const maxUnits = (options.maxLineBytes ?? DEFAULT_MAX_LINE_BYTES) / 2;
  let swap: boolean | null = null;
  let odd: Buffer = Buffer.alloc(0);
  let parts: string[] = [];
  let kept = 0;
  let units = 0;
  let lines = 0;
  let offset = 0;
  let lastUnit = 0;

  function keep(text: string): void {
    if (text.length === 0) return;
    const part = text.slice(0, Math.max(0, maxUnits + 1 - kept));
    if (part.length > 0) parts.push(part);
    kept += part.length;
    units += text.length;
    lastUnit = text.charCodeAt(text.length - 1);
  }

  function deliver(): void {
    const content = units > 0 && lastUnit === 13 ? units - 1 : units;
    let text = parts.join("").slice(0, Math.min(content, maxUnits));
    const left = content - text.length;
    if (lines === 0) text = text.replace(/^\ufeff/, "");
    if (left > 0) text += ` […cut, ${left * 2} bytes]`;
    onLine({ text, number: ++lines, byteOffset: offset, byteLength: units * 2 });
    offset += units * 2 + 2;
    parts = [];
    kept = 0;
    units = 0;
  }

  return {
    push(chunk) {
      swap ??= chunk[0] === 0xfe;
      const bytes = odd.length > 0 ? Buffer.concat([odd, chunk]) : chunk;
      const whole = bytes.length & ~1;
      odd = Buffer.from(bytes.subarray(whole));
      const text = (swap ? Buffer.from(bytes.subarray(0, whole)).swap16() : bytes.subarray(0, whole)).toString(
        "utf16le",
      );
      let from = 0;
      for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", from)) {
        keep(text.slice(from, end));
        deliver();
        from = end + 1;
      }
      keep(text.slice(from));
    },
    end() {
      if (units > 0) deliver();
      if (odd.length > 0) options.onWarning?.(lines, "the text ends in the middle of a UTF-16 character");
      return lines;
    },
  };
}
