import type { LineReader, ParseSink, SourceParser } from "../model/source.ts";

/** A source that throws is a bug of ours; it must not cost the rest of the bundle. */
export function guard(source: SourceParser, reader: LineReader, sink: ParseSink): LineReader {
  let broken = false;
  const attempt = (line: number, run: () => void): void => {
    if (broken) return;
    try {
      run();
    } catch (error) {
      broken = true;
      sink.warning(line, `source ${source.id} failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return {
    line: (line) => {
      attempt(line.number, () => reader.line(line));
      if (broken) {
        sink.event({ line, stated: null, clock: "none", precision: 0, level: 6, origin: source.id, text: line.text });
      }
    },
    end: () => attempt(0, () => reader.end()),
  };
}
