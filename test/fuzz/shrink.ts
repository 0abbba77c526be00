import type { FuzzInput, FuzzTarget } from "./target.ts";

const TIME_MS = 5_000;

/** A shorter input that fails with the same words, as far as that is found within five seconds. */
export async function shrink(target: FuzzTarget, input: FuzzInput): Promise<FuzzInput> {
  const until = performance.now() + TIME_MS;
  const wanted = await failureOf(target, input);
  if (wanted === null) return input;
  let { bytes } = input;
  for (let size = bytes.length >> 1; size >= 1 && performance.now() < until; size >>= 1) {
    for (let at = 0; at < bytes.length && performance.now() < until;) {
      const shorter = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)]);
      if ((await failureOf(target, { ...input, bytes: shorter })) === wanted) bytes = shorter;
      else at += size;
    }
  }
  return { ...input, bytes };
}

async function failureOf(target: FuzzTarget, input: FuzzInput): Promise<string | null> {
  try {
    await target.run(input);
    return null;
  } catch (error) {
    return summaryOf(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

/** What makes two failures one: the message without its numbers, and where it came from. */
export function summaryOf(stack: string): string {
  const [first = "", ...rest] = stack.split("\n");
  const place = rest.find((line) => /analyzer\//.test(line)) ?? "";
  return `${first.replace(/\d+/g, "0").slice(0, 100)} ${/analyzer\/[\w/.-]+:\d+/.exec(place)?.[0] ?? ""}`.trim();
}
