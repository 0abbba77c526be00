/** Lines of private keys in logs: a short line of one is known by the lines around it only. */
import type { Database } from "better-sqlite3";

const BEGINS = "secret:private-key";
const MOST_KEYS = 200;
/** Lines of a key of 16,384 bits, and more. */
const MOST_LINES = 260;
/** Events of other programs that may lie between. */
const REACH = 5_000;
const BASE64 = /^[A-Za-z0-9+/]{4,128}={0,2}$/;
const ENDS = /-----END [A-Z0-9 ]{0,30}PRIVATE KEY/;

/** Texts that end where a key begins, found while they are stored, as the line rules are. */
export const secretSignatures = [
  {
    id: BEGINS,
    match: [{ literals: ["PRIVATE KEY"], pattern: /-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----\s*$/ }],
    except: null,
  },
];

/**
 * What follows such a text from the same program in the same artifact, as long as it is base64. Of a key whose end is not
 * there, a line that could be a word is left out.
 */
export function keyLines(database: Database): string[] {
  const begins = database
    .prepare(
      `SELECT event.id, event.artifact, event.origin FROM match
       JOIN event ON event.text = match.text AND event.id BETWEEN match.first_event AND match.last_event
       WHERE match.rule = ? ORDER BY event.id LIMIT ${MOST_KEYS}`,
    )
    .all(BEGINS) as { id: number; artifact: number; origin: number }[];
  const next = database
    .prepare(
      `SELECT text.text FROM event JOIN text ON text.id = event.text
       WHERE event.id BETWEEN ? AND ? AND event.artifact = ? AND event.origin = ? ORDER BY event.id LIMIT ${MOST_LINES}`,
    )
    .pluck();
  const found = new Set<string>();
  for (const { id, artifact, origin } of begins) {
    const texts = (next.all(id + 1, id + REACH, artifact, origin) as string[]).map((text) => text.trim());
    const end = texts.findIndex((text) => !BASE64.test(text));
    const closed = ENDS.test(texts[end] ?? "");
    const body = end === -1 ? texts : texts.slice(0, end);
    for (const text of body) if (closed || /[\d=+/]/.test(text)) found.add(text);
  }
  return [...found];
}
