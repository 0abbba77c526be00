/** Made-up nodes whose true times are known: what is placed must lie inside the interval that is given for it. */
import { expect, test } from "vitest";
import { SECOND } from "../../analyzer/model/time.ts";
import type { Compared } from "./placed.ts";
import { placeNode } from "./placed.ts";
import { truthAt } from "./simulate-boots.ts";
import { simulateNode } from "./simulate-node.ts";

const CASES = 300;
const AT_ONCE = 50;
/** Share of true times that must lie inside. */
const INSIDE = 0.999;
const SEED = Number(process.env["CLOCK_SEED"] ?? 1);

async function compareAll(
  from: number,
  count: number,
): Promise<{ seed: number; compared: Compared[]; wrong: string[] }[]> {
  const all = [];
  for (let seed = from; seed < from + count; seed++) {
    const node = simulateNode(seed);
    const { compared, clock } = await placeNode(node);
    const order = clock.boots.map(({ id }) => node.boots.findIndex((boot) => boot.id === id));
    const wrong = compared.filter(({ outside }) => outside > 0).map((own) => describe(seed, own));
    if (order.some((boot, at) => boot !== at)) wrong.push(`CLOCK_SEED=${seed}: boots in the order ${order.join(" ")}`);
    wrong.push(...missedSteps(node, clock.steps).map((text) => `CLOCK_SEED=${seed}: ${text}`));
    all.push({ seed, compared, wrong });
  }
  return all;
}

function describe(seed: number, { path, said, lo, hi, basis, outside }: Compared): string {
  const iso = (time: number | null | undefined): string => new Date((time ?? 0) / 1000).toISOString();
  const place = `${iso(lo)} to ${iso(hi)} (${basis})`;
  return `CLOCK_SEED=${seed}: ${path} states ${iso(said.draft.stated)}, true ${iso(said.truth)}, placed ${place}: ${outside / SECOND} s outside`;
}

/** Steps of the journal's boots that were not found, or not within a second of where they were. */
function missedSteps(
  node: ReturnType<typeof simulateNode>,
  steps: Awaited<ReturnType<typeof placeNode>>["clock"]["steps"],
): string[] {
  const journal = node.artifacts.flatMap(({ path, said }) => (path.startsWith("journal/") ? said : []));
  return node.boots.flatMap((boot) =>
    boot.stretches.slice(1).flatMap(({ from, distance, set }, at): string[] => {
      const delta = distance - (boot.stretches[at]?.distance ?? 0);
      // The first steps of a machine without a clock are its boot's; they are told apart in the cases of the clock.
      if (set === "resumed" || set === "restored" || Math.abs(delta) < SECOND) return [];
      // A boot may have two steps of one size.
      const found = steps.filter((step) => step.bootId === boot.id && Math.abs(step.delta - delta) < SECOND);
      // The journal of the oldest boot may begin after its step, and a power cut may take all that followed one.
      const own = journal.flatMap(({ draft }) => (draft.boot === boot.id ? (draft.monotonic ?? 0) : []));
      const isSeen = own.some((since) => since < from) && own.some((since) => since >= from);
      if (found.length === 0) return isSeen ? [`no step of ${delta / SECOND} s in ${boot.id}`] : [];
      const truth = truthAt(boot, from);
      const isThere = found.some(({ at: { lo, hi } }) => lo - SECOND <= truth && truth <= hi + SECOND);
      return isThere ? [] : [`the step of ${boot.id} is not where it was`];
    }),
  );
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

test.each(Array.from({ length: CASES / AT_ONCE }, (_, at) => SEED + at * AT_ONCE))(
  "nodes from seed %i on: true times lie inside, no wider than what cannot be known",
  async (from) => {
    const all = await compareAll(from, AT_ONCE);
    const compared = all.flatMap((own) => own.compared);
    const wrong = all.flatMap((own) => own.wrong);
    expect(compared.length).toBeGreaterThan(10_000);
    expect(compared.filter(({ lo }) => lo === null)).toEqual([]);
    const inside = compared.filter(({ outside }) => outside === 0).length / compared.length;
    expect(inside, wrong.slice(0, 10).join("\n")).toBeGreaterThanOrEqual(INSIDE);
    expect(wrong.filter((text) => /boots in the order|step/.test(text))).toEqual([]);
    for (const kind of ["journal/", "pods/", "logs/", "kernel/", "files/", "errors/"]) expectNarrow(kind, compared);
  },
  120_000,
);

/** The median width is that of what was made uncertain; so is that of the events alone that are. */
function expectNarrow(kind: string, compared: Compared[]): void {
  const known = compared.flatMap(({ path, said, lo, hi }) => {
    if (!path.startsWith(kind) || said.injected === null || lo === null || hi === null) return [];
    return [{ ratio: (hi - lo) / said.injected, uncertain: said.injected > said.draft.precision }];
  });
  expect(median(known.map(({ ratio }) => ratio)), kind).toBeLessThanOrEqual(1);
  expect(median(known.filter(({ uncertain }) => uncertain).map(({ ratio }) => ratio)), kind).toBeLessThanOrEqual(1);
}

/**
 * A saved time of a clock that a person had set; a person's step after a time server's, of which no line tells; one of
 * which the last line of a rotated file tells; a time saved by a clock that was ahead by minutes; a command between two
 * steps; lines without a year after a step that a power cut took; a clock set back in the hour that is repeated.
 */
test.each([5173, 9036, 9101, 50_007, 100_414, 100_324, 300_233])(
  "the node of seed %i, which was wrong once",
  async (seed) => {
    const [node] = await compareAll(seed, 1);
    expect(node?.wrong).toEqual([]);
  },
);
