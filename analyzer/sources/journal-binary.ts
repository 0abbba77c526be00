/**
 * Binary journal files, `system.journal`, `user-1000@….journal`, `….journal~`, as they lie under /var/log/journal
 * (systemd docs/JOURNAL_FILE_FORMAT.md). No journalctl is needed, and damage costs only what it hit.
 */
import type { BinarySource, Line, ParseSink, RandomAccessFile, SeenRecords } from "../model/source.ts";
import { createCopyCheck } from "./_journal-copies.ts";
import { createEntryWriter } from "./_journal-fields.ts";
import { MAGIC } from "./_journal-file.ts";
import { readEntries } from "./_journal-reader.ts";
import { createMachineCheck } from "./_journal-machines.ts";
import type { JournalEntry, JournalSummary } from "./_journal-types.ts";

const ID = "journal-binary";
const MAX_WARNINGS = 20;
const ORDERED = new Set(["seqnum", "realtime", "monotonic"]);
const DAMAGED = " […damaged]";

interface BootSpan {
  id: string;
  line: Line;
  machine: string | null;
  first: number;
  last: number;
}

async function read(file: RandomAccessFile, sink: ParseSink, seen: SeenRecords): Promise<number> {
  const entries = createEntryWriter(sink);
  const machines = createMachineCheck(file.path, seen);
  const boots = new Map<string, BootSpan>();
  let count = 0;
  let warned = 0;
  let copies = 0;
  let isCopy: (entry: JournalEntry) => boolean = () => false;
  const onEntry = (entry: JournalEntry): boolean => {
    const line = { text: "", number: ++count, byteOffset: entry.offset, byteLength: entry.size };
    const { damaged, lost } = entry;
    if (machines.isForeign(damaged.includes("_MACHINE_ID") ? undefined : entry.fields._MACHINE_ID)) return true;
    if (isCopy(entry)) {
      copies += 1;
      return true;
    }
    if ((damaged.length > 0 || lost > 0) && warned++ < MAX_WARNINGS) sink.warning(count, wordsOf(entry));
    entries.write(shownFields(entry), line, timesOf(entry));
    if (!damaged.includes("boot") && !damaged.includes("realtime")) note(boots, entry, line);
    return true;
  };
  const summary = await readEntries(file, onEntry, (header) => {
    if (header.sound) isCopy = createCopyCheck(header.seqnumId, seen);
  });
  entries.end();
  const others = machines.warning();
  if (others !== null) sink.warning(0, others);
  if (copies > 0) sink.warning(0, `${copies} entries are in another file as well, and counted there`);
  if (warned > MAX_WARNINGS) sink.warning(0, `${warned - MAX_WARNINGS} more entries are damaged`);
  tell(file, sink, summary);
  [...boots.values()].forEach(({ id, line, machine, first, last }, index) => {
    const reading = (stated: number) => ({ stated, clock: "utc" as const, precision: 1 });
    const times = { first: reading(first), last: reading(last) };
    sink.fact("boot", id, { id, index: index - boots.size + 1, machine, ...times }, line);
  });
  return count;
}

function note(boots: Map<string, BootSpan>, { boot, realtime, fields }: JournalEntry, line: Line): void {
  const known = boots.get(boot);
  if (known) known.last = realtime;
  else boots.set(boot, { id: boot, line, machine: fields._MACHINE_ID ?? null, first: realtime, last: realtime });
}

/** What of an entry may be used as it stands. A damaged message is kept and says so. */
function shownFields({ fields, damaged, lost }: JournalEntry): JournalEntry["fields"] {
  if (damaged.length === 0 && lost === 0) return fields;
  const shown = { ...fields };
  for (const name of damaged) if (name !== "MESSAGE" && name in shown) shown[name as keyof typeof shown] = undefined;
  if (shown.MESSAGE === undefined && lost > 0) shown.MESSAGE = "[…damaged: the message is lost]";
  else if (damaged.includes("MESSAGE")) shown.MESSAGE += DAMAGED;
  return shown;
}

