/** Places of texts by a hash: exact for all texts, and bounded in time for hashes that are alike. */
import { describe, expect, it } from "vitest";
import { createTextTable, createTextWriter } from "../../analyzer/store/text-table.ts";

const write = createTextWriter(2_000);

describe("a table of texts", () => {
  it("finds each text at its place until it is cleared", () => {
    const table = createTextTable(1 << 10, 1 << 20);
    const texts = Array.from({ length: 1 << 10 }, (_, index) => `pod wéb-${index} of ${1024 - index}`);
    expect(texts.map((text) => table.find(write(text)))).toEqual(texts.map(() => -1));
    expect(texts.map((text) => table.add(write(text)))).toEqual(texts.map((_, index) => index));
    expect(texts.map((text) => table.find(write(text)))).toEqual(texts.map((_, index) => index));
    expect([table.size, table.hasRoom(write(""))]).toEqual([1 << 10, false]);
    table.clear();
    expect([table.size, table.hasRoom(write(texts[0]!)), table.find(write(texts[0]!))]).toEqual([0, true, -1]);
  });

  it("tells texts apart whose hashes are alike, and has no place for too many of them", () => {
    const table = createTextTable(1 << 10, 1 << 20);
    const alike = (text: string) => ({ ...write(text), hash: 7 });
    const places = Array.from({ length: 100 }, (_, index) => table.add(alike(`text ${index}`)));
    expect(places).toEqual(Array.from({ length: 100 }, (_, index) => (index < 64 ? index : -1)));
    expect([table.size, table.find(alike("text 63")), table.find(alike("text 64"))]).toEqual([64, 63, -1]);
    // Equal but for their last byte, their last word, and NUL at the end.
    for (const other of ["text 0\0", "text ", "text 6\u0001", "test 63"])
      expect(table.find(alike(other)), other).toBe(-1);
  });

  it("has room for so many bytes", () => {
    const table = createTextTable(1 << 10, 100);
    expect(table.hasRoom(write("x".repeat(101)))).toBe(false);
    expect(table.hasRoom(write("é".repeat(50)))).toBe(true);
    expect([table.add(write("é".repeat(25))), table.hasRoom(write("x".repeat(49)))]).toEqual([0, false]);
    expect([table.add(write("x".repeat(48))), table.find(write("é".repeat(25)))]).toEqual([1, 0]);
  });
});

describe("the hash of a text", () => {
  const hashOf = (text: string): number => write(text).hash;
  it.each(["", "a", "abc", "abcd", "abcde", "é", "日本語のログ", "x".repeat(2_000), "日".repeat(2_000)])(
    "is its own: %.20s",
    (text) => {
      const own = hashOf(text);
      hashOf("z".repeat(2_000));
      expect(hashOf(text)).toBe(own);
      expect(hashOf(`${text.slice(0, 1_999)}!`)).not.toBe(own);
    },
  );

  it("spreads texts that differ in a number", () => {
    const slots = new Set(Array.from({ length: 32_768 }, (_, index) => hashOf(`request ${index} served`) & 65_535));
    // By chance they fill 25,800.
    expect(slots.size).toBeGreaterThan(25_000);
  });
});
