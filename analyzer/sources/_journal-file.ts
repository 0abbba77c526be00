/**
 * The systemd journal file format, as far as a reader needs it (systemd docs/JOURNAL_FILE_FORMAT.md; layout of the
 * structures: src/libsystemd/sd-journal/journal-def.h). Little endian; objects lie at multiples of 8 bytes; the header
 * grew over the years from 208 bytes to 272 and may grow further.
 */
import type { Window } from "./_journal-window.ts";

export const MAGIC = "LPKSHHRH";
/** Types of objects. 4 and 5 are the two hash tables. */
export const DATA = 1;
export const FIELD = 2;
export const ENTRY = 3;
export const ENTRY_ARRAY = 6;
export const TAG = 7;

export const OBJECT_HEADER = 16;
/** Where the items of an entry begin. */
export const ENTRY_ITEMS = 64;
/** Where the items of an entry array begin. */
export const ARRAY_ITEMS = 24;
/** Where the payload of a data object begins, regular and compact. */
export const PAYLOAD = { regular: 64, compact: 72 };

const SMALLEST_HEADER = 208;
/** No header of a systemd that exists is as long. */
const LARGEST_HEADER = 4096;
const FLAGS = { xz: 1, lz4: 2, keyed: 4, zstd: 8, compact: 16 };
const KNOWN = 31;
const STATES = ["offline", "online", "archived"] as const;

export interface FileHeader {
  /** False when the header does not look like one: what it says is not used then. */
  sound: boolean;
  size: number;
  /** `online`: it was open when it was copied, or when the power went. */
  state: "offline" | "online" | "archived" | "unknown";
  /** Fields are hashed with SipHash and the file's id instead of Jenkins's hash. */
  keyed: boolean;
  /** Offsets of 4 bytes instead of 8. */
  compact: boolean;
  /** Incompatible flags that no known version of systemd sets. */
  unknownFlags: number;
  fileId: Buffer;
  machineId: string;
  seqnumId: string;
  /** Where the objects end by the header, and how many entries it promises. */
  objectsEnd: number;
  tailObject: number;
  entries: number;
  entryArray: number;
  headSeqnum: number;
  tailSeqnum: number;
}

/** Reads the header from a window that can hold it. A file too short for one gives an unsound header. */
export function readFileHeader(window: Window): FileHeader {
  if (!window.load(0, SMALLEST_HEADER)) return unsound(window);
  const u64 = (offset: number): number => window.u64(offset);
  const hex = (from: number): string => window.bytes.toString("hex", from, from + 16);
  const size = u64(88);
  const flags = window.view.getUint32(12, true);
  const magic = window.bytes.toString("latin1", 0, 8) === MAGIC;
  const fits = size >= SMALLEST_HEADER && size <= LARGEST_HEADER && size % 8 === 0;
  if (!magic || !fits) return unsound(window);
  return {
    sound: true,
    size,
    state: STATES[window.view.getUint8(16)] ?? "unknown",
    keyed: (flags & FLAGS.keyed) !== 0,
    compact: (flags & FLAGS.compact) !== 0,
    unknownFlags: (flags & ~KNOWN) >>> 0,
    fileId: Buffer.from(window.bytes.subarray(24, 40)),
    machineId: hex(40),
    seqnumId: hex(72),
    objectsEnd: size + u64(96),
    tailObject: u64(136),
    entries: u64(152),
    entryArray: u64(176),
    headSeqnum: u64(168),
    tailSeqnum: u64(160),
  };
}

/** What can still be used of a damaged header: the ids and flags at their fixed places, and nothing that is a size. */
function unsound(window: Window): FileHeader {
  const there = window.load(0, 88);
  const flags = there ? window.view.getUint32(12, true) : 0;
  return {
    sound: false,
    size: SMALLEST_HEADER,
    state: "unknown",
    keyed: (flags & FLAGS.keyed) !== 0,
    compact: (flags & FLAGS.compact) !== 0,
    unknownFlags: 0,
    fileId: there ? Buffer.from(window.bytes.subarray(24, 40)) : Buffer.alloc(16),
    machineId: there ? window.bytes.toString("hex", 40, 56) : "",
    seqnumId: there ? window.bytes.toString("hex", 72, 88) : "",
    objectsEnd: 0,
    tailObject: 0,
    entries: 0,
    entryArray: 0,
    headSeqnum: 0,
    tailSeqnum: 0,
  };
}
