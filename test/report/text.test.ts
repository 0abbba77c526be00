import { describe, expect, it } from "vitest";
import {
  clipLine,
  cutEnd,
  cutStart,
  plural,
  proseSpans,
  shortIds,
  visibleData,
  visibleText,
} from "../../analyzer/report/text.ts";
import { displayWidth, fit, fitStart, wrap } from "../../analyzer/report/text-width.ts";
import { processorMs } from "../helpers/processor.ts";

describe("visibleText", () => {
  it.each([
    ["\u001b[31m", "␛[31m"],
    ["a\u0000b\u0007\u007f", "a␀b␇␡"],
    ["\u009b31m", "\\u009b31m"],
    ["\u202eevil\u202c\u2066\u2069\u200f", "\\u202eevil\\u202c\\u2066\\u2069\\u200f"],
    ["zero\u200bwidth\ufeff\u00ad", "zero\\u200bwidth\\ufeff\\u00ad"],
    ["\ud800 and \udc00", "\\ud800 and \\udc00"],
    ["line\nbreak\r\u2028", "line␊break␍\\u2028"],
    ["tag \u{e0041}", "tag \\u{e0041}"],
    ["tab\tumlaut ä 漢字 😀", "tab\tumlaut ä 漢字 😀"],
  ])("shows %j as %j", (text, shown) => {
    expect(visibleText(text)).toBe(shown);
  });

  it("reaches every string of plain data, and keeps the line ends of commands only", () => {
    const data = { a: ["\u0000"], "k\u0007": null, command: "one\r\ntwo\u001b", text: "one\ntwo" };
    expect(visibleData(data)).toEqual({ a: ["␀"], "k␇": null, command: "one\ntwo␛", text: "one␊two" });
  });
});

describe("shortening", () => {
  it("shortens long ids and leaves words and uids alone", () => {
    const id = "74217d05e7d37d111ce00a444c0a4237618a5474a8ca72393feeea664532d30b";
    expect(shortIds(`/overlay2/${id}/lower`)).toBe("/overlay2/74217d05e7d3…/lower");
    expect(shortIds("5ef537a4-b67c-11e7-8cb3-b827eb650fdb 6ef208ad4c36")).toBe(
      "5ef537a4-b67c-11e7-8cb3-b827eb650fdb 6ef208ad4c36",
    );
  });

  it("never cuts a character in two", () => {
    expect(cutEnd("ab😀cd", 4)).toBe("ab…");
    expect(cutStart("ab😀cd", 4)).toBe("…cd");
    expect(clipLine("😀".repeat(200), 11)).toBe(`${"😀".repeat(5)} … [390 more characters in this line]`);
    const once = clipLine("a".repeat(1_500), 500);
    expect(clipLine(once, 10)).toBe(`${"a".repeat(10)} … [1,490 more characters in this line]`);
  });

  it("counts in words", () => {
    expect([plural(1, "entry", "entries"), plural(1234, "entry", "entries")]).toEqual(["1 entry", "1,234 entries"]);
  });
});

describe("proseSpans", () => {
  const code = (prose: string): string[] => proseSpans(prose).flatMap((span) => (span.code ? [span.text] : []));

  it("tells paths, addresses and ids from prose", () => {
    expect(code("192.168.1.11:6443 refuses, see (/var/lib/docker) and kube-apiserver-k1.")).toEqual([
      "192.168.1.11:6443",
      "/var/lib/docker",
      "kube-apiserver-k1",
    ]);
    expect(code("read/write and/or 3 days ago at 06:38, ~2017-11-01, Exited (255)")).toEqual([]);
    expect(code("`link` and `lower` of 6ef208ad4c36")).toEqual(["link", "lower", "6ef208ad4c36"]);
  });

  it("loses no character", () => {
    const prose = 'a "quoted" path, (/etc/x): @me #1 `b c` … done.';
    expect(
      proseSpans(prose)
        .map(({ text }) => text)
        .join(""),
    ).toBe(prose.replaceAll("`", ""));
  });

  it("joins a number to its unit, and to nothing else", () => {
    const text = (prose: string): string =>
      proseSpans(prose)
        .map((span) => span.text)
        .join("");
    expect(text("/dev/vda1 100 % used, 0 B left, 1.4 GiB after 35 s")).toBe(
      "/dev/vda1 100\u00a0% used, 0\u00a0B left, 1.4\u00a0GiB after 35\u00a0s",
    );
    for (const prose of ["2 Boots", "3 days ago", "5 starts", "1 `s`"]) expect(text(prose)).not.toContain("\u00a0");
  });

  it.each(["x".repeat(100_000), ".".repeat(100_000), "/".repeat(100_000), "`".repeat(100_000)])(
    "is quick on floods",
    (flood) => {
      const start = processorMs();
      proseSpans(flood);
      expect(processorMs() - start).toBeLessThan(10_000);
    },
  );
});

describe("columns", () => {
  it("counts wide characters twice and marks not at all", () => {
    expect([displayWidth("漢字"), displayWidth("e\u0301"), displayWidth("😀"), displayWidth("abc")]).toEqual([
      4, 1, 2, 3,
    ]);
  });

  it("cuts to columns, not characters", () => {
    expect([fit("漢字漢字", 5), fitStart("漢字漢字", 5), fit("short", 5)]).toEqual(["漢字…", "…漢字", "short"]);
  });

  it("wraps at words, splits words that are too long, and says when it cuts", () => {
    expect(wrap("one two three", 7, 5)).toEqual(["one two", "three"]);
    expect(wrap("abcdefghij", 4, 5)).toEqual(["abcd", "efgh", "ij"]);
    expect(wrap("one two three four", 7, 2)).toEqual(["one two", "three…"]);
    expect(wrap("", 7, 2)).toEqual([]);
  });
});
