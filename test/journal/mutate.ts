import { random } from "../helpers/random.mjs";

export interface Mutation {
  kind: "truncate" | "zero" | "flip" | "splice" | "insert" | "delete";
  bytes: Buffer;
}

export const KINDS = ["truncate", "zero", "flip", "splice", "insert", "delete"] as const;

/** A damaged copy of a journal; `used` is where its objects end. The same seed gives the same damage. */
export function mutate(original: Buffer, used: number, seed: number): Mutation {
  const next = random(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  const kind = KINDS[seed % KINDS.length] ?? "flip";
  const from = below(used);
  const length = 1 + below([16, 512, 20_000][below(3)] ?? 16);
  const until = Math.min(from + length, used);
  if (kind === "truncate") return { kind, bytes: Buffer.from(original.subarray(0, from)) };
  const bytes = Buffer.from(original);
  if (kind === "zero") bytes.fill(0, from, until);
  if (kind === "flip") {
    for (let flips = 1 + below(40); flips > 0; flips--) {
      const at = below(used);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
    }
  }
  const source = below(used);
  if (kind === "splice") original.copy(bytes, from, source, source + until - from);
  if (kind === "insert") {
    const piece = original.subarray(source, source + length);
    return { kind, bytes: Buffer.concat([original.subarray(0, from), piece, original.subarray(from)]) };
  }
  if (kind === "delete") return { kind, bytes: Buffer.concat([original.subarray(0, from), original.subarray(until)]) };
  return { kind, bytes };
}
