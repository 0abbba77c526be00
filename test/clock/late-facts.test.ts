/** Times of files and superblocks that lie after the collection are of another clock. */
import { expect, test } from "vitest";
import { placeTimes } from "../../analyzer/clock-pass.ts";
import { HOUR, SECOND } from "../../analyzer/model/time.ts";
import { emptyExt4 } from "../../analyzer/sources/_ext4.ts";
import { createStore } from "../../analyzer/store/open.ts";
import { createWriter } from "../../analyzer/store/writer.ts";

const COLLECTED = Date.UTC(2024, 0, 5, 6) * 1000;

async function placed(checks: number[]) {
  const database = await createStore("");
  const writer = createWriter(database, { match: () => [], module: "", argument: null });
  const id = writer.artifact("superblock.txt", null, null);
  for (const [index, stated] of checks.entries()) {
    const line = { text: "x", number: index + 1, byteOffset: index, byteLength: 1 };
    const lastChecked = { stated, clock: "utc" as const, precision: SECOND };
    writer.fact(id, "ext4", `sd${index}`, { ...emptyExt4("superblock", `sd${index}`), lastChecked }, line);
  }
  writer.finishArtifact(id, "test", checks.length, checks.length);
  await writer.finish();
  const options = { timezone: null, year: null, collectedAt: COLLECTED, rules: null, version: "test" };
  const { notes } = placeTimes(database, null, options);
  const times = database.prepare("SELECT best FROM fact_time ORDER BY fact").pluck().all();
  database.close();
  return { times, notes: notes.filter((note) => note.includes("after the collection")) };
}

test("a superblock that was checked ten weeks after the collection gets no place, and the report says so", async () => {
  const { times, notes } = await placed([COLLECTED - HOUR, COLLECTED + 1_680 * HOUR]);
  expect(times).toEqual([COLLECTED - HOUR]);
  expect(notes).toEqual([
    "One time that a file or a superblock tells lies after the collection: another clock than the node's said so, and it is not among the events.",
  ]);
});

test("what was written while the collector ran is of the node", async () => {
  const { times, notes } = await placed([COLLECTED + 30 * SECOND]);
  expect(times).toHaveLength(1);
  expect(notes).toEqual([]);
});
