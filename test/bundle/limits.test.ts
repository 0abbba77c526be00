import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readAll, readBytes, scratchDirectory, tarOf } from "./helpers.ts";

describe("each limit says what was left out and how to raise it", () => {
  test("bytes of an artifact: the rest of it is skipped", async () => {
    const archive = await tarOf([
      ["big.log", "x".repeat(3000)],
      ["after.log", "1"],
    ]);
    const { files, damage } = await readBytes(gzipSync(archive), "k1.tar.gz", { limits: { maxArtifactBytes: 1000 } });
    expect(files["big.log"]).toHaveLength(1000);
    expect(files["after.log"]).toBe("1");
    expect(damage).toMatchObject([{ kind: "limit", path: "big.log" }]);
    expect(damage[0]?.message).toContain("--max-artifact-bytes");
  });

  test("bytes of an artifact that unpacks to more", async () => {
    const archive = await tarOf([
      ["syslog.2.gz", gzipSync("x\n".repeat(3000))],
      ["after.log", "1"],
    ]);
    const { files, damage } = await readBytes(archive, "k1.tar", { limits: { maxArtifactBytes: 1000 } });
    expect(files["syslog.2.gz"]).toHaveLength(1000);
    expect(files["after.log"]).toBe("1");
    expect(damage.map(({ kind }) => kind)).toEqual(["limit"]);
  });

  test("bytes in all: the reading stops, and nothing is called cut", async () => {
    const archive = await tarOf([
      ["a.log", "x".repeat(600_000)],
      ["b.log", "x".repeat(600_000)],
    ]);
    for (const bytes of [archive, gzipSync(archive)]) {
      const { bundle, damage } = await readBytes(bytes, "k1.tar.gz", { limits: { maxTotalBytes: 700_000 } });
      expect(damage.map(({ kind }) => kind)).toEqual(["limit"]);
      expect(damage[0]?.message).toContain("--max-total-bytes");
      expect(bundle.sha256()).not.toBeNull();
    }
  });

  test("entries", async () => {
    const archive = await tarOf(Array.from({ length: 10 }, (_, index) => [`${index}`, "1"]));
    const limits = { maxEntries: 4 };
    const { files, damage } = await readBytes(gzipSync(archive), "k1.tar.gz", { limits });
    expect(Object.keys(files)).toHaveLength(4);
    expect(damage[0]?.message).toContain("--max-entries");
    const directory = scratchDirectory();
    for (let index = 0; index < 10; index++) writeFileSync(join(directory, `${index}`), "1");
    const walked = await readAll(directory, { limits });
    expect(Object.keys(walked.files)).toHaveLength(4);
    expect(walked.damage).toMatchObject([{ kind: "limit" }]);
  });

  test("length of a path", async () => {
    const archive = await tarOf([
      [`${"d/".repeat(3000)}x`, "1"],
      ["after", "1"],
    ]);
    const { files, damage } = await readBytes(archive, "k1.tar");
    expect(files).toEqual({ after: "1" });
    expect(damage[0]?.message).toMatch(/6001 characters.*--max-path-length/);
  });

  test("ratio: a bomb inside is left after 100 MB, the rest is read", async () => {
    const inner = await tarOf([
      ["bomb.log.gz", gzipSync(Buffer.alloc(150_000_000, "x\n"))],
      ["after", "1"],
    ]);
    const limits = { maxRatio: 100 };
    const { files, damage } = await readBytes(gzipSync(inner), "k1.tar.gz", { limits });
    expect(files["after"]).toBe("1");
    expect(damage).toMatchObject([{ kind: "limit", path: "bomb.log.gz" }]);
    expect(damage[0]?.message).toContain("--max-ratio");
  });
});

test("a flood of damage is counted, not listed", async () => {
  const one = (await tarOf([["a", "1"]])).subarray(0, 1024);
  const bad = Buffer.alloc(512, "?");
  const parts: Buffer[] = [];
  for (let index = 0; index < 1500; index++) parts.push(one, bad);
  const { files, damage } = await readBytes(Buffer.concat(parts), "k1.tar");
  expect(Object.keys(files)).toHaveLength(1500);
  expect(damage).toHaveLength(1001);
  expect(damage[1000]?.message).toMatch(/^500 more/);
});

test("a deep tree is walked", async () => {
  const root = scratchDirectory();
  const deep = join(root, ...Array.from({ length: 500 }, () => "d"));
  mkdirSync(deep, { recursive: true });
  writeFileSync(join(deep, "x"), "1");
  expect(Object.values((await readAll(root)).files)).toEqual(["1"]);
});
