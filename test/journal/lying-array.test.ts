import { expect, test } from "vitest";
import { ARRAY_ITEMS, DATA, ENTRY_ARRAY, PAYLOAD } from "../../analyzer/sources/_journal-file.ts";
import { scratch } from "../helpers/cli.ts";
import { processorMs } from "../helpers/processor.ts";
import { entriesOf, exportOf, hasJournalTools, makeJournal } from "./helpers.ts";

const directory = scratch();

test.skipIf(!hasJournalTools())(
  "a list of entries that claims four thousand million of them is not searched without end",
  async () => {
    const bytes = makeJournal(`${directory}/a.journal`, exportOf(60, 3), { keyed: true, compact: true });
    for (let at = Number(bytes.readBigUInt64LE(88)); at + 16 < bytes.length;) {
      const size = Number(bytes.readBigUInt64LE(at + 8));
      if (size < 16) break;
      if (bytes[at] === ENTRY_ARRAY) {
        // All of its items are smaller than any entry, and there are 2^32 more than there are.
        for (let item = at + ARRAY_ITEMS; item + 4 <= at + size; item += 4) bytes.writeUInt32LE(8, item);
        bytes.writeBigUInt64LE(BigInt(size) + (1n << 34n), at + 8);
      }
      // A changed message makes the reader look for the entry in the lists of its other fields.
      const payload = at + PAYLOAD.compact;
      if (bytes[at] === DATA && bytes.toString("latin1", payload, payload + 8) === "MESSAGE=")
        bytes[payload + 15] = 0x58;
      at = Math.ceil((at + size) / 8) * 8;
    }
    const start = processorMs();
    const { entries } = await entriesOf(bytes);
    expect(entries.length).toBeGreaterThan(0);
    expect(processorMs() - start).toBeLessThan(30_000);
  },
);
