/** Places of texts by a hash: exact for all texts, and bounded in time for hashes that are alike. */
import { describe, expect, it } from "vitest";
import { createTextHash, createTextTable } from "../../analyzer/store/text-table.ts";

describe("a table of texts", () => {
  it("finds each text at its place until it is cleared", () => {
    const [table, hashOf] = [createTextTable(1 << 10), createTextHash(100)];
    const texts = Array.from({ length: 1 << 10 }, (_, index) => `pod web-${index} of ${1024 - index}`);
    expect(texts.map((text) => table.find(text, hashOf(text)))).toEqual(texts.map(() => -1));
    expect(texts.map((text) => table.add(text, hashOf(text)))).toEqual(texts.map((_, index) => index));
    expect(texts.map((text) => table.find(text, hashOf(text)))).toEqual(texts.map((_, index) => index));
    table.clear();
    expect([table.size, table.find("pod web-0 of 1024", hashOf("pod web-0 of 1024"))]).toEqual([0, -1]);
  });

  it("tells texts apart whose hashes are alike, and has no place for too many of them", () => {
    const table = createTextTable(1 << 10);
    const places = Array.from({ length: 100 }, (_, index) => table.add(`text ${index}`, 7));
    expect(places).toEqual(Array.from({ length: 100 }, (_, index) => (index < 64 ? index : -1)));
    expect([table.size, table.find("text 63", 7), table.find("text 64", 7)]).toEqual([64, 63, -1]);
  });
});

describe("the hash of a text", () => {
  const hashOf = createTextHash(2_000);
  it.each(["", "a", "abc", "abcd", "abcde", "é", "日本語のログ", "x".repeat(2_000)])("is its own: %.20s", (text) => {
    const own = hashOf(text);
    hashOf("z".repeat(2_000));
    expect(hashOf(text)).toBe(own);
    expect(hashOf(`${text.slice(0, 1_999)}!`)).not.toBe(own);
  });

  it("spreads texts that differ in a number", () => {
    const slots = new Set(Array.from({ length: 32_768 }, (_, index) => hashOf(`request ${index} served`) & 65_535));
    // By chance they fill 25,800.
    expect(slots.size).toBeGreaterThan(25_000);
  });
});