function timesOf({ realtime, monotonic, boot, damaged }: JournalEntry): {
  realtime: number | null;
  monotonic: number | null;
  boot: string | null;
} {
  if (damaged.length === 0) return { realtime, monotonic, boot };
  return {
    realtime: damaged.includes("realtime") ? null : realtime,
    monotonic: damaged.includes("monotonic") ? null : monotonic,
    boot,
  };
}

function wordsOf({ offset, damaged, lost }: JournalEntry): string {
  const order = damaged.filter((name) => ORDERED.has(name));
  const failed = damaged.filter((name) => !ORDERED.has(name));
  const parts = [
    failed.length > 0 ? `${failed.join(", ")} fails its checksum` : "",
    order.length > 0 ? `${order.join(", ")} breaks the order of its neighbours` : "",
    lost > 0 ? `${lost} ${lost === 1 ? "field" : "fields"} cannot be read` : "",
  ];
  return `entry at byte ${offset}: ${parts.filter((part) => part !== "").join("; ")}`;
}

function tell(file: RandomAccessFile, sink: ParseSink, summary: JournalSummary): void {
  const { header, promised, read: listed, recovered, lost, damaged, lostRanges, damagedAt } = summary;
  const line = { text: "", number: 0, byteOffset: 0, byteLength: Math.min(header.size, file.size) };
  const value = { state: header.state, promised, read: listed, recovered, lost, damaged, lostRanges, damagedAt };
  const ids = { fileId: header.fileId.toString("hex"), machineId: header.machineId };
  sink.fact("journal-file", file.path, { ...ids, ...value }, line);
  if (!header.sound) sink.warning(0, "the header of the journal is damaged; its entries were found without it");
  if (header.unknownFlags > 0) {
    const flags = `0x${header.unknownFlags.toString(16)}`;
    sink.warning(0, `a newer systemd wrote this journal (unknown flags ${flags}); what could be understood was read`);
  }
  if (damagedAt === null) return;
  const numbers = lostRanges.map(([first, last]) => (first === last ? `${first}` : `${first} to ${last}`));
  const missing = numbers.length === 0 ? "" : `, sequence numbers ${numbers.join(", ")} are missing`;
  const of = promised === null ? "" : ` of ${promised}`;
  sink.warning(
    0,
    `damaged from byte ${damagedAt} on: ${listed + recovered}${of} entries read, ${recovered} of them recovered, ${lost} lost${missing}`,
  );
}

/** Entries as `journalctl -o short-iso-precise` prints them, in UTC. */
async function show(file: RandomAccessFile, onLine: (line: Line) => boolean): Promise<void> {
  let number = 0;
  await readEntries(file, (entry) => {
    const { offset: byteOffset, size: byteLength } = entry;
    return onLine({ text: lineOf(entry), number: ++number, byteOffset, byteLength });
  });
}

function lineOf(entry: JournalEntry): string {
  const { realtime, damaged } = entry;
  const fields = shownFields(entry);
  const milliseconds = Math.floor(realtime / 1000);
  const sane = !damaged.includes("realtime") && milliseconds < 8.64e15;
  const micros = String(realtime % 1000).padStart(3, "0");
  const time = sane ? `${new Date(milliseconds).toISOString().slice(0, -1)}${micros}Z` : "[…damaged: no time]";
  const process = fields.SYSLOG_IDENTIFIER ?? fields._COMM ?? "unknown";
  const id = fields._PID ?? fields.SYSLOG_PID;
  const message = (fields.MESSAGE ?? "").replaceAll("\n", " ");
  return `${time} ${fields._HOSTNAME ?? "-"} ${process}${id === undefined ? "" : `[${id}]`}: ${message}`;
}

const source: BinarySource = {
  id: ID,
  title: "Binary journal files",
  matches: (path, head) =>
    head.toString("latin1", 0, MAGIC.length) === MAGIC || (/\.journal~?$/.test(path) && head.includes(0)),
  read,
  show,
};

export default source;
