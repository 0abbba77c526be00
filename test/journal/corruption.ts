import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { JournalEntry } from "../../analyzer/sources/_journal-types.ts";
import { processorMs } from "../helpers/processor.ts";
import { entriesOf, exportOf, journalctlEntries, makeJournal } from "./helpers.ts";
import { rewriteJournal } from "./rewrite.ts";

const CAPTURES = fileURLToPath(new URL("../../../shared/captures/pi-overlay2-broken/journal/files/", import.meta.url));

const SAMPLE = fileURLToPath(new URL("../../samples/no-rtc-clock-jump/k2.tar.gz", import.meta.url));

type Truth = Map<string, JournalEntry>;

const keyOf = ({ seqnum, boot }: JournalEntry): string => `${seqnum} ${boot}`;
/** Entries of one packet of a socket share it. */
const momentOf = ({ realtime, monotonic }: JournalEntry): string => `at ${realtime} ${monotonic}`;
/** A read of one of these small files ends long before, on any machine. */
const LONGEST_MS = 20_000;

/** Entries of an undamaged journal by number and boot, and by the moment at which they were received, if no other was. */
async function truthOf(bytes: Buffer): Promise<Truth> {
  const { entries } = await entriesOf(bytes);
  const moments = entries.map(momentOf);
  const single = entries.filter((_, at) => moments[at] !== moments[at - 1] && moments[at] !== moments[at + 1]);
  const keyed = [...entries.map((entry) => [keyOf(entry), entry]), ...single.map((entry) => [momentOf(entry), entry])];
  return new Map(keyed as [string, JournalEntry][]);
}

/**
 * Reads a damaged journal and checks what must hold: it ends, what is presented as intact is what was written, a time
 * that is wrong and breaks the order of its neighbours is marked, and journalctl does not read more.
 * @param path where the file is put for journalctl; null to leave it out
 */
export async function checkDamaged(truth: Truth, bytes: Buffer, path: string | null): Promise<void> {
  const start = processorMs();
  const { entries, summary } = await entriesOf(bytes);
  expect(processorMs() - start).toBeLessThan(LONGEST_MS);
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
  truth: Truth,
  entry: JournalEntry,
  before: JournalEntry | undefined,
  after: JournalEntry | undefined,
): void {
  const { damaged } = entry;
  const numbered = damaged.includes("seqnum") ? undefined : truth.get(keyOf(entry));
  const original = numbered ?? truth.get(momentOf(entry));
  if (numbered === undefined) checkIdentity(entry, original, before, after);
  if (original === undefined) return;
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

/** An entry that goes by a number or a boot that is not its own is marked, unless nothing beside it tells. */
function checkIdentity(
  entry: JournalEntry,
  original: JournalEntry | undefined,
  before: JournalEntry | undefined,
  after: JournalEntry | undefined,
): void {
  const { damaged, seqnum, boot } = entry;
  if (damaged.some((name) => /^(?:seqnum|boot|_BOOT_ID)$/.test(name)) || entry.lost > 0) return;
  expect(original === undefined || original.boot === boot, `boot of entry ${seqnum}`).toBe(true);
  const sure = [before, after].every((other) => other !== undefined && other.damaged.length === 0);
  const inOrder = seqnum > (before?.seqnum ?? -1) && seqnum < (after?.seqnum ?? Infinity);
  const backward = (before?.seqnum ?? 0) >= (after?.seqnum ?? 0);
  expect(!sure || inOrder || backward, `number of entry ${seqnum}`).toBe(true);
}

export interface Base {
  name: string;
  bytes: Buffer;
  truth: Truth;
  /** Where its objects end. */
  used: number;
}

interface Written {
  name: string;
  bytes: Buffer;
}

function journalsIn(directory: string): Written[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.journal~?$/.test(path))
    .toSorted()
    .map((path) => ({ name: path, bytes: readFileSync(join(directory, path)) }));
}

/** Of a real journald: those of the sample that was recorded in a guest, and of the captures when at hand. */
function realJournals(directory: string): Written[] {
  const unpacked = join(directory, "k2");
  mkdirSync(unpacked);
  const { status } = spawnSync("tar", ["-xzf", SAMPLE, "-C", unpacked]);
  expect(status).toBe(0);
  return [...journalsIn(unpacked), ...(existsSync(CAPTURES) ? journalsIn(CAPTURES) : [])];
}

/** Undamaged journals to be damaged: all layouts and packings, written by systemd-journal-remote and by a real journald. */
export async function journalsToDamage(directory: string): Promise<Base[]> {
  const written = [0, 1, 2, 3].map((bits) => {
    const layout = { keyed: (bits & 1) === 1, compact: (bits & 2) === 2 };
    const name = `remote-${bits}.journal`;
    return { name, bytes: makeJournal(join(directory, name), exportOf(800, 7), layout) };
  });
  const hasXz = spawnSync("xz", ["--version"]).status === 0;
  const packed = (["xz", "lz4", "none"] as const)
    .filter((packing) => packing !== "xz" || hasXz)
    .flatMap((packing) =>
      written.map(({ name, bytes }) => ({
        name: `${packing}-${name}`,
        bytes: rewriteJournal(bytes, packing, 264).bytes,
      })),
    );
  return Promise.all(
    [...written, ...packed, ...realJournals(directory)].map(async ({ name, bytes }) => {
      const { summary } = await entriesOf(bytes);
      const used = Math.min(bytes.length, summary.header.tailObject + 4096);
      return { name, bytes, truth: await truthOf(bytes), used };
    }),
  );
}
