/** A program's own SQLite file is damaged: not the cluster's, which kine-database-damaged tells of. */
import type { FindingDraft } from "../model/rule.ts";
import type { Damaged } from "./_sqlite.ts";
import { damagedDatabases, isOfCluster, programOf } from "./_sqlite.ts";
import { windowOf } from "./_time.ts";
import type { RuleView, StructuralRule } from "./types.ts";

function draftFor(program: string, said: Damaged[]): FindingDraft {
  const count = said.reduce((sum, entry) => sum + entry.count, 0);
  const what = [...new Set(said.map((entry) => entry.what))].slice(0, 3).join(", ");
  return {
    subject: program,
    title: `The SQLite database of a program is damaged (${program}): ${what}`,
    summary: `SQLite says in the log of ${program}, ${count === 1 ? "once" : `${count} times`}: ${what}. This is the program's own file, not the state of a cluster.`,
    confidence: "likely",
    window: windowOf(said.flatMap((entry) => [entry.first.at, entry.last.at])),
    active: null,
    count,
    counted: "line",
    evidence: said.slice(0, 8).map((entry) => entry.first),
    entities: [],
  };
}

function evaluate(view: RuleView): FindingDraft[] {
  const programs = new Map<string, Damaged[]>();
  for (const entry of damagedDatabases(view)) {
    if (isOfCluster(entry.first)) continue;
    const program = programOf(entry.first);
    programs.set(program, [...(programs.get(program) ?? []), entry]);
  }
  return [...programs].slice(0, 10).map(([program, said]) => draftFor(program, said));
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "program-database-damaged",
  title: "The SQLite database of a program is damaged",
  passTitle: "No program said that its SQLite database is damaged",
  why: "Many programs keep what they know in a SQLite file. A loss of power, a full or failing disk, or two copies that write to one file (as on a network share) may spoil it. The rest of the node is not touched by it.",
  layer: "workload",
  role: "effect",
  cause: "datastore-corruption",
  severity: "major",
  confidence: "likely",
  explains: ["crash-loop", "container-restarting"],
  remedy: [
    {
      text: "See whether the disk or its filesystem complains as well.",
      command: "sudo dmesg -T | grep -iE 'EXT4-fs|I/O error|mmc|voltage'; df -h",
      risk: "safe",
    },
    {
      text: "Stop the program, and keep a copy of the database with the -wal and -shm files beside it.",
      command: "sudo cp -a /<directory of the database> /root/database-before",
      risk: "backup",
    },
    {
      text: "Save what can be read into a new file and put it in the place of the old one, or let the program begin with an empty one.",
      command: "sqlite3 /root/database-before/<file>.db .recover | sqlite3 /root/new.db",
      risk: "change",
    },
  ],
  references: ["https://www.sqlite.org/howtocorrupt.html"],
  needs: ["logs"],
  evaluate,
  cases: {
    fires: [
      { "recorder.log": "(sqlite3.DatabaseError) database disk image is malformed\n" },
      { "FTL.log": "SQLite3 message: database corruption at line 70211 of [0a1b2c3d4e] (11)\n" },
    ],
    quiet: [{ "log.txt": "building kine: file is not a database\n" }],
  },
};

export default rule;
