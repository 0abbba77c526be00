import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportOf, hasJournalTools, makeJournal } from "../journal/helpers.ts";

/** Small journals of every layout, as systemd writes them; none where its tools are not installed. */
export function journalSeeds(): Buffer[] {
  if (!hasJournalTools()) return [Buffer.from("LPKSHHRH")];
  const directory = mkdtempSync(join(tmpdir(), "coldcase-fuzz-"));
  try {
    return [0, 1, 2, 3].map((bits) => {
      const layout = { keyed: (bits & 1) === 1, compact: (bits & 2) === 2 };
      const bytes = makeJournal(join(directory, `${bits}.journal`), exportOf(60, bits), layout);
      // The file is preallocated; its last object ends long before.
      return bytes.subarray(0, Number(bytes.readBigUInt64LE(136)) + 4096);
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
