import { describe, expect, it } from "vitest";
import { sourceLanes } from "../../analyzer/client/source-lanes.ts";
import { createTable } from "../../analyzer/client/table.ts";
import type { ReportEvents } from "../../analyzer/model/events.ts";
import type { ReportGap } from "../../analyzer/model/report.ts";

const MINUTE = 60_000;

/** Two files: `a.log` with lines of both sources from minute 10 to 50, `b.log` with one of `web` at minute 70. */
function events(): ReportEvents {
  const minutes = [10, 20, 50, 70];
  return {
    version: 1,
    total: 4,
    thinning: null,
    origins: ["kernel", "web"].map((name) => ({ name, total: 2, kept: 2 })),
    artifacts: [
      { path: "a.log", id: "0000000a" },
      { path: "b.log", id: "0000000b" },
    ],
    texts: ["one"],
    shapes: [1],
    places: [{ basis: "exact", clock: "utc", shift: 0, before: 0, after: 0, precision: 1, lo: null, hi: null }],
    unset: [],
    columns: {
      time: minutes.map((minute, index) => (minute - (minutes[index - 1] ?? 0)) * MINUTE * 1000),
      place: [0, 0, 0, 0],
      level: [6, 6, 6, 6],
      origin: [0, 1, 0, 1],
      text: [0, 0, 0, 0],
      artifact: [0, 0, 0, 1],
      line: [1, 1, 1, 1],
    },
  };
}

const extent = { from: 0, to: 100 * MINUTE };

function gapsOf(pauses: { gap: ReportGap; range: { from: number; to: number } }[]): Record<string, number[][]> {
  const { lanes } = sourceLanes(createTable(events()), 3, extent, pauses);
  return Object.fromEntries(
    lanes.map(({ name, gaps }) => [name, gaps.map(({ from, to }) => [from / MINUTE, to / MINUTE])]),
  );
}

describe("lanes of sources", () => {
  it("are hatched where no file that holds their lines reaches", () => {
    expect(gapsOf([])).toEqual({
      "lines of kernel": [
        [0, 10],
        [50, 100],
      ],
      "lines of web": [
        [0, 10],
        [50, 70],
        [70, 100],
      ],
    });
  });

  it("are hatched in the pauses of their files, and not in those of others", () => {
    const gap: ReportGap = { artifact: "a.log", from: null, to: null, kind: "power-off", detail: "" };
    const pause = { gap, range: { from: 25 * MINUTE, to: 45 * MINUTE } };
    expect(gapsOf([pause])["lines of kernel"]).toEqual([
      [0, 10],
      [25, 45],
      [50, 100],
    ]);
    expect(gapsOf([{ ...pause, gap: { ...gap, artifact: "other.log" } }])).toEqual(gapsOf([]));
  });

  it("know which lane an origin has, and where it begins and ends", () => {
    const { lanes, laneOfOrigin } = sourceLanes(createTable(events()), 3, extent, []);
    expect([...laneOfOrigin]).toEqual([3, 4]);
    expect(lanes.map(({ span }) => span)).toEqual([
      { from: 10 * MINUTE, to: 50 * MINUTE },
      { from: 20 * MINUTE, to: 70 * MINUTE },
    ]);
  });
});
