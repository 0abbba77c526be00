import { describe, expect, it } from "vitest";
import { createPrefilter } from "../../analyzer/store/literals.ts";

/** Literals with the places where they end. */
function placesOf(literals: string[], text: string): [string, number][] {
  const found: [string, number][] = [];
  createPrefilter(literals).scan(text, (literal, at) => void found.push([literals[literal] as string, at]));
  return found;
}

describe("literals in a text", () => {
  it("are found in either case, inside of each other and at each place", () => {
    expect(placesOf(["overlay", "lay", "error"], "OVERLAY error lay")).toEqual([
      ["overlay", 6],
      ["lay", 6],
      ["error", 12],
      ["lay", 16],
    ]);
  });

  it("are found where a long text is read in pieces", () => {
    for (let lead = 16_380; lead <= 16_388; lead++) {
      const text = `${"é".repeat(lead)}no space left${"x".repeat(40_000)}no space left`;
      expect(placesOf(["no space left"], text)).toEqual([
        ["no space left", lead + 12],
        ["no space left", lead + 40_025],
      ]);
    }
  });

  it("do not reach across a NUL", () => {
    expect(placesOf(["etcd"], "et\0cd etcd")).toEqual([["etcd", 9]]);
  });
});
