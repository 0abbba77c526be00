/**
 * Any text that no other source knows: hand-saved terminal sessions, application logs, errors of a command.
 *
 *     The connection to the server 10.11.12.13:6443 was refused - did you specify the right host or port?
 *     Aug 13 01:27:32  mmc0: error -110 writing Cache Flush bit
 *
 * Every line that is not empty becomes an event, with a time when the line starts with one in a form known elsewhere.
 */
import type { Line, LineReader, ParseContext, SourceParser } from "../model/source.ts";
import { JournalHeader } from "./_journal-header.ts";
import { klogProcess } from "./_klog-process.ts";
import { Payload, impliedLevel } from "./_payload.ts";

const ID = "text";
class TextReader implements LineReader {
  readonly #context: ParseContext;
  readonly #header = new JournalHeader();
  readonly #payload = new Payload();

  constructor(context: ParseContext) {
    this.#context = context;
  }

  line(line: Line): void {
    const { text } = line;
    if (text.trim() === "") return;
    const header = this.#header;
    const payload = this.#payload;
    const timed = header.read(text);
    payload.read(text, timed ? header.rest : 0);
    const time = timed ? header : payload;
    this.#context.sink.event({
      line,
      stated: time.clock === "none" ? null : time.stated,
      clock: time.clock,
      precision: time.clock === "none" ? 0 : time.precision,
      process: payload.pid > 0 && !timed ? klogProcess(payload, null, this.#context.artifact) : null,
      level: payload.level ?? (timed ? header.level : null) ?? impliedLevel(text),
      origin: timed && header.named ? header.origin : ID,
      text: payload.text,
    });
  }

  end(): void {}
}

const parser: SourceParser = {
  id: ID,
  title: "Other text",
  kinds: ["text"],
  sniff: (head) => (head.some((line) => line.trim() !== "") ? 0.05 : 0),
  open: (context) => new TextReader(context),
  samples: [
    {
      name: "errors of clients",
      lines: [
        "The connection to the server 10.11.12.13:6443 was refused - did you specify the right host or port?",
        "Error response from daemon: stat /var/lib/docker/overlay2/1d2dd8b0: no such file or directory",
        "",
      ],
      events: 2,
      facts: 0,
    },
    {
      name: "times at the start of the line, no process",
      lines: ["Aug 13 01:27:32  mmc0: error -110 writing Cache Flush bit", "no time"],
      events: 2,
      facts: 0,
      firstStated: "1972-08-13T01:27:32",
    },
    {
      name: "plain text and markup",
      lines: ["10:07:30  capture.opened", "<html>", "  - a list", "\u0000\u0000"],
      events: 4,
      facts: 0,
    },
  ],
};

export default parser;
