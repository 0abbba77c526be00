/** The level of lines that do not state it: dmesg and the journal's short form leave it out, other copies have it. */
import type { Database } from "better-sqlite3";
import { columnsOf } from "./columns.ts";

/** Gives each line whose level was assumed the one that another line of the same words states. */
export function shareLevels(database: Database): void {
  const columns = columnsOf(database);
  const texts = database.prepare("SELECT max(id) FROM text").pluck().get() as number | null;
  // One more than the level, of the first line that states it; 0 where none does.
  const stated = new Uint8Array((texts ?? 0) + 1);
  let assumed = 0;
  for (let id = 1; id <= columns.count; id++) {
    const text = columns.text(id);
    if (columns.isAssumed(id)) assumed += 1;
    else if (stated[text] === 0) stated[text] = columns.level(id) + 1;
  }
  if (assumed === 0) return;
  const update = database.prepare("UPDATE event SET level = ? WHERE id = ?");
  database.transaction(() => {
    for (let id = 1; id <= columns.count; id++) {
      if (!columns.isAssumed(id)) continue;
      const level = (stated[columns.text(id)] as number) - 1;
      if (level < 0 || level === columns.level(id)) continue;
      columns.setLevel(id, level);
      update.run(level, id);
    }
  })();
}
