/** Texts on their way into the store: as bytes, which cost no garbage collector anything and pass from thread to thread as they are. */

/** Most bytes of UTF-8 for a unit of UTF-16. */
export const MOST_BYTES = 3;

export interface Texts {
  count: number;
  /** UTF-8, each text followed by NUL, which no stored text holds. */
  bytes: Buffer;
  /** Where the NUL behind each of them is. */
  ends: Int32Array;
}

/** Where a text begins. */
const startOf = ({ ends }: Texts, index: number): number => (index === 0 ? 0 : (ends[index - 1] as number) + 1);

/** The bytes of a text, without NUL; a view. */
export const bytesAt = (texts: Texts, index: number): Buffer =>
  texts.bytes.subarray(startOf(texts, index), texts.ends[index]);

export const textAt = (texts: Texts, index: number): string =>
  texts.bytes.toString("utf8", startOf(texts, index), texts.ends[index]);

export function textsOf(list: readonly string[]): Texts {
  let end = -1;
  const ends = Int32Array.from(list, (text) => (end += 1 + Buffer.byteLength(text)));
  return { count: list.length, bytes: Buffer.from(`${list.join("\0")}\0`), ends };
}
