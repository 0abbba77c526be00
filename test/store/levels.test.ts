/** Copies of one line have one level, whichever of them states it. */
import { expect, test } from "vitest";
import { analyze } from "../../analyzer/analyze.ts";
import { readColumns, columnsOf } from "../../analyzer/store/columns.ts";
import { createStore } from "../../analyzer/store/open.ts";
import { memoryBundle } from "../helpers/memory-bundle.ts";

const ERROR = "EXT4-fs error (device mmcblk0p2): ext4_lookup:1855: inode #262568: comm dockerd: deleted inode";

async function levels(files: Record<string, string>): Promise<number[]> {
  const database = await createStore("");
  const options = { timezone: null, year: null, collectedAt: null, rules: null, version: "0.0.0-test" };
  await analyze(memoryBundle(files), database, options, () => undefined);
  const found = database.prepare("SELECT level FROM timeline WHERE text LIKE 'EXT4%' ORDER BY artifact").pluck().all();
  const [remembered, stored] = [columnsOf(database), readColumns(database)];
  for (let id = 1; id <= stored.count; id++) expect(remembered.level(id)).toBe(stored.level(id));
  database.close();
  return found as number[];
}

test("a line of dmesg and of the journal's short form has the level that the raw kernel log states", async () => {
  const files = {
    "dmesg.txt": `[    8.117270] ${ERROR}\n[    9.117270] ok\n`,
    "journal.txt": `2026-03-02T11:46:11+0000 n7 kernel: ${ERROR}\n`,
    "raw.txt": `<2>[    8.117270] ${ERROR}\n<6>[    9.117270] ok\n`,
  };
  expect(await levels(files)).toEqual([2, 2, 2]);
});

test("without such a copy it stays what such lines usually have", async () => {
  expect(await levels({ "dmesg.txt": `[    8.117270] ${ERROR}\n[    9.117270] ok\n` })).toEqual([6]);
});
