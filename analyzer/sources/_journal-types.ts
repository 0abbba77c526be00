import type { FileHeader } from "./_journal-file.ts";

/** Fields of an entry whose values are kept. */
export const FIELDS = [
  "MESSAGE",
  "PRIORITY",
  "SYSLOG_IDENTIFIER",
  "SYSLOG_PID",
  "_BOOT_ID",
  "_COMM",
  "_HOSTNAME",
  "_PID",
  "_SOURCE_MONOTONIC_TIMESTAMP",
  "_SOURCE_REALTIME_TIMESTAMP",
  "_SYSTEMD_UNIT",
  "_TRANSPORT",
  "_MACHINE_ID",
] as const;
export type FieldName = (typeof FIELDS)[number];

export type EntryFields = Record<FieldName, string | undefined>;

/**
 * The fields of one entry from their values in the order of `FIELDS`. Written out, for all entries to be of one shape:
 * adding properties one after the other took most of the time of reading a journal.
 */
export function toFields(values: (string | undefined)[]): EntryFields {
  return {
    MESSAGE: values[0],
    PRIORITY: values[1],
    SYSLOG_IDENTIFIER: values[2],
    SYSLOG_PID: values[3],
    _BOOT_ID: values[4],
    _COMM: values[5],
    _HOSTNAME: values[6],
    _PID: values[7],
    _SOURCE_MONOTONIC_TIMESTAMP: values[8],
    _SOURCE_REALTIME_TIMESTAMP: values[9],
    _SYSTEMD_UNIT: values[10],
    _TRANSPORT: values[11],
    _MACHINE_ID: values[12],
  };
}

/** One entry of a binary journal. */
export interface JournalEntry {
  /** Bytes of the entry object in the file. */
  offset: number;
  size: number;
  seqnum: number;
  /** µs since 1970 in UTC, and µs since the start of the boot, both taken when journald received the entry. */
  realtime: number;
  monotonic: number;
  /** 32 hex digits. */
  boot: string;
  fields: EntryFields;
  /** What is not as it was written: names of fields, and `seqnum`, `realtime`, `monotonic`, `boot`. See `mark`. */
  damaged: readonly string[];
  /** Fields that cannot be read; their names are not known. */
  lost: number;
}

/** Most entries are as they were written, and share this. */
export const NO_DAMAGE: readonly string[] = [];

/** Notes what is not as it was written. */
export function mark(entry: JournalEntry, ...names: string[]): void {
  if (names.length > 0) entry.damaged = [...entry.damaged, ...names];
}

/** Where the items of an entry point, and the hashes that stand beside the offsets in the regular layout. */
export interface Items {
  offsets: number[];
  /** Empty in the compact layout. */
  hashes: bigint[];
}

/** What became of a binary journal's entries. */
export interface JournalSummary {
  header: FileHeader;
  /** Entries by the file's own header; null when it is damaged. */
  promised: number | null;
  /** Entries that the file's list names, and those found beside it. */
  read: number;
  recovered: number;
  /** Second copies of an entry, left out. */
  copies: number;
  /** Entries with a part that is not as it was written; they are among those read and recovered. */
  damaged: number;
  lost: number;
  /** Sequence numbers that are missing where the file is damaged: first and last of each stretch, at most 20. */
  lostRanges: [number, number][];
  /** Byte where the first damage is; null for a file without damage. */
  damagedAt: number | null;
}
