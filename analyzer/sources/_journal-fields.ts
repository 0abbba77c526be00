import type { Level, Line, ParseSink } from "../model/source.ts";
import { Payload } from "./_payload.ts";
import type { Compared } from "./_zone-probe.ts";
import { ZoneProbes } from "./_zone-probe.ts";

/** The fields of one journal entry that become an event. Values as the journal has them, all of them text. */
export interface JournalFields {
  MESSAGE?: string | undefined;
  PRIORITY?: string | undefined;
  SYSLOG_IDENTIFIER?: string | undefined;
  _COMM?: string | undefined;
  _TRANSPORT?: string | undefined;
  __REALTIME_TIMESTAMP?: string | undefined;
  __MONOTONIC_TIMESTAMP?: string | undefined;
  _BOOT_ID?: string | undefined;
  _MACHINE_ID?: string | undefined;
}

/** Times of an entry, where the format has them as numbers: µs since 1970 in UTC, and µs since the start of the boot. */
export interface EntryTimes {
  realtime: number | null;
  monotonic: number | null;
  boot: string | null;
}

/**
 * Turns entries into events. The time is the one when journald received the entry: it rises with the order in the file,
 * and the time since boot was taken with it; `_SOURCE_REALTIME_TIMESTAMP` is earlier by some milliseconds and does neither.
 * The message is parsed like any other log line.
 */
export function createEntryWriter(sink: ParseSink): {
  write(fields: JournalFields, line: Line, times?: EntryTimes): void;
  /** Tells what the entries show of the zone: klog writes local time beside the journal's UTC. */
  end(): void;
} {
  const payload = new Payload();
  const probes = new ZoneProbes();
  const writer: Compared = { process: null, pid: 0, base: null };
  const write = (fields: JournalFields, line: Line, times: EntryTimes = timesOf(fields)): void => {
    const message = fields.MESSAGE;
    if (message === undefined) return;
    const { realtime, monotonic, boot } = times;
    const kernel = fields._TRANSPORT === "kernel";
    const priority = priorityOf(fields.PRIORITY);
    const flat = message.includes("\n") ? message.replaceAll("\n", " ") : message;
    if (!kernel) payload.read(flat, 0);
    const origin = kernel ? "kernel" : (fields.SYSLOG_IDENTIFIER ?? fields._COMM ?? "journal");
    if (!kernel && payload.clock === "local-no-year" && realtime !== null) {
      writer.process = origin;
      writer.pid = payload.pid;
      probes.add(writer, payload.stated, payload.clock, realtime, line);
    }
    sink.event({
      line,
      stated: realtime,
      clock: realtime === null ? "none" : "utc",
      precision: realtime === null ? 0 : 1,
      boot,
      monotonic,
      level: (kernel ? null : payload.level) ?? priority ?? 6,
      origin,
      text: kernel ? flat : payload.text,
    });
  };
  return { write, end: () => probes.flush(sink) };
}

function priorityOf(text: string | undefined): Level | null {
  return text?.length === 1 && text >= "0" && text <= "7" ? (Number(text) as Level) : null;
}

function timesOf(fields: JournalFields): EntryTimes {
  const boot = fields._BOOT_ID ?? "";
  return {
    realtime: microseconds(fields.__REALTIME_TIMESTAMP) || null,
    monotonic: microseconds(fields.__MONOTONIC_TIMESTAMP),
    boot: /^[0-9a-f]{32}$/.test(boot) ? boot : null,
  };
}

function microseconds(text: string | undefined): number | null {
  const time = text === undefined ? NaN : Number(text);
  return Number.isSafeInteger(time) && time >= 0 ? time : null;
}
