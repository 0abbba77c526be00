/** The same journal in the forms that other versions of systemd write, against journalctl and against itself. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { JournalEntry } from "../../analyzer/sources/_journal-types.ts";
import { scratch } from "../helpers/cli.ts";
import { entriesOf, exportOf, hasJournalTools, journalctlEntries, makeJournal, textOf } from "./helpers.ts";
import { rewriteJournal } from "./rewrite.ts";

const directory = scratch();
const hasXz = spawnSync("xz", ["--version"]).status === 0;
if (!hasXz) console.log("xz not installed: journals with XZ streams were not written");
if (!hasXz && process.env["CI"] === "true") throw new Error("xz must be there in CI");

/** What does not depend on where it lies in the file. */
const content = ({ seqnum, realtime, monotonic, boot, fields, damaged, lost }: JournalEntry) => {
  return { seqnum, realtime, monotonic, boot, fields, damaged, lost };
};

describe.skipIf(!hasJournalTools())("a journal written again", () => {
  const originals = new Map<boolean, Buffer>();
  beforeAll(() => {
    for (const compact of [false, true]) {
      const bytes = makeJournal(join(directory, `original-${compact}.journal`), exportOf(600, 11), {
        keyed: true,
        compact,
      });
      originals.set(compact, bytes);
    }
  });

  const forms = [false, true].flatMap((compact) => [
    { packing: "xz" as const, headerSize: 264, compact },
    { packing: "lz4" as const, headerSize: 264, compact },
    ...[208, 224, 240, 256, 264, 272, 320].map((headerSize) => ({ packing: "none" as const, headerSize, compact })),
  ]);
  test.each(forms.filter(({ packing }) => packing !== "xz" || hasXz))(
    "long fields packed with $packing, header of $headerSize bytes, compact $compact",
    async ({ packing, headerSize, compact }) => {
      const original = originals.get(compact) ?? Buffer.alloc(0);
      const { bytes, packed } = rewriteJournal(original, packing, headerSize);
      expect(packed).toBeGreaterThan(10);
      const { entries, summary } = await entriesOf(bytes);
      expect(entries.map(content)).toEqual((await entriesOf(original)).entries.map(content));
      expect(summary).toMatchObject({ promised: 600, read: 600, recovered: 0, lost: 0, damagedAt: null });
      const path = join(directory, `${packing}-${headerSize}-${compact}.journal`);
      writeFileSync(path, bytes);
      const oracle = journalctlEntries(path);
      expect(oracle.map((entry) => textOf(entry["MESSAGE"]))).toEqual(entries.map(({ fields }) => fields.MESSAGE));
    },
  );

  test.each(["xz", "lz4"] as const)("a damaged %s stream costs its field and no other", async (packing) => {
    if (packing === "xz" && !hasXz) return;
    const { bytes } = rewriteJournal(originals.get(false) ?? Buffer.alloc(0), packing, 264);
    const whole = (await entriesOf(bytes)).entries;
    const at = bytes.indexOf(
      packing === "xz" ? Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]) : Buffer.from("MESSAGE=node"),
      10_000,
    );
    bytes.fill(0xff, at + 20, at + 60);
    const { entries } = await entriesOf(bytes);
    expect(entries).toHaveLength(whole.length);
    const changed = entries.filter(({ fields }, index) => fields.MESSAGE !== whole[index]?.fields.MESSAGE);
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.length).toBeLessThan(5);
    for (const { lost, damaged } of changed) expect(lost + damaged.length).toBeGreaterThan(0);
  });
});
