import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { columnsOf, readColumns } from "../../analyzer/store/columns.ts";
import { createStore } from "../../analyzer/store/open.ts";
import { createWriter } from "../../analyzer/store/writer.ts";

const EVENTS = 70_000;

test("what is remembered of the events is what stands in the store", async () => {
  const database = await createStore("");
  const writer = createWriter(database, { match: () => [], module: "", argument: null });
  const artifact = writer.artifact("journal.txt", null, null);
  for (let number = 1; number <= EVENTS; number++) {
    const line = { number, byteOffset: number * 10, byteLength: 9, text: "" };
    const stated = number % 7 === 0 ? null : number * 1_000_000;
    const clock = stated === null ? "none" : "utc";
    const draft = {
      line,
      stated,
      clock,
      precision: number % 3,
      level: number % 8,
      origin: `unit-${number % 5}`,
      text: "said",
    };
    writer.event(artifact, draft as Parameters<typeof writer.event>[1]);
  }
  await writer.finish();
  const [remembered, read] = [columnsOf(database), readColumns(database)];
  expect(remembered).not.toBe(read);
  expect(remembered.count).toBe(EVENTS);
  expect(read.count).toBe(EVENTS);
  for (let id = 1; id <= EVENTS; id += 13) {
    const row = (columns: typeof read): number[] =>
      [columns.line, columns.stated, columns.precision, columns.level, columns.origin, columns.text].map((of) =>
        of(id),
      );
    expect(row(remembered)).toEqual(row(read));
    expect(remembered.line(id)).toBe(id);
    expect(remembered.precision(id)).toBe(id % 3);
  }
  const other = new Sqlite(database.serialize());
  expect(columnsOf(other).count).toBe(EVENTS);
  database.close();
});
