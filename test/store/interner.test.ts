/** How often texts are said, beyond the number of texts that are remembered. */
import { describe, expect, it } from "vitest";
import { ALONE, createInterner, JOURNAL, saidIn, USE_COLUMNS, type Teller } from "../../analyzer/store/interner.ts";

const TEXTS = 200_000;

/** Uses by the text's id: the first and the last event, and how often it was said. */
function usesOf(tell: (id: (text: string, event: number, teller: Teller) => number) => void) {
  const told = new Map<number, { first: number; last: number; said: number }>();
  const interner = createInterner({
    onText: () => undefined,
    onUses(uses) {
      for (let at = 0; at < uses.length; at += USE_COLUMNS) {
        const [id = 0, first = 0, last = 0] = uses.subarray(at, at + 3);
        told.set(id, { first, last, said: saidIn(uses, at) });
      }
    },
  });
  tell(interner.id);
  interner.finish();
  return told;
}

describe("the interner", () => {
  it.each([
    ["by nobody else", ALONE],
    ["by a binary journal", JOURNAL],
    ["by an export of a journal", 1],
  ] as const)("counts each of more texts than it remembers once, told %s", (_, teller) => {
    const told = usesOf((id) => {
      for (let event = 1; event <= TEXTS; event++) id(`text ${event}`, event, teller);
    });
    expect(told.size).toBe(TEXTS);
    const wrong = [...told].filter(([id, { first, last, said }]) => first !== id || last !== id || said !== 1);
    expect(wrong).toEqual([]);
  });

  it("counts a text that is said again while it is remembered", () => {
    const told = usesOf((id) => {
      let event = 0;
      for (let text = 0; text < TEXTS; text++) for (let time = 0; time < 3; time++) id(`text ${text}`, ++event, ALONE);
    });
    expect([...new Set([...told.values()].map(({ said }) => said))]).toEqual([3]);
  });

  it.each([
    ["knows a text among the last 40,000", 40_000, [4]],
    ["has forgotten a text after 70,000 others", 70_000, [2, 2]],
  ])("%s", (_, others, said) => {
    const ids = new Set<number>();
    const told = usesOf((id) => {
      let event = 0;
      const sayTwice = (): void => {
        for (let time = 0; time < 2; time++) ids.add(id("again", ++event, ALONE));
      };
      sayTwice();
      for (let text = 0; text < others; text++) id(`text ${text}`, ++event, ALONE);
      sayTwice();
    });
    expect([...ids].map((id) => told.get(id)?.said)).toEqual(said);
  });

  it("forgets long texts sooner, and counts each of them", () => {
    const told = usesOf((id) => {
      for (let event = 1; event <= 20_000; event++) id(`${event} ${"x".repeat(1_900)}`, event, ALONE);
    });
    expect([...told].filter(([id, { first, last, said }]) => first !== id || last !== id || said !== 1)).toEqual([]);
    expect(told.size).toBe(20_000);
  });

  it("counts what two exports and the journal tell as often as the one that tells it most", () => {
    const told = usesOf((id) => {
      for (const [event, teller] of [JOURNAL, 1, 1, 2, 2, 2].entries()) id("text", event + 1, teller);
    });
    expect(told.get(1)).toEqual({ first: 1, last: 6, said: 3 });
  });
});
