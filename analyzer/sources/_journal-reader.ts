/**
 * All entries of a binary journal, in the order in which they were written. The objects are visited from the first to the
 * last, so that an entry is found even where the file's own list of entries is damaged; the list adds those that the
 * visit missed because an object before them lies about its size.
 */
import type { RandomAccessFile } from "../model/source.ts";
import { DataReader } from "./_journal-data.ts";
import { EntryReader } from "./_journal-entry.ts";
import type { FileHeader } from "./_journal-file.ts";
import { DATA, ENTRY, readFileHeader } from "./_journal-file.ts";
import { looksCompact } from "./_journal-layout.ts";
import { EntryList } from "./_journal-list.ts";
import { EntrySequence } from "./_journal-sequence.ts";
import type { JournalEntry, JournalSummary } from "./_journal-types.ts";
import { hashOf } from "./_journal-verify.ts";
import { Walker } from "./_journal-walk.ts";
import { Window } from "./_journal-window.ts";
import { MAX_UNPACKED } from "./_unpack.ts";
import { unxz } from "./_unxz.ts";

const MIB = 1024 * 1024;
const NEAR = { bytes: 4 * MIB, before: 128 * 1024, max: 4 * MIB };
const FAR = { bytes: 64 * 1024, before: 512, max: MAX_UNPACKED + MIB };
/** Entries between two looks at the rest of the program. */
const PORTION = 20_000;
/** Bytes that may be hashed only to prove sizes, in sizes of the file. */
const PROOF_FACTOR = 4;
/** Sum of the XZ streams of one entry. */
const MAX_UNPACKED_ENTRY = 4 * MAX_UNPACKED;

/** Reads until the end of the file or until `onEntry` gives false. `onHeader` is called before the first entry. */
export async function readEntries(
  file: RandomAccessFile,
  onEntry: (entry: JournalEntry) => boolean,
  onHeader: (header: FileHeader) => void = () => undefined,
): Promise<JournalSummary> {
  const near = new Window(file, NEAR.bytes, NEAR.before, NEAR.max);
  const far = new Window(file, FAR.bytes, FAR.before, FAR.max);
  const side = new Window(file, FAR.bytes, FAR.before, FAR.max);
  const header = readFileHeader(near);
  header.compact = looksCompact(near, header) ?? header.compact;
  onHeader(header);
  const data = new DataReader(header, near, far);
  const entries = new EntryReader(header, data);
  const walker = new Walker(near, header, prover(data, header, far, file.size));
  const list = new EntryList(new Window(file, FAR.bytes, 0, FAR.max), header);
  const sequence = new EntrySequence(onEntry);
  let listed = list.next();
  let count = 0;

  /** Without a promise for each entry: only XZ streams are waited for. */
  const take = (offset: number, window: Window, isListed: boolean): boolean | Promise<boolean> => {
    const entry = entries.read(window, offset);
    if (entry !== null && entries.packed.length > 0) return takePacked(offset, window, isListed);
    return sequence.add(entry, isListed, walker.damages);
  };
  const takePacked = async (offset: number, window: Window, isListed: boolean): Promise<boolean> => {
    await unpackStreams(data, entries.packed);
    const entry = entries.read(window, offset);
    data.unpacked.clear();
    return sequence.add(entry, isListed, walker.damages);
  };
  while (walker.next()) {
    if (walker.type !== ENTRY) continue;
    for (; listed < walker.offset; listed = list.next()) {
      const goesOn = take(listed, side, true);
      if (goesOn !== true && !(await goesOn)) break;
    }
    const isListed = listed === walker.offset;
    if (isListed) listed = list.next();
    const goesOn = take(walker.offset, near, isListed);
    if (goesOn !== true && !(await goesOn)) break;
    if (++count % PORTION === 0) await new Promise(setImmediate);
  }
  for (; listed !== Infinity && !sequence.stopped; listed = list.next()) await take(listed, side, true);
  sequence.end();
  return sequence.summary(header, file.size, [walker.damagedAt, list.damagedAt, entries.damagedAt]);
}

/** Proves by its hash that a data object is as long as it says. Gives up when damage makes that too costly. */
function prover(data: DataReader, header: FileHeader, far: Window, size: number): (walker: Walker) => boolean {
  let left = PROOF_FACTOR * size + MIB;
  return ({ type, offset, size: length }) => {
    if (type !== DATA || (left -= length) < 0) return false;
    const payload = data.payload(offset);
    if (payload === null || typeof payload === "string") return false;
    const own = hashOf(payload, header);
    return far.load(offset, 24) && far.view.getBigUint64(offset - far.base + 16, true) === own;
  };
}

/** Unpacks what an entry needs; what is too much in all stays unread. */
async function unpackStreams(data: DataReader, offsets: number[]): Promise<void> {
  let left = MAX_UNPACKED_ENTRY;
  for (const offset of offsets) {
    const bytes = left > 0 && data.mayUnpack(0) ? await unxz(data.packed(offset), MAX_UNPACKED) : null;
    data.unpacked.set(offset, bytes);
    // A stream that is given up has cost as much as one that was as long as may be.
    const cost = bytes?.length ?? MAX_UNPACKED;
    data.mayUnpack(cost);
    left -= cost;
  }
}
