import type { Level, Line, ParseSink } from "../model/source.ts";
import { Payload } from "./_payload.ts";

/** The fields of one journal entry that become an event. Values as the journal has them, all of them text. */
export interface JournalFields {
  MESSAGE?: string;
  PRIORITY?: string;
  SYSLOG_IDENTIFIER?: string;
  _COMM?: string;
  _TRANSPORT?: string;
  __REALTIME_TIMESTAMP?: string;
}

/** Turns entries into events: the journal's own time in µs UTC, the message parsed like any other log line. */
export function createEntryWriter(sink: ParseSink): (fields: JournalFields, line: Line) => void {
  const payload = new Payload();
  return (fields, line) => {
    const message = fields.MESSAGE;
    if (message === undefined) return;
    const time = Number(fields.__REALTIME_TIMESTAMP);
    const known = Number.isSafeInteger(time) && time > 0;
    const kernel = fields._TRANSPORT === "kernel";
    const priority = /^[0-7]$/.test(fields.PRIORITY ?? "") ? (Number(fields.PRIORITY) as Level) : null;
    const flat = message.replaceAll("\n", " ");
    if (!kernel) payload.read(flat, 0);
    sink.event({
      line,
      stated: known ? time : null,
      clock: known ? "utc" : "none",
      precision: known ? 1 : 0,
      level: (kernel ? null : payload.level) ?? priority ?? 6,
      origin: kernel ? "kernel" : (fields.SYSLOG_IDENTIFIER ?? fields._COMM ?? "journal"),
      text: kernel ? flat : payload.text,
    });
  };
}
