import { describe, expect, test } from "vitest";
import { splitLines } from "../../analyzer/bundle/lines.ts";
import type { LineOptions } from "../../analyzer/bundle/splitter.ts";
import type { Line } from "../../analyzer/model/source.ts";
import { inPortions, logText, noise } from "./helpers.ts";

interface Split {
  lines: Line[];
  warnings: [number, string][];
  count: number;
}

async function split(content: Buffer | string, portion = 65_536, options: LineOptions = {}): Promise<Split> {
  const lines: Line[] = [];
  const warnings: [number, string][] = [];
  const onWarning = (line: number, message: string): void => void warnings.push([line, message]);
  const chunks = inPortions(Buffer.from(content), portion);
  const count = await splitLines(chunks, (line) => lines.push(line), { ...options, onWarning });
  return { lines, warnings, count };
}

test("offsets are bytes, lengths leave out the LF and count the CR", async () => {
  const { lines, count } = await split("one\r\n\ndrei ü\nlast");
  expect(lines).toEqual([
    { text: "one", number: 1, byteOffset: 0, byteLength: 4 },
    { text: "", number: 2, byteOffset: 5, byteLength: 0 },
    { text: "drei ü", number: 3, byteOffset: 6, byteLength: 7 },
    { text: "last", number: 4, byteOffset: 14, byteLength: 4 },
  ]);
  expect(count).toBe(4);
});

test("nothing, one line end, a lone CR", async () => {
  expect((await split("")).lines).toEqual([]);
  expect((await split("\n")).lines).toEqual([{ text: "", number: 1, byteOffset: 0, byteLength: 0 }]);
  expect((await split("a\rb\r\n\r\n")).lines.map(({ text }) => text)).toEqual(["a\rb", ""]);
});

test("a byte order mark is no text", async () => {
  expect((await split("\ufeffa\n\ufeffb\n")).lines.map(({ text }) => text)).toEqual(["a", "\ufeffb"]);
});

describe("whatever the portions, the lines are the same", () => {
  const content = Buffer.concat([
    Buffer.from("\ufefffirst\r\n"),
    Buffer.from(logText(4000)),
    Buffer.from("ünï\u{1f4a5}cödé\r\n\r\n"),
    Buffer.from([0x62, 0xff, 0xfe, 0x0a, 0x00, 0x00, 0x00, 0x61, 0x0a]),
    Buffer.from(`${"long ü ".repeat(400)}\r\n`),
    noise(3000),
    Buffer.from("\nlast \xe9", "latin1"),
  ]);

  test.each([1, 2, 3, 100, 4096])("%i bytes", async (portion) => {
    const options = { maxLineBytes: 1000 };
    const whole = await split(content, content.length, options);
    expect(await split(content, portion, options)).toEqual(whole);
    expect(whole.lines.length).toBeGreaterThan(40);
  });

  test("each line lies where it says", async () => {
    const { lines } = await split(content, 100);
    for (const { byteOffset, byteLength, number } of lines) {
      const end = content[byteOffset + byteLength];
      expect(end === 10 || byteOffset + byteLength === content.length, `line ${number}`).toBe(true);
      expect(content.subarray(byteOffset, byteOffset + byteLength).includes(10)).toBe(false);
    }
  });
});

describe("what is wrong with a line", () => {
  test("10 MB of it are cut, and said", async () => {
    const { lines } = await split(`short\n${"x".repeat(10_000_000)}\r\nnext\n`);
    expect(lines.map(({ text }) => text.length)).toEqual([5, 1_048_576 + " […cut, 8951424 bytes]".length, 4]);
    expect(lines[1]?.text.endsWith("x […cut, 8951424 bytes]")).toBe(true);
    expect(lines[1]?.byteLength).toBe(10_000_001);
    expect(lines[2]).toEqual({ text: "next", number: 3, byteOffset: 10_000_008, byteLength: 4 });
  });

  test("a line as long as the limit is whole; no character is cut in two", async () => {
    const options = { maxLineBytes: 10 };
    expect((await split(`${"x".repeat(10)}\r\n`, 3, options)).lines[0]?.text).toBe("x".repeat(10));
    expect((await split(`${"x".repeat(9)}ü\n`, 3, options)).lines[0]?.text).toBe("xxxxxxxxx […cut, 2 bytes]");
  });

  test("invalid UTF-8 is shown and counted once", async () => {
    const { lines, warnings } = await split(Buffer.from("good\nb\xe9d\n\xff\xff\ngood\n", "latin1"));
    expect(lines.map(({ text }) => text)).toEqual(["good", "b\ufffdd", "\ufffd\ufffd", "good"]);
    expect(warnings).toEqual([[2, "not valid UTF-8 in 2 lines, shown as \ufffd"]]);
  });

  test("runs of NUL are kept and counted once", async () => {
    const { lines, warnings } = await split(`a\n${"\0".repeat(500)}b\0\nc\n`, 7);
    expect(lines[1]?.text).toBe(`${"\0".repeat(500)}b\0`);
    expect(warnings).toEqual([[2, "2 runs of NUL bytes, as a power cut leaves them"]]);
  });
});

describe("UTF-16", () => {
  const text = "\ufeffCONTAINER ID ü\r\n\r\n6ef208ad4c36 \u{1f4a5}\nlast";

  test.each([1, 2, 3, 7, 1000])("in portions of %i bytes, both orders", async (portion) => {
    const little = Buffer.from(text, "utf16le");
    for (const bytes of [little, Buffer.from(little).swap16()]) {
      const { lines } = await split(bytes, portion);
      expect(lines.map((line) => line.text)).toEqual(["CONTAINER ID ü", "", "6ef208ad4c36 \u{1f4a5}", "last"]);
      expect(lines[2]).toMatchObject({ byteOffset: 38, byteLength: 30 });
    }
  });

  test("a long line is cut, an odd byte at the end is told", async () => {
    const bytes = Buffer.concat([Buffer.from(`\ufeff${"x".repeat(100)}\n`, "utf16le"), Buffer.from([0x41])]);
    const { lines, warnings } = await split(bytes, 9, { maxLineBytes: 42 });
    expect(lines[0]?.text).toBe(`${"x".repeat(20)} […cut, 160 bytes]`);
    expect(warnings).toEqual([
      [1, "1 line too long, cut after 42 bytes (raise it with --max-line-bytes)"],
      [1, "the text ends in the middle of a UTF-16 character"],
    ]);
  });
});

test.each([1, 100, 997, 10_000])(
  "lines that do not matter are counted, and the others stand where they did: %i bytes",
  async (portion) => {
    const content = Array.from({ length: 3_000 }, (_, index) => `line ${index} ü${index % 3 ? "" : "\r"}\n`).join("");
    const all = await split(content, portion);
    const wanted = [1, 500, 501, 2_990];
    const seen: Line[] = [];
    const next = (): number => wanted.find((number) => number > (seen.at(-1)?.number ?? 0)) ?? Infinity;
    const count = await splitLines(inPortions(Buffer.from(content), portion), (line) => seen.push(line), { next });
    expect(count).toBe(all.count);
    expect(seen).toEqual(all.lines.filter(({ number }) => seen.some((line) => line.number === number)));
    expect(seen.map(({ number }) => number)).toEqual(expect.arrayContaining(wanted));
    if (portion === 10_000) expect(seen.length).toBeLessThan(1_000);
  },
);
