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
  __MONOTONIC_TIMESTAMP?: string;
  _BOOT_ID?: string;
}

const BOOT_ID = /^[0-9a-f]{32}$/;

function microseconds(value: string | undefined): number | null {
  const time = value === undefined ? NaN : Number(value);
  return Number.isSafeInteger(time) && time >= 0 ? time : null;
}

/** Turns entries into events: the journal's own time in µs UTC, the message parsed like any other log line. */
export function createEntryWriter(sink: ParseSink): (fields: JournalFields, line: Line) => void {
  const payload = new Payload();
  return (fields, line) => {
    const message = fields.MESSAGE;
    if (message === undefined) return;
    const time = microseconds(fields.__REALTIME_TIMESTAMP);
    const known = time !== null && time > 0;
    const boot = BOOT_ID.test(fields._BOOT_ID ?? "") ? (fields._BOOT_ID ?? null) : null;
    const kernel = fields._TRANSPORT === "kernel";
    const priority = /^[0-7]$/.test(fields.PRIORITY ?? "") ? (Number(fields.PRIORITY) as Level) : null;
    const flat = message.replaceAll("\n", " ");
    if (!kernel) payload.read(flat, 0);
    sink.event({
      line,
      stated: known ? time : null,
      clock: known ? "utc" : "none",
      precision: known ? 1 : 0,
      boot,
      monotonic: microseconds(fields.__MONOTONIC_TIMESTAMP),
      level: (kernel ? null : payload.level) ?? priority ?? 6,
      origin: kernel ? "kernel" : (fields.SYSLOG_IDENTIFIER ?? fields._COMM ?? "journal"),
      text: kernel ? flat : payload.text,
    });
  };
}
