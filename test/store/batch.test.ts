/** What batches carry: texts of every kind and length, in order, in spaces that are used again. */
import { expect, test } from "vitest";
import { createBatcher, textsIn, type Space } from "../../analyzer/store/batch.ts";
import { bytesAt, textAt, textsOf } from "../../analyzer/store/texts.ts";

test("each text comes back, whatever its length and its characters", () => {
  const texts = [
    "",
    "a",
    "é",
    "日本語",
    "\u{1F600}",
    "x".repeat(600_000),
    "",
    "日".repeat(400_000),
    "y".repeat(524_287),
  ];
  for (let index = 0; index < 10_000; index++) texts.push(`text ${index} ${"z".repeat(index % 300)}`);
  const written: string[] = [];
  const spaces = new Set<Space>();
  let next = 1;
  const batcher = createBatcher((batch) => {
    expect(batch.firstText).toBe(next);
    const said = textsIn(batch);
    for (let index = 0; index < said.count; index++) written.push(textAt(said, index));
    next += said.count;
    spaces.add(batch.space);
    batcher.free(batch.space);
  });
  for (const text of texts) batcher.text(text);
  batcher.flush();
  expect(written.length).toBe(texts.length);
  expect(written.every((text, index) => text === texts[index])).toBe(true);
  // One for all that fits, and one for each of the texts that do not.
  expect(spaces.size).toBeLessThanOrEqual(5);
});

test("texts that are listed are the same as those of a batch", () => {
  const list = ["", "kubelet", "é\u{1F600}", "日本語"];
  const texts = textsOf(list);
  expect(list.map((_, index) => textAt(texts, index))).toEqual(list);
  expect(list.map((_, index) => bytesAt(texts, index).toString())).toEqual(list);
});
