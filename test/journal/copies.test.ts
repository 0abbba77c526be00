/** The same entries in two files count once, and what only one of them has is kept. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import source from "../../analyzer/sources/journal-binary.ts";
import { scratch } from "../helpers/cli.ts";
import { exportOf, fileOf, hasJournalTools, makeJournal } from "./helpers.ts";

const directory = scratch();

async function read(files: Buffer[]): Promise<{ texts: string[]; warnings: string[] }> {
  const texts: string[] = [];
  const warnings: string[] = [];
  const seen = new Map<string, Float64Array>();
  for (const bytes of files) {
    const sink = {
      event: ({ text }: { text: string }) => void texts.push(text),
      fact: () => undefined,
      warning: (_line: number, message: string) => void warnings.push(message),
    };
    await source.read(fileOf(bytes), sink, seen);
  }
  return { texts, warnings };
}

describe.skipIf(!hasJournalTools())("a copy beside the journal", () => {
  test("is read for what the first file lost", async () => {
    const whole = makeJournal(join(directory, "system.journal"), exportOf(500, 3), { keyed: true, compact: false });
    const alone = (await read([whole])).texts;
    expect(alone).toHaveLength(500);
    const twice = await read([whole, Buffer.from(whole)]);
    expect(twice.texts).toEqual(alone);
    expect(twice.warnings).toEqual(["500 entries are in another file as well, and counted there"]);
    const cut = Buffer.from(whole.subarray(0, Math.floor(Number(whole.readBigUInt64LE(136)) * 0.6)));
    const both = await read([cut, whole]);
    expect(both.texts.toSorted()).toEqual(alone.toSorted());
  });

  test("of another journal is none", async () => {
    const [one, other] = [4, 5].map((seed) => {
      return makeJournal(join(directory, `${seed}.journal`), exportOf(50, seed), { keyed: true, compact: false });
    });
    expect((await read([one ?? Buffer.alloc(0), other ?? Buffer.alloc(0)])).texts).toHaveLength(100);
  });
});
