import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { BundleError } from "../../analyzer/bundle/errors.ts";
import { logText, noise, readBytes, tarOf } from "./helpers.ts";

const CASES = 60;

/** Overwrites, removes, doubles or zeroes a stretch, at a place and of a length that the seed gives. */
function damaged(bytes: Buffer, seed: number): Buffer {
  const random = noise(12, seed * 7919 + 1);
  const at = random.readUInt32LE(0) % bytes.length;
  const length = 1 + (random.readUInt16LE(4) % 600);
  const before = bytes.subarray(0, at);
  const hit = bytes.subarray(at, at + length);
  const after = bytes.subarray(at + length);
  const ways = [noise(hit.length, seed + 1), Buffer.alloc(0), Buffer.concat([hit, hit]), Buffer.alloc(hit.length)];
  return Buffer.concat([before, ways[seed % ways.length] ?? hit, after]);
}

test("any damage gives what is left and a sentence, or one clear error", async () => {
  const parts: Buffer[] = [];
  for (let index = 0; index < 6; index++) {
    const tar = await tarOf([[`step-${index}.txt`, logText(4000, index + 1)]]);
    parts.push(gzipSync(tar.subarray(0, tar.length - 1024)));
  }
  const bundle = Buffer.concat(parts);
  for (let seed = 0; seed < CASES; seed++) {
    const outcome = await readBytes(damaged(bundle, seed)).catch((error: unknown) => error);
    if (outcome instanceof Error) {
      expect(outcome, `seed ${seed}`).toBeInstanceOf(BundleError);
      continue;
    }
    const { files, damage } = outcome as Awaited<ReturnType<typeof readBytes>>;
    expect(damage.length, `seed ${seed}`).toBeGreaterThan(0);
    const sound = Array.from({ length: 6 }, (_, index) => files[`step-${index}.txt`] === logText(4000, index + 1));
    expect(sound.filter(Boolean).length, `seed ${seed}`).toBeGreaterThanOrEqual(3);
  }
});
