/** Who says a thing: the names of witnesses, and which of them a bundle would have heard. */
import type { Database } from "better-sqlite3";
import type { Visibility } from "../model/comparison.ts";
import type { FactKind } from "../model/fact.ts";
import { eventById } from "../store/queries.ts";

const A_COMMAND = "the error of a command";
/** Programs that people run to look; what they complain of is one witness, whichever of them said it. */
const COMMANDS = new Set(["ls", "cat", "stat", "find", "head", "tail", "cp", "tar", "du", "rm", "docker"]);

/** What a kind of fact is called as a witness. */
const WITNESSES: Partial<Record<FactKind, string>> = {
  "path-error": A_COMMAND,
  "directory-entry": "a directory listing",
  ext4: "ext4's own error counters",
  container: "the runtime's list of containers",
  "disk-usage": "df",
};

/** The name of a fact's witness. */
export function factWitness(kind: FactKind): string {
  return WITNESSES[kind] ?? kind;
}

/** The name of a line's witness. */
export function eventWitness(origin: string): string {
  return COMMANDS.has(origin) ? A_COMMAND : origin;
}

function lastWords(database: Database): Map<string, number | null> {
  const rows = database
    .prepare(
      `SELECT origin.name AS name, max(event.id) AS id FROM event JOIN origin ON origin.id = event.origin
       WHERE event.stated IS NOT NULL GROUP BY event.origin, event.artifact`,
    )
    .all() as { name: string; id: number }[];
  const found = new Map<string, number | null>();
  for (const { name } of database.prepare("SELECT name FROM origin").all() as { name: string }[]) {
    found.set(eventWitness(name), null);
  }
  for (const { name, id } of rows) {
    const at = eventById(database, id).at;
    const known = found.get(eventWitness(name)) ?? null;
    if (at) found.set(eventWitness(name), known === null ? at.best : Math.max(known, at.best));
  }
  return found;
}

/**
 * What the bundle in this store would have shown.
 * @param refused artifacts that the collector could not read whole
 */
export function visibilityOf(database: Database, refused: Set<string>): Visibility {
  const kinds = database.prepare("SELECT DISTINCT kind FROM fact").pluck().all() as FactKind[];
  const states = new Set(kinds.map(factWitness));
  const words = lastWords(database);
  const artifact = database.prepare("SELECT 1 FROM artifact WHERE path = ? AND source IS NOT NULL");
  const under = database.prepare(
    "SELECT 1 FROM fact WHERE kind = 'directory-entry' AND key > ? AND key < ? AND instr(substr(key, ?), '/') = 0 LIMIT 1",
  );
  const itself = database.prepare("SELECT 1 FROM fact WHERE kind = 'directory-entry' AND key = ? LIMIT 1");
  const hasEntries = (directory: string): boolean => {
    const prefix = directory === "/" ? "/" : `${directory}/`;
    return under.get(prefix, `${prefix}\u{10ffff}`, prefix.length + 1) !== undefined;
  };
  return {
    witness: (name) => {
      if (states.has(name)) return "state";
      const until = words.get(name);
      return until === undefined ? null : { until };
    },
    artifact: (path) => !refused.has(path) && artifact.get(path) !== undefined,
    listed: (path) => {
      const steps = path.split("/").filter((step) => step !== "");
      for (let depth = steps.length; depth > 0; depth--) {
        const parent = `/${steps.slice(0, depth - 1).join("/")}`;
        if (!hasEntries(parent)) continue;
        return depth === steps.length || itself.get(`/${steps.slice(0, depth).join("/")}`) === undefined;
      }
      return false;
    },
  };
}
