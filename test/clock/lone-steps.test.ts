/** A log on its own, without a journal: what its jumps back tell, against times that only the maker knows. */
import { describe, expect, test } from "vitest";
import { wrongStretches } from "../../analyzer/clock/lone-steps.ts";
import type { Micros } from "../../analyzer/model/time.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../analyzer/model/time.ts";
import { random } from "../helpers/random.mjs";
import type { Compared } from "./placed.ts";
import { placeNode } from "./placed.ts";
import type { Said, SimulatedNode } from "./simulate-node.ts";

const stretch = (first: number, last: number, settled = false) => ({
  first: first * MINUTE,
  last: last * MINUTE,
  settled,
});

describe("a jump back", () => {
  test("to a clock that goes on from there: what is before it was ahead", () => {
    expect(wrongStretches([stretch(0, 50), stretch(200, 260), stretch(80, 190), stretch(199, 400)])).toEqual([
      false,
      true,
      false,
      false,
    ]);
  });

  test("to a clock that comes back in one leap: what is after it was a saved time", () => {
    expect(wrongStretches([stretch(100, 260), stretch(60, 61), stretch(300, 400)])).toEqual([false, true, false]);
  });

  test("within a minute is none", () => {
    expect(wrongStretches([stretch(0, 50), stretch(49.5, 60)])).toEqual([false, false]);
  });

  test("leaves what the journal tells where it is", () => {
    expect(wrongStretches([stretch(0, 50), stretch(200, 260), stretch(80, 190, true)])).toEqual([false, true, false]);
    expect(wrongStretches([stretch(100, 260, true), stretch(60, 200)])).toEqual([false, true]);
  });
});

const TEXTS = { level: 6 as const, clock: "utc" as const, precision: 1, origin: "web", text: "GET /" };

/** One container's log: stretches of a right clock, and between them a clock that is ahead or that starts anew. */
function simulateLog(seed: number): SimulatedNode {
  const next = random(seed);
  const span = (least: number, most: number): number => Math.round(least * (most / least) ** next());
  const said: Said[] = [];
  let now = Date.UTC(2025, 3, 1) * 1000 + span(SECOND, 200 * DAY);
  const write = (count: number, offset: Micros, injected: Micros | null): void => {
    for (; count > 0; count--) {
      now += span(SECOND / 100, 20 * SECOND);
      said.push({ draft: { ...TEXTS, stated: now + offset }, truth: now, injected });
    }
  };
  write(5 + Math.floor(next() * 60), 0, 1);
  for (let left = 1 + Math.floor(next() * 3); left > 0; left--) {
    const before = now;
    const at = said.length;
    if (next() < 0.5) {
      // Set ahead, and put right after some lines.
      write(5 + Math.floor(next() * 30), span(10 * MINUTE, 40 * DAY), null);
    } else {
      // Off for a while, then a saved time until a time server answers.
      const saved = before - span(3 * MINUTE, next() < 0.3 ? 20_000 * DAY : HOUR);
      now += span(10 * SECOND, 3 * DAY);
      write(1 + Math.floor(next() * 4), saved - now, null);
    }
    const wrong = said.slice(at);
    now += span(SECOND, MINUTE);
    for (const own of wrong) own.injected = now - before;
    write(5 + Math.floor(next() * 60), 0, 1);
  }
  const artifacts = [{ path: "pods/web_0.log", source: "docker-json-log", said }];
  return {
    seed,
    kind: "saved",
    boots: [],
    artifacts,
    files: [],
    errors: [],
    collected: { truth: now, stated: now + SECOND, uptime: DAY, bootId: "a" },
  };
}

test("300 made-up logs with steps: true times lie inside, no wider than what lies between the right stretches", async () => {
  const all: (Compared & { seed: number })[] = [];
  for (let seed = 1; seed <= 300; seed++) {
    const { compared } = await placeNode(simulateLog(seed));
    all.push(...compared.map((own) => ({ ...own, seed })));
  }
  const wrong = all.filter(({ outside, lo }) => outside > 0 || lo === null);
  const told = wrong
    .slice(0, 5)
    .map(({ seed, outside, basis }) => `seed ${seed}: ${basis}, ${outside / SECOND} s outside`);
  expect(1 - wrong.length / all.length, told.join("\n")).toBeGreaterThanOrEqual(0.999);
  const stepped = all.filter(({ basis }) => basis !== "exact");
  expect(stepped.length).toBeGreaterThan(1000);
  const ratios = all
    .map(({ said, lo, hi }) => ((hi ?? 0) - (lo ?? 0)) / (said.injected ?? 1))
    .toSorted((a, b) => a - b);
  expect(ratios[ratios.length >> 1]).toBeLessThanOrEqual(1);
});
