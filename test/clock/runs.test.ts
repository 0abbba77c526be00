/** How the store cuts the events of an artifact into runs: one clock, one boot, no step. */
import { expect, test } from "vitest";
import type { EventDraft } from "../../analyzer/model/source.ts";
import { SECOND } from "../../analyzer/model/time.ts";
import { createStore } from "../../analyzer/store/open.ts";
import { allRuns } from "../../analyzer/store/queries.ts";
import { createWriter } from "../../analyzer/store/writer.ts";

const BOOT_A = "0123456789abcdef0123456789abcdef";
const BOOT_B = "1123456789abcdef0123456789abcdef";
const START = Date.UTC(2024, 0, 5, 6) * 1000;

type Entry = Pick<EventDraft, "stated" | "boot" | "monotonic"> & { clock?: EventDraft["clock"] };

async function runsOf(entries: Entry[]) {
  const database = await createStore("");
  const writer = createWriter(database, { match: () => [], module: "", argument: null });
  const id = writer.artifact("journal", null, null);
  for (const [index, entry] of entries.entries()) {
    const line = { text: "x", number: index + 1, byteOffset: index, byteLength: 1 };
    writer.event(id, { line, clock: "utc", precision: 1, level: 6, origin: "x", text: "x", ...entry });
  }
  writer.finishArtifact(id, "test", entries.length, entries.length);
  await writer.finish();
  return allRuns(database);
}

const at = (seconds: number, clock: number, boot = BOOT_A): Entry => ({
  stated: START + (seconds + clock) * SECOND,
  monotonic: seconds * SECOND,
  boot,
});

test("a step of the clock within a boot starts a run, however small it is beside the pauses between lines", async () => {
  const runs = await runsOf([at(1, 0), at(20, 0.2), at(60, 0.2), at(61, 0.9), at(62, 0.9), at(63, -100)]);
  expect(runs.map(({ firstEvent, lastEvent }) => [firstEvent, lastEvent])).toEqual([
    [1, 3],
    [4, 5],
    [6, 6],
  ]);
  expect(runs[0]).toMatchObject({ boot: BOOT_A, firstMonotonic: SECOND, lastMonotonic: 60 * SECOND });
});

test("another boot starts a run though its wall clock goes on", async () => {
  const runs = await runsOf([at(100, 0), at(2, 99, BOOT_B), at(3, 99, BOOT_B), at(104, 0)]);
  expect(runs.map(({ boot }) => boot)).toEqual([BOOT_A, BOOT_B, BOOT_A]);
});

test("lines without a time stay in the run around them", async () => {
  const runs = await runsOf([at(1, 0), { stated: null, clock: "none" }, at(2, 0)]);
  expect(runs).toHaveLength(1);
});

test("a file that changes boots with every line ends in one run that is of no boot", async () => {
  const entries = Array.from({ length: 6_000 }, (_, index) => at(index, 0, index % 2 === 0 ? BOOT_A : BOOT_B));
  const runs = await runsOf(entries);
  expect(runs).toHaveLength(5_001);
  expect(runs.at(-1)).toMatchObject({ boot: null, lastEvent: 6_000 });
});
