/** Some of the damage of slow/corruption.test.ts, and single damages whose outcome is known. */
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { scratch } from "../helpers/cli.ts";
import { checkDamaged, journalsToDamage, type Base } from "./corruption.ts";
import { entriesOf, hasJournalTools } from "./helpers.ts";
import { mutate } from "./mutate.ts";

const directory = scratch();
const tools = hasJournalTools();

describe.skipIf(!tools)("a damaged journal", () => {
  let bases: Base[] = [];
  beforeAll(async () => {
    bases = await journalsToDamage(directory);
  });

  test("48 seeded mutations", async () => {
    for (let seed = 0; seed < 48; seed++) {
      const base = bases[(seed * 5) % bases.length];
      if (base)
        await checkDamaged(base.truth, mutate(base.bytes, base.used, seed).bytes, join(directory, "damaged.journal"));
    }
  });

  test.each([0, 1, 2, 3])("layout %i: a flipped message is kept and marked, and nothing else is", async (index) => {
    const { bytes } = bases[index]!;
    const damaged = Buffer.from(bytes);
    const at = damaged.indexOf("not found, attempt 401 of");
    damaged[at] = damaged[at]! ^ 1;
    const { entries, summary } = await entriesOf(damaged);
    const marked = entries.filter((entry) => entry.damaged.length > 0 || entry.lost > 0);
    expect(marked.map((entry) => [entry.seqnum, entry.damaged, entry.lost])).toEqual([[402, ["MESSAGE"], 0]]);
    expect(summary).toMatchObject({ read: 800, lost: 0, damaged: 1, damagedAt: marked[0]?.offset });
  });

  test.each(["realtime", "monotonic", "seqnum"] as const)("a flipped %s is marked", async (name) => {
    const { bytes } = bases[3]!;
    const { entries } = await entriesOf(bytes);
    const damaged = Buffer.from(bytes);
    const at = entries[99]!.offset + { seqnum: 16, realtime: 24, monotonic: 32 }[name];
    damaged[at + 4] = damaged[at + 4]! ^ 1;
    const read = (await entriesOf(damaged)).entries.filter((entry) => entry.damaged.length > 0);
    expect(read.map((entry) => [entry.offset, entry.damaged])).toEqual([[entries[99]!.offset, [name]]]);
  });

  test.each([0, 1, 2, 3].flatMap((index) => [8192, 1 << 20, -32].map((more) => [index, more] as const)))(
    "layout %i: an entry that says that it is longer by %i bytes is read as it was written",
    async (index, more) => {
      const { bytes } = bases[index]!;
      const whole = (await entriesOf(bytes)).entries;
      const damaged = Buffer.from(bytes);
      const at = whole[299]!.offset + 8;
      damaged.writeBigUInt64LE(damaged.readBigUInt64LE(at) + BigInt(more), at);
      const { entries, summary } = await entriesOf(damaged);
      expect(entries).toEqual(whole);
      expect(summary).toMatchObject({ lost: 0, damaged: 0, damagedAt: whole[299]!.offset });
    },
  );

  test("without its header: every entry is found, none is promised", async () => {
    const damaged = Buffer.from(bases[1]!.bytes);
    damaged.fill(0, 0, 264);
    const { entries, summary } = await entriesOf(damaged);
    expect(entries).toHaveLength(800);
    expect(summary).toMatchObject({ promised: null, recovered: 800, damagedAt: 0 });
  });

  test("without its list of entries: every entry is recovered", async () => {
    const { summary: whole } = await entriesOf(bases[0]!.bytes);
    const damaged = Buffer.from(bases[0]!.bytes);
    damaged.fill(0xff, whole.header.entryArray, whole.header.entryArray + 16);
    const { summary } = await entriesOf(damaged);
    expect(summary).toMatchObject({
      promised: 800,
      read: 0,
      recovered: 800,
      lost: 0,
      damagedAt: whole.header.entryArray,
    });
  });

  test("zeroed in the middle: the missing numbers are named", async () => {
    const { bytes } = bases[2]!;
    const { entries } = await entriesOf(bytes);
    const damaged = Buffer.from(bytes);
    damaged.fill(0, entries[199]!.offset, entries[209]!.offset);
    const { summary } = await entriesOf(damaged);
    expect(summary).toMatchObject({ lost: 10, lostRanges: [[200, 209]], damagedAt: entries[199]!.offset });
  });
});
