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
] as const;
export type FieldName = (typeof FIELDS)[number];

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
  fields: Partial<Record<FieldName, string>>;
  /** What is not as it was written: names of fields, and `seqnum`, `realtime`, `monotonic`, `boot`. */
  damaged: string[];
  /** Fields that cannot be read; their names are not known. */
  lost: number;
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
