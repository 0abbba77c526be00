import { describe, expect, it } from "vitest";
import type { Criteria } from "../../analyzer/client/criteria.ts";
import { filterEvents } from "../../analyzer/client/filter.ts";
import { createSearch } from "../../analyzer/client/search.ts";
import { createTable } from "../../analyzer/client/table.ts";
import { tinyEvents } from "./fixture-events.ts";
import { hostileReport } from "./fixture.ts";

const everything: Criteria = { query: "", hiddenLevels: new Set(), hiddenOrigins: new Set(), scope: null };

describe("the search of the list", () => {
  const texts = ["error of ext4", "an err or two", "errors, errors", "terror", "", "nothing", "e", "errand of kubelet"];
  const naive = (word: string): number[] => texts.map((text) => (text.includes(word) ? 1 : 0));

  it("finds the same whatever was looked for before, however long ago", () => {
    const search = createSearch(texts);
    const words =
      "e er err erro error errors error err er e o of f t te ter terr kubelet kube errand error zzz z".split(" ");
    for (const word of [...words, ...words.toReversed()])
      expect([word, ...search(word)]).toEqual([word, ...naive(word)]);
  });

  it("looks for a longer word only where a part of it was found", () => {
    const asked: string[] = [];
    const watched = texts.map((text) => {
      const includes = (word: string): boolean => asked.push(text) > 0 && text.includes(word);
      return { includes } as string;
    });
    const search = createSearch(watched);
    search("err");
    expect(asked.splice(0)).toEqual(texts);
    search("erro");
    expect(asked.splice(0)).toEqual(texts.filter((text) => text.includes("err")));
    search("err");
    expect(asked).toEqual([]);
    for (const word of "abcdefgh") search(word);
    asked.splice(0);
    search("err");
    expect(asked).toEqual(texts.filter((text) => text.includes("e")));
  });
});

describe("the filter of the list", () => {
  const table = createTable(tinyEvents());
  const left = (query: string, choices: Partial<Criteria> = {}): number[] => [
    ...filterEvents(table, hostileReport(), { ...everything, query, ...choices }).mask,
  ];

  it.each([
    ["", [1, 1, 1, 1]],
    ["node", [1, 1, 0, 1]],
    ["NODE 1", [1, 0, 0, 1]],
    ["nobody", [0, 0, 0, 0]],
    ["!nobody", [1, 1, 1, 1]],
    ["kernel", [0, 0, 1, 0]],
    ["!kernel", [1, 1, 0, 1]],
    ["e !kernel", [1, 1, 0, 1]],
    ['"node 1" level<=3', [1, 0, 0, 0]],
    ["level<3", [0, 0, 1, 0]],
    ["level>=4", [0, 1, 0, 1]],
    ["level>4", [0, 1, 0, 0]],
    ["level:3", [1, 0, 0, 0]],
    ["!level=error", [0, 1, 1, 1]],
    ["src:kubelet", [1, 1, 0, 1]],
    ["!src:kubelet", [0, 0, 1, 0]],
    ["file:dmesg", [0, 0, 1, 0]],
    ["pod:dmesg", [0, 0, 1, 0]],
    ["pod:node", [1, 1, 0, 1]],
    ["!pod:e", [0, 0, 0, 0]],
    ["like:0a1b2c3d-1", [1, 1, 0, 1]],
    ["!like:0a1b2c3d-1", [0, 0, 1, 0]],
    ["like:00000000-1", [0, 0, 0, 0]],
  ])("%s", (query, mask) => {
    expect(left(query)).toEqual(mask);
  });

  it("leaves what the levels, the sources and the stretch of time let stay", () => {
    expect(left("", { hiddenLevels: new Set(["error"]) })).toEqual([0, 1, 0, 1]);
    expect(left("node", { hiddenLevels: new Set(["warning"]) })).toEqual([1, 1, 0, 0]);
    expect(left("", { hiddenOrigins: new Set([0]) })).toEqual([0, 0, 1, 0]);
    const scope = { from: 1_509_862_077_000, to: 1_509_862_077_500 };
    expect(left("", { scope })).toEqual([1, 1, 0, 0]);
  });
});
