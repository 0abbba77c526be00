import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readExcerpts } from "../../analyzer/bundle/excerpts.ts";
import { openBundle } from "../../analyzer/bundle/open.ts";
import type { OpenedBundle } from "../../analyzer/model/artifact.ts";
import { inPortions, scratchFile, tarOf } from "./helpers.ts";

const numbered = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`).join("\n");

async function bundleOf(): Promise<string> {
  const tar = await tarOf([
    ["a.txt", numbered],
    ["b.txt", `${"x".repeat(5000)}\nshort\n`],
    ["c.txt", numbered],
  ]);
  return scratchFile("k1.tar.gz", gzipSync(tar));
}

test("lines with their neighbours", async () => {
  const path = await bundleOf();
  const wanted = new Map([
    ["a.txt", [5, 1, 6, 20, 5, 99]],
    ["b.txt", [1]],
    ["missing.txt", [1]],
    ["c.txt", []],
  ]);
  const excerpts = await readExcerpts(() => openBundle([path]), wanted, 2);
  expect([...excerpts.keys()]).toEqual(["a.txt", "b.txt"]);
  const lines = excerpts.get("a.txt");
  expect([...(lines?.keys() ?? [])]).toEqual([1, 5, 6, 20]);
  expect(lines?.get(1)).toEqual({ text: "line 1", before: [], after: ["line 2", "line 3"] });
  expect(lines?.get(5)).toEqual({ text: "line 5", before: ["line 3", "line 4"], after: ["line 6", "line 7"] });
  expect(lines?.get(6)).toEqual({ text: "line 6", before: ["line 4", "line 5"], after: ["line 7", "line 8"] });
  expect(lines?.get(20)).toEqual({ text: "line 20", before: ["line 18", "line 19"], after: [] });
  expect(excerpts.get("b.txt")?.get(1)).toEqual({
    text: `${"x".repeat(2000)} … [3000 more characters in this line]`,
    before: [],
    after: ["short"],
  });
});

test("the header of the output that a line stands in, where it is further above than its neighbours", async () => {
  const output = (name: string, lines: number): string[] => [
    `==> openssl x509 -dates -in ${name} <==`,
    ...Array.from({ length: lines }, (_, index) => `${name} ${index + 1}`),
    "",
  ];
  const text = [...output("one.crt", 4), ...output("two.crt", 40), "$ date", "Mon", "Tue", "Wed", "Thu"].join("\n");
  const path = await scratchFile("certificates.txt", Buffer.from(text));
  const wanted = new Map([["certificates.txt", [2, 5, 12, 40, 53]]]);
  const lines = (await readExcerpts(() => openBundle([path]), wanted, 2)).get("certificates.txt");
  const under = [...(lines ?? [])].map(([line, excerpt]) => [line, excerpt.under]);
  expect(under).toEqual([
    [2, undefined],
    [5, { line: 1, text: "==> openssl x509 -dates -in one.crt <==" }],
    [12, { line: 7, text: "==> openssl x509 -dates -in two.crt <==" }],
    [40, undefined],
    [53, { line: 49, text: "$ date" }],
  ]);
});

test("reads no further than needed, and closes the bundle", async () => {
  const path = await bundleOf();
  const seen: string[] = [];
  let closed = false;
  const open = async (): Promise<OpenedBundle> => {
    const bundle = await openBundle([path], { hash: false });
    async function* artifacts(): ReturnType<OpenedBundle["artifacts"]> extends AsyncIterable<infer T>
      ? AsyncGenerator<T>
      : never {
      for await (const artifact of bundle.artifacts()) {
        seen.push(artifact.path);
        yield artifact;
      }
    }
    const close = async (): Promise<void> => {
      closed = true;
      await bundle.close();
    };
    return { ...bundle, artifacts, close };
  };
  await readExcerpts(open, new Map([["a.txt", [2]]]), 0);
  expect(seen).toEqual(["a.txt"]);
  expect(closed).toBe(true);
  expect((await readExcerpts(open, new Map(), 3)).size).toBe(0);
});

test("standard input is read a second time", async () => {
  const stdin = inPortions(Buffer.from(numbered), 7);
  const bundle = await openBundle(["-"], { stdin });
  for await (const artifact of bundle.artifacts()) for await (const _chunk of artifact.chunks);
  const excerpts = await readExcerpts(async () => bundle, new Map([["stdin", [3]]]), 1);
  expect(excerpts.get("stdin")?.get(3)).toEqual({ text: "line 3", before: ["line 2"], after: ["line 4"] });
});
