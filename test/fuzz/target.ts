import type { Pick } from "./pick.ts";

/** What a parser is given: the bytes, and what else it is told (the source's id, a path, a command). */
export interface FuzzInput {
  about: string;
  bytes: Buffer;
}

export interface FuzzTarget {
  name: string;
  generate(pick: Pick): FuzzInput;
  /** Throws when the parser throws what it may not, or when what it gives breaks a promise. */
  run(input: FuzzInput): Promise<void>;
}

/** Throws with the words when a promise is broken. */
export function promise(holds: boolean, words: string): void {
  if (!holds) throw new Error(`broken promise: ${words}`);
}

/** Hands bytes out in portions of one size. */
export async function* portionsOf(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
