/** A place where bytes are missing from a stream: what follows does not continue what came before. */
export interface Gap {
  gap: true;
}

export type Piece = Buffer | Gap;

export const GAP: Gap = { gap: true };

/** Reads a stream of pieces in portions of any size. Nothing is copied unless a portion spans two pieces. */
export interface Cursor {
  /** Bytes taken so far, gaps not counted. */
  offset(): number;
  /** The next run of at most `max` bytes; null at the end and at a gap. */
  some(max: number): Promise<Buffer | null>;
  /** Exactly `count` bytes; fewer only at the end or at a gap. */
  take(count: number): Promise<Buffer>;
  /** Puts bytes back that were taken last. */
  unread(bytes: Buffer): void;
  /** True when the cursor stood at a gap, which is then behind it. */
  passGap(): boolean;
  /** Stops the stream under it. */
  close(): Promise<void>;
}

const EMPTY = Buffer.alloc(0);

/** A cursor over a stream of pieces. */
export function createCursor(pieces: AsyncIterable<Piece>): Cursor {
  const iterator = pieces[Symbol.asyncIterator]();
  let pending: Buffer = EMPTY;
  let atGap = false;
  let ended = false;
  let offset = 0;

  async function fill(): Promise<boolean> {
    while (!atGap && !ended) {
      const next = await iterator.next();
      if (next.done === true) ended = true;
      else if (!Buffer.isBuffer(next.value)) atGap = true;
      else if (next.value.length > 0) {
        pending = next.value;
        return true;
      }
    }
    return false;
  }

  async function some(max: number): Promise<Buffer | null> {
    if (pending.length === 0 && !(await fill())) return null;
    const bytes = pending.length <= max ? pending : pending.subarray(0, max);
    pending = pending.subarray(bytes.length);
    offset += bytes.length;
    return bytes;
  }

  return {
    offset: () => offset,
    some,
    take: (count) => takeWith(some, count),
    unread(bytes) {
      offset -= bytes.length;
      pending = pending.length === 0 ? bytes : joined(bytes, pending);
    },
    passGap() {
      const was = atGap && pending.length === 0;
      if (was) atGap = false;
      return was;
    },
    async close() {
      ended = true;
      await iterator.return?.();
    },
  };
}

async function takeWith(some: Cursor["some"], count: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let missing = count;
  while (missing > 0) {
    const bytes = await some(missing);
    if (bytes === null) break;
    parts.push(bytes);
    missing -= bytes.length;
  }
  return parts.length === 1 ? (parts[0] ?? EMPTY) : Buffer.concat(parts);
}

function joined(first: Buffer, second: Buffer): Buffer {
  const adjacent = first.buffer === second.buffer && first.byteOffset + first.length === second.byteOffset;
  if (!adjacent) return Buffer.concat([first, second]);
  return Buffer.from(first.buffer, first.byteOffset, first.length + second.length);
}
