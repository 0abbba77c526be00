import { expect, test } from "vitest";
import { holdsBase64 } from "../../analyzer/report/secret-words.ts";
import { random as createRandom } from "../helpers/random.mjs";

test("letters of base64 in a row are found wherever they stand, and never where they do not", () => {
  const random = createRandom(7);
  for (let turn = 0; turn < 3_000; turn++) {
    const text = Array.from({ length: Math.floor(random() * 60) }, () =>
      random() < 0.12 ? ". -é"[turn % 4] : "aZ9+/"[turn % 5],
    ).join("");
    expect([text, holdsBase64(text, 8)]).toEqual([text, /[A-Za-z0-9+/]{8}/.test(text)]);
  }
});
