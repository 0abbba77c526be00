/** 500 seeded mutations of journals in every layout, with journalctl reading each damaged file as well. */
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { scratch } from "../../helpers/cli.ts";
import { checkDamaged, journalsToDamage, type Base } from "../corruption.ts";
import { hasJournalTools } from "../helpers.ts";
import { KINDS, mutate } from "../mutate.ts";

const MUTATIONS = Number(process.env["MUTATIONS"] ?? 500);
const FIRST = Number(process.env["MUTATION_SEED"] ?? 0);
const PORTION = 50;
const MAX_RSS = 600 * 1024 * 1024;

const directory = scratch();

describe.skipIf(!hasJournalTools())("a damaged journal", () => {
  let bases: Base[] = [];
  beforeAll(async () => {
    bases = await journalsToDamage(directory);
  });

  test.each(Array.from({ length: MUTATIONS / PORTION }, (_, index) => FIRST + index * PORTION))(
    "mutations from %i",
    async (first) => {
      for (let seed = first; seed < first + PORTION; seed++) {
        const base = bases[Math.floor(seed / KINDS.length) % bases.length]!;
        const { kind, bytes } = mutate(base.bytes, base.used, seed);
        try {
          await checkDamaged(base.truth, bytes, join(directory, "damaged.journal"));
        } catch (error) {
          throw new Error(`seed ${seed}, ${kind} of ${base.name}`, { cause: error });
        }
      }
      expect(process.memoryUsage().rss).toBeLessThan(MAX_RSS);
    },
  );
});
