/**
 * `journalctl -o json`: one entry a line, every field a text, or an array of bytes where it is not UTF-8, or null where
 * it is too long (systemd, Journal JSON Format).
 *
 *     {"MESSAGE":"Started kubelet.service.","PRIORITY":"6","__REALTIME_TIMESTAMP":"1772451971000000","_PID":"1"}
 */
import type { LineReader, ParseContext, SourceParser } from "../model/source.ts";
import type { JournalFields } from "./_journal-fields.ts";
import { createMachineCheck } from "./_journal-machines.ts";
import { createEntryWriter } from "./_journal-fields.ts";

const FIELDS = [
  "MESSAGE",
  "PRIORITY",
  "SYSLOG_IDENTIFIER",
  "_COMM",
  "_TRANSPORT",
  "__REALTIME_TIMESTAMP",
  "__MONOTONIC_TIMESTAMP",
  "_BOOT_ID",
  "_MACHINE_ID",
] as const satisfies readonly (keyof JournalFields)[];

const MAX_WARNINGS = 20;

function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return undefined;
  if (value.every((item) => typeof item === "number")) return Buffer.from(value as number[]).toString("utf8");
  return textOf(value[0]);
}

function readEntry(text: string): JournalFields | null {
  try {
    const entry: unknown = JSON.parse(text);
    if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return null;
    const fields: JournalFields = {};
    for (const name of FIELDS) {
      const value = textOf((entry as Record<string, unknown>)[name]);
      if (value !== undefined) fields[name] = value;
    }
    return fields;
  } catch {
    return null;
  }
}

function open({ sink }: ParseContext): LineReader {
  const entries = createEntryWriter(sink);
  const machines = createMachineCheck("", new Map());
  let broken = 0;
  return {
    line(line) {
      if (line.text.trim() === "") return;
      const fields = readEntry(line.text);
      if (fields && machines.isForeign(fields._MACHINE_ID)) return;
      if (fields) return entries.write(fields, line);
      if (++broken <= MAX_WARNINGS) sink.warning(line.number, "not a whole journal entry in JSON: kept as text");
      sink.event({ line, stated: null, clock: "none", precision: 0, level: 6, origin: "journal", text: line.text });
    },
    end() {
      entries.end();
      const others = machines.warning();
      if (others !== null) sink.warning(0, others);
      if (broken > MAX_WARNINGS) sink.warning(0, `${broken - MAX_WARNINGS} more lines are not whole entries`);
    },
  };
}

const parser: SourceParser = {
  id: "journal-json",
  title: "Journal entries in JSON",
  retellsJournal: true,
  kinds: ["journal-json"],
  command: /^journalctl\b.*-o json\b/,
  sniff: (head) => (head.some((line) => line.startsWith("{") && /"__REALTIME_TIMESTAMP" ?:/.test(line)) ? 0.99 : 0),
  open,
  samples: [
    {
      name: "a unit's entry, one with bytes, one cut",
      lines: [
        '{"MESSAGE":"E0105 06:07:57.028616     319 generic.go:241] PLEG: Ignoring events for pod etcd-n7/kube-system: x","PRIORITY":"6","SYSLOG_IDENTIFIER":"kubelet","__REALTIME_TIMESTAMP":"1704434877028700"}',
        '{"MESSAGE":[104,105],"_TRANSPORT":"kernel","__REALTIME_TIMESTAMP":"1704434878000000"}',
        '{"MESSAGE":"cut in the mid',
      ],
      events: 3,
      facts: 1,
      warnings: 1,
      firstStated: "2024-01-05T06:07:57.028700",
    },
    {
      name: "an entry without a message is no event",
      lines: ['{"_PID":"1","__REALTIME_TIMESTAMP":"1704434877028700"}'],
      events: 0,
      facts: 0,
    },
  ],
};

export default parser;
