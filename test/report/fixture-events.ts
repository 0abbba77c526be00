import type { EventPlace, ReportEvents } from "../../analyzer/model/events.ts";

const EXACT: EventPlace = {
  basis: "exact",
  clock: "utc",
  shift: 0,
  before: 0,
  after: 0,
  precision: 1000,
  lo: null,
  hi: null,
};

/** Four events: two of one shape, one in local time without a year, one without a time. */
export function tinyEvents(): ReportEvents {
  return {
    version: 1,
    total: 4,
    thinning: null,
    origins: [
      { name: "kubelet", total: 3, kept: 3 },
      { name: "</script><b>kernel", total: 1, kept: 1 },
    ],
    artifacts: [
      { path: "journal/journal.txt", id: "0a1b2c3d" },
      { path: "kernel/dmesg.txt", id: "4e5f6071" },
    ],
    texts: ["EXT4-fs error </script><script>alert(1)</script>", "node 1 not found", "node 2 not found"],
    shapes: [1, 2],
    places: [
      EXACT,
      { ...EXACT, basis: "year-inferred", clock: "local-no-year", shift: 3600_000_000, precision: 1_000_000 },
      { ...EXACT, basis: null, clock: "none" },
    ],
    unset: [[1, 33_000_000]],
    columns: {
      time: [1_509_862_077_000_000, 0, 1_000_000, 500],
      place: [0, 2, 1, 0],
      level: [3, 6, 2, 4],
      origin: [0, 0, 1, 0],
      text: [1, 2, 0, 1],
      artifact: [0, 0, 1, 0],
      line: [1, 1, 7, 3],
    },
  };
}
