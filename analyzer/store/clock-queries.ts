/** Lines that the clock model looks at. */
import type { Database } from "better-sqlite3";

/** A line with its store id; `stated` as written, in µs. */
export interface LineRow {
  event: number;
  origin: string;
  text: string;
  stated: number | null;
}

const COLUMNS = "event.id AS event, origin.name AS origin, text.text AS text, event.stated AS stated";
const JOINS = "JOIN origin ON origin.id = event.origin JOIN text ON text.id = event.text";
const MOST_LINES = 5_000;
/** µs between the wall times of two lines that belong to one moment. */
const NEAR = 10_000_000;

/** Lines of one artifact around an event: on either side those within ten seconds of it, by their own clock. */
export function linesAround(database: Database, event: number, count: number): LineRow[] {
  const side = (condition: string, order: string): LineRow[] => {
    const rows = database
      .prepare(
        `SELECT ${COLUMNS} FROM event ${JOINS}
         WHERE event.id ${condition} ? AND event.artifact = (SELECT artifact FROM event WHERE id = ?)
         ORDER BY event.id ${order} LIMIT ?`,
      )
      .all(event, event, count) as LineRow[];
    const at = rows.find(({ stated }) => stated !== null)?.stated ?? null;
    return rows.filter(({ stated }) => stated === null || at === null || Math.abs(stated - at) <= NEAR);
  };
  return [...side("<", "DESC").toReversed(), ...side(">=", "ASC")];
}

/** The lines whose texts `query` selects, in bundle order. Most bundles have none: then no event is looked at. */
function linesOf(database: Database, query: string, condition = ""): LineRow[] {
  const texts = database.prepare(query).pluck().all() as number[];
  if (texts.length === 0) return [];
  return database
    .prepare(
      `SELECT ${COLUMNS} FROM event ${JOINS} WHERE event.text IN (SELECT value FROM json_each(?)) ${condition}
       ORDER BY event.id LIMIT ${MOST_LINES}`,
    )
    .all(JSON.stringify(texts)) as LineRow[];
}

/** What programs say of a clock that was not set, restored, stepped or synchronized, in bundle order. */
export function clockLines(database: Database): LineRow[] {
  // The range of first letters rules most texts out at a fraction of what GLOB costs; so below.
  return linesOf(
    database,
    `SELECT text FROM match WHERE rule = 'clock-line'
     UNION SELECT id FROM text WHERE text >= 'C' AND text < 'T' AND (text GLOB 'Selected source *'
       OR text GLOB 'Contacted time server *' OR text GLOB 'Initial clock synchronization *')`,
  );
}

/** The last words of a machine that is shut down in order (systemd src/shutdown/shutdown.c, src/journal/journald.c). */
export function shutdownLines(database: Database): LineRow[] {
  return linesOf(
    database,
    `SELECT id FROM text WHERE text >= 'J' AND text < 'T' AND (text = 'Journal stopped' OR text GLOB 'Powering off*'
       OR text GLOB 'Rebooting*' OR text GLOB 'Shutting down.' OR text GLOB 'Reached target *Shutdown*'
       OR text GLOB 'Reached target *Power-Off*' OR text GLOB 'Reached target *System Power Off*')`,
    "AND origin.name IN ('systemd', 'systemd-shutdown', 'systemd-journald', 'kernel')",
  );
}
