import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, test } from "vitest";
import { spill } from "../../analyzer/bundle/spill.ts";

const MIB = 1024 * 1024;

async function* chunked(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

const bytes = Buffer.from(Array.from({ length: 3 * MIB }, (_, index) => (index * 31 + (index >> 8)) & 0xff));

describe("an artifact kept for random access", () => {
  test.each([
    ["in memory", 1000, 16 * MIB],
    ["in a file", 1000, MIB],
    ["in a file, at once", 3 * MIB, 0],
  ])("%s: any place can be read", async (_name, size, memory) => {
    const file = await spill("x.journal", chunked(bytes, size), 4 * MIB, memory);
    expect([file.path, file.size, file.shortened]).toEqual(["x.journal", bytes.length, null]);
    for (const position of [0, 8, 1_500_001, bytes.length - 10]) {
      const target = Buffer.alloc(64);
      const read = file.read(target, position);
      expect(read).toBe(Math.min(64, bytes.length - position));
      expect(target.subarray(0, read).equals(bytes.subarray(position, position + read))).toBe(true);
    }
    expect(file.read(Buffer.alloc(8), bytes.length + 5)).toBe(0);
    file.close();
  });

  test("leaves no name in the temporary directory, and is private", async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith("coldcase-")).length;
    const file = await spill("x.journal", chunked(bytes, MIB), 4 * MIB, 0);
    if (existsSync("/proc/self/fdinfo")) {
      expect(readdirSync(tmpdir()).filter((name) => name.startsWith("coldcase-")).length).toBeLessThanOrEqual(before);
    }
    file.close();
  });

  test("more than the limit: the first part is kept, and it says so", async () => {
    const file = await spill("x.journal", chunked(bytes, 1000), 2 * MIB, MIB);
    expect(file.size).toBeLessThanOrEqual(2 * MIB);
    expect(file.size).toBeGreaterThan(2 * MIB - 1000);
    expect(file.shortened).toContain(`only the first ${file.size} bytes`);
    file.close();
  });
});
