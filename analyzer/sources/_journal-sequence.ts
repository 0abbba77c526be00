/** Looks at each entry between its neighbours: numbers and times that break their order are marked, copies left out. */
import type { FileHeader } from "./_journal-file.ts";
import { ENTRY_ITEMS } from "./_journal-file.ts";
import type { JournalEntry, JournalSummary } from "./_journal-types.ts";
import { mark } from "./_journal-types.ts";

/** A number or a time beyond this is none. */
const LATEST = 2 ** 53;
const MAX_RANGES = 20;
/** Entries whose numbers are remembered to find copies; a power of two. */
const REMEMBERED = 1 << 16;
/** The clock was not set between two entries whose offsets from the time since boot agree as far. */
const NO_STEP = 60_000_000;

export class EntrySequence {
  stopped = false;
  readonly #onEntry: (entry: JournalEntry) => boolean;
  readonly #numbers = new Float64Array(REMEMBERED);
  readonly #times = new Float64Array(REMEMBERED);
  readonly #ranges: [number, number][] = [];
  #waiting: JournalEntry | null = null;
  /** The last entry before the waiting one that is not marked itself. */
  #previous: JournalEntry | null = null;
  #damages = 0;
  #first: JournalEntry | null = null;
  #damagedAt: number | null = null;
  #counts = { read: 0, recovered: 0, copies: 0, damaged: 0, unreadable: 0 };

  constructor(onEntry: (entry: JournalEntry) => boolean) {
    this.#onEntry = onEntry;
  }

  /**
   * Takes the next entry, or null for one that the list names and that cannot be read. `damages` counts the places of
   * damage up to here. False when nobody wants more.
   */
  add(entry: JournalEntry | null, listed: boolean, damages: number): boolean {
    if (
      entry === null ||
      (!listed && entry.lost > 0 && Object.values(entry.fields).every((value) => value === undefined))
    ) {
      this.#counts.unreadable++;
      return !this.stopped;
    }
    if (this.#isCopy(entry)) {
      this.#counts.copies++;
      return !this.stopped;
    }
    if (listed) this.#counts.read++;
    else this.#counts.recovered++;
    const waiting = this.#waiting;
    if (waiting !== null) this.#judge(waiting, entry);
    this.#waiting = entry;
    this.#noteRange(waiting, entry, damages);
    return !this.stopped;
  }

  end(): void {
    if (this.#waiting !== null) this.#judge(this.#waiting, null);
    this.#waiting = null;
  }

  #isCopy({ seqnum, realtime }: JournalEntry): boolean {
    const slot = seqnum % REMEMBERED;
    if (this.#numbers[slot] === seqnum && this.#times[slot] === realtime) return true;
    this.#numbers[slot] = seqnum;
    this.#times[slot] = realtime;
    return false;
  }

  #judge(entry: JournalEntry, next: JournalEntry | null): void {
    if (this.stopped) return;
    const previous = this.#previous;
    if (outOfPlace(add(previous?.seqnum, 1), entry.seqnum, add(next?.seqnum, -1))) mark(entry, "seqnum");
    const together = previous !== null && previous.boot === next?.boot && previous.boot === entry.boot;
    const from = together ? previous : null;
    const to = together ? next : null;
    if (outOfPlace(from?.monotonic, entry.monotonic, to?.monotonic)) mark(entry, "monotonic");
    const stepped = from !== null && to !== null && Math.abs(offsetOf(to) - offsetOf(from)) > NO_STEP;
    if (outOfPlace(stepped ? undefined : from?.realtime, entry.realtime, to?.realtime)) mark(entry, "realtime");
    const { damaged } = entry;
    if (damaged.length === 0) this.#previous = entry;
    if (damaged.length > 0 || entry.lost > 0) {
      this.#counts.damaged++;
      this.#damagedAt ??= entry.offset;
    }
    this.#first ??= entry;
    if (!this.#onEntry(entry)) this.stopped = true;
  }

  /** Numbers that are missing between two entries with damage between them. */
  #noteRange(before: JournalEntry | null, { seqnum }: JournalEntry, damages: number): void {
    const places = damages + this.#counts.unreadable;
    const damaged = places > this.#damages;
    this.#damages = places;
    if (damaged && before !== null && seqnum > before.seqnum + 1) this.#addRange(before.seqnum + 1, seqnum - 1);
  }

  #addRange(first: number, last: number): void {
    if (this.#ranges.length < MAX_RANGES) this.#ranges.push([first, last]);
  }

  /** `damage`: places of damage that others have found. */
  summary(header: FileHeader, size: number, damage: (number | null)[]): JournalSummary {
    const { read, recovered, copies, damaged } = this.#counts;
    const promised = header.sound && header.entries <= size / ENTRY_ITEMS ? header.entries : null;
    const lost = promised === null ? 0 : Math.max(0, promised - read - recovered);
    const last = this.#previous;
    if (lost > 0 && header.sound && header.tailSeqnum < LATEST) {
      if (this.#first && header.headSeqnum < this.#first.seqnum)
        this.#addRange(header.headSeqnum, this.#first.seqnum - 1);
      if (last && header.tailSeqnum > last.seqnum) this.#addRange(last.seqnum + 1, header.tailSeqnum);
    }
    const cut = header.sound && header.objectsEnd > size ? size : null;
    const places = [...damage, this.#damagedAt, cut, header.sound ? null : 0].filter((at) => at !== null);
    const damagedAt = places.length === 0 ? null : Math.min(...places);
    const lostRanges = this.#ranges.toSorted((a, b) => a[0] - b[0]);
    return { header, promised, read, recovered, copies, damaged, lost, lostRanges, damagedAt };
  }
}

function offsetOf({ realtime, monotonic }: JournalEntry): number {
  return realtime - monotonic;
}

/** True for a value that is none, or that does not lie between its neighbours although these are in order. */
function outOfPlace(previous: number | undefined, value: number, next: number | undefined): boolean {
  if (value <= 0 || value >= LATEST) return true;
  if (previous === undefined || next === undefined || previous > next) return false;
  return value < previous || value > next;
}

function add(value: number | undefined, difference: number): number | undefined {
  return value === undefined ? undefined : value + difference;
}
