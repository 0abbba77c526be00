/** Puts what a simulated node said into a store, places it, and compares every interval with the truth. */
import type { Database } from "better-sqlite3";
import { placeTimes } from "../../analyzer/clock-pass.ts";
import type { AnalysisOptions } from "../../analyzer/model/analysis.ts";
import type { ClockFact, Ext4Fact } from "../../analyzer/model/fact.ts";
import type { TimeReading } from "../../analyzer/model/time.ts";
import { SECOND } from "../../analyzer/model/time.ts";
import { textMatcher } from "../../analyzer/rules/matcher.ts";
import { loadRules } from "../../analyzer/rules/registry.ts";
import { createStore } from "../../analyzer/store/open.ts";
import { emptyExt4 } from "../../analyzer/sources/_ext4.ts";
import { createWriter } from "../../analyzer/store/writer.ts";
import { ZONE } from "./simulate-node.ts";
import type { Said, SimulatedNode } from "./simulate-node.ts";

export interface Compared {
  said: Said;
  path: string;
  lo: number | null;
  hi: number | null;
  basis: string | null;
  /** µs by which the truth lies outside of the interval. */
  outside: number;
}

const OPTIONS: AnalysisOptions = { timezone: null, year: null, collectedAt: null, rules: null, version: "test" };
const matcher = loadRules(null).then((rules) => textMatcher(rules.filter(({ id }) => id === "clock-line")));
const line = { text: "", number: 1, byteOffset: 0, byteLength: 1 };

/** Every event of a node with the interval that it is given. */
export async function placeNode(
  node: SimulatedNode,
): Promise<{ compared: Compared[]; clock: ReturnType<typeof placeTimes> }> {
  const database = await createStore("");
  try {
    const writer = createWriter(database, await matcher);
    for (const { path, source, said } of node.artifacts) {
      const id = writer.artifact(path, null, null);
      said.forEach(({ draft }, index) =>
        writer.event(id, { ...draft, line: { ...line, number: index + 1, byteOffset: index } }),
      );
      writer.finishArtifact(id, source, said.length, said.length);
    }
    writeClock(writer, node);
    writeFacts(writer, node);
    await writer.finish();
    const clock = placeTimes(database, null, OPTIONS);
    return { compared: compare(database, node), clock };
  } finally {
    database.close();
  }
}

function writeClock(writer: ReturnType<typeof createWriter>, { collected }: SimulatedNode): void {
  const id = writer.artifact("clock/date.txt", null, null);
  const empty: ClockFact = {
    reading: "collection",
    time: null,
    seconds: null,
    zone: ZONE,
    bootId: null,
    synchronized: null,
  };
  const stated = Math.floor(collected.stated / SECOND) * SECOND;
  const time = { stated, clock: "utc" as const, precision: SECOND };
  writer.fact(id, "clock", "collection", { ...empty, time, bootId: collected.bootId }, line);
  writer.fact(
    id,
    "clock",
    "uptime",
    { ...empty, reading: "uptime", zone: null, seconds: collected.uptime / SECOND },
    line,
  );
  writer.finishArtifact(id, "clock-readings", 1, 1);
}

/** mtimes of files as `ls` or tar tell them, and times of errors as dumpe2fs does. */
function writeFacts(writer: ReturnType<typeof createWriter>, { files, errors }: SimulatedNode): void {
  const id = writer.artifact("disk/times.txt", null, null);
  const file = { type: "file" as const, mode: "-rw-r--r--", size: 1, inode: null, target: null };
  files.forEach(({ draft }, at) => {
    const path = `/files/${at}`;
    writer.fact(id, "directory-entry", path, { ...file, path, modified: readingOf(draft) }, line);
  });
  errors.forEach(({ draft }, at) => {
    writer.fact(id, "ext4", `/errors/${at}`, { ...NO_ERROR, lastErrorTime: readingOf(draft) }, line);
  });
  writer.finishArtifact(id, "file-status", 1, 1);
}

function readingOf({ stated, clock, precision }: Said["draft"]): TimeReading {
  return { stated: stated ?? 0, clock, precision };
}

const NO_ERROR: Ext4Fact = {
  ...emptyExt4("superblock", "mmcblk0p2"),
  state: "clean with errors",
  lastMountedOn: "/",
  errorCount: 1,
};

function compare(database: Database, node: SimulatedNode): Compared[] {
  const rows = database.prepare("SELECT lo, hi, basis FROM timeline ORDER BY id").all() as Row[];
  const all = node.artifacts.flatMap(({ path, said }) => said.map((own) => ({ said: own, path })));
  const events = all.map(({ said, path }, index) => comparedWith(path, said, rows[index]));
  const placed = database
    .prepare(
      "SELECT key, lo, hi, basis FROM fact JOIN fact_time ON fact = id WHERE kind IN ('directory-entry', 'ext4')",
    )
    .all() as (Row & { key: string })[];
  const byKey = new Map(placed.map((row) => [row.key, row]));
  const facts = Object.entries({ files: node.files, errors: node.errors }).flatMap(([path, said]) =>
    said.map((own, at) => comparedWith(`${path}/`, own, byKey.get(`/${path}/${at}`))),
  );
  return [...events, ...facts];
}

type Row = Pick<Compared, "lo" | "hi" | "basis">;

function comparedWith(
  path: string,
  said: Said,
  { lo, hi, basis }: Row = { lo: null, hi: null, basis: null },
): Compared {
  const outside = lo === null || hi === null ? 0 : Math.max(0, lo - said.truth, said.truth - hi);
  return { said, path, lo, hi, basis, outside };
}
