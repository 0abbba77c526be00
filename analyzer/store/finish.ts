import type { Database } from "better-sqlite3";
import type { Finding } from "../model/rule.ts";

/** Stores the findings for the view of that name. */
export function writeFindings(database: Database, findings: Finding[]): void {
  const insert = database.prepare("INSERT OR REPLACE INTO finding VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (const { findingId, id, cause, layer, role, severity, confidence, title, summary, active, window } of findings) {
    const state = active === null ? null : Number(active);
    const place = [window?.lo ?? null, window?.hi ?? null, window?.basis ?? null];
    insert.run(findingId, id, cause, layer, role, severity, confidence, title, summary, state, ...place);
  }
}

/** Notes where the store came from. */
export function finishStore(database: Database, origin: Record<string, string>): void {
  const insert = database.prepare("INSERT OR REPLACE INTO meta VALUES (?, ?)");
  for (const [key, value] of Object.entries(origin)) insert.run(key, value);
}

/** Fills the full-text index of a store without a file, which has none by itself. */
export function indexTexts(database: Database): void {
  database.exec("INSERT INTO text_fts (text_fts) VALUES ('rebuild')");
}
