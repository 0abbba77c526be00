import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { JournalEntry } from "../../analyzer/sources/_journal-types.ts";
import { entriesOf, exportOf, journalctlEntries, makeJournal } from "./helpers.ts";

const CAPTURES = fileURLToPath(new URL("../../../shared/captures/pi-overlay2-broken/journal/files/", import.meta.url));

const keyOf = ({ seqnum, boot }: JournalEntry): string => `${seqnum} ${boot}`;
/** A read of one of these small files ends long before, on any machine. */
const LONGEST_MS = 20_000;

/** Entries of an undamaged journal by number and boot. */
async function truthOf(bytes: Buffer): Promise<Map<string, JournalEntry>> {
  const { entries } = await entriesOf(bytes);
  return new Map(entries.map((entry) => [keyOf(entry), entry]));
}

/**
 * Reads a damaged journal and checks what must hold: it ends, what is presented as intact is what was written, a time
 * that is wrong and breaks the order of its neighbours is marked, and journalctl does not read more.
 * @param path where the file is put for journalctl; null to leave it out
 */
export async function checkDamaged(
  truth: Map<string, JournalEntry>,
  bytes: Buffer,
  path: string | null,
): Promise<void> {
  const start = performance.now();
  const { entries, summary } = await entriesOf(bytes);
  expect(performance.now() - start).toBeLessThan(LONGEST_MS);
  entries.forEach((entry, index) => checkEntry(truth, entry, entries[index - 1], entries[index + 1]));
  expect(entries.length).toBe(summary.read + summary.recovered);
  if (path === null) return;
  writeFileSync(path, bytes);
  const known = journalctlEntries(path).map(({ __CURSOR }) =>
    String(__CURSOR).slice(0, String(__CURSOR).indexOf(";t=")),
  );
  expect(entries.length).toBeGreaterThanOrEqual(new Set(known).size);
}

function checkEntry(
  truth: Map<string, JournalEntry>,
  entry: JournalEntry,
  before: JournalEntry | undefined,
  after: JournalEntry | undefined,
): void {
  const { damaged } = entry;
  const original = truth.get(keyOf(entry));
  if (damaged.includes("seqnum") || original === undefined) return;
  for (const [name, value] of Object.entries(entry.fields)) {
    if (value !== undefined && !damaged.includes(name))
      expect([name, value]).toEqual([name, original.fields[name as keyof typeof original.fields]]);
  }
  for (const name of ["realtime", "monotonic"] as const) {
    if (entry[name] === original[name] || damaged.includes(name)) continue;
    const neighbours = [before, after].map((other) => (other && other.damaged.length === 0 ? other : undefined));
    const [earlier, later] = neighbours;
    if (!earlier || !later || earlier.boot !== entry.boot || later.boot !== entry.boot) continue;
    const inOrder = entry[name] >= earlier[name] && entry[name] <= later[name];
    expect(inOrder || earlier[name] > later[name], `${name} of entry ${entry.seqnum}`).toBe(true);
  }
}

export interface Base {
  name: string;
  bytes: Buffer;
  truth: Map<string, JournalEntry>;
  /** Where its objects end. */
  used: number;
}

/** Undamaged journals to be damaged: four layouts by systemd-journal-remote, and those of a real journald when at hand. */
export async function journalsToDamage(directory: string): Promise<Base[]> {
  const written = [0, 1, 2, 3].map((bits) => {
    const layout = { keyed: (bits & 1) === 1, compact: (bits & 2) === 2 };
    const name = `remote-${bits}.journal`;
    return { name, bytes: makeJournal(join(directory, name), exportOf(800, 7), layout) };
  });
  const captured = existsSync(CAPTURES)
    ? readdirSync(CAPTURES, { recursive: true, encoding: "utf8" })
        .filter((path) => /\.journal~?$/.test(path))
        .map((path) => ({ name: path, bytes: readFileSync(join(CAPTURES, path)) }))
    : [];
  return Promise.all(
    [...written, ...captured].map(async ({ name, bytes }) => {
      const { summary } = await entriesOf(bytes);
      const used = Math.min(bytes.length, summary.header.tailObject + 4096);
      return { name, bytes, truth: await truthOf(bytes), used };
    }),
  );
}
