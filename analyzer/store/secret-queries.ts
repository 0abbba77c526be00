/** Secrets that only the lines around them give away: lines of private keys, values of Secrets and of named variables. */
import type { Database } from "better-sqlite3";

const BEGINS = "secret:private-key";
const NAMES = "secret:name";
const OPTION = "secret:option";
const OBJECT = "secret:object";
const MOST_KEYS = 200;
/** Lines of a key of 16,384 bits, and more. */
const MOST_LINES = 260;
/** Events of other programs that may lie between. */
const REACH = 5_000;
const MOST_PLACES = 500;
/** Lines of one object. */
const OBJECT_REACH = 300;
const BASE64 = /^[A-Za-z0-9+/]{4,128}={0,2}$/;
const ENDS = /-----END [A-Z0-9 ]{0,30}PRIVATE KEY/;

/** Texts that end where a key begins, found while they are stored, as the line rules are. */
export const secretSignatures = [
  {
    id: BEGINS,
    match: [{ literals: ["PRIVATE KEY"], pattern: /-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----\s*$/ }],
    except: null,
  },
  {
    id: NAMES,
    match: [
      {
        literals: ["pass", "pwd", "secret", "token", "key", "credential"],
        pattern:
          /^\s{0,200}(?:- )?["']?name["']?\s{0,4}:\s{0,4}["']?[\w.-]{0,80}(?:pass|pwd|secret|token|key|credential)[\w.-]{0,80}["']?,?\s{0,4}$/i,
      },
    ],
    except: null,
  },
  {
    id: OPTION,
    match: [
      {
        literals: ["password", "passwd", "passphrase", "secret", "token", "psk"],
        pattern: /^\s{0,200}(?:- )?["']?--[\w-]{0,60}(?:password|passwd|passphrase|secret|token|psk)["']?,?\s{0,4}$/i,
      },
    ],
    except: null,
  },
  {
    id: OBJECT,
    match: [{ literals: ["Secret"], pattern: /^\s{0,200}["']?kind["']?\s{0,4}:\s{0,4}["']?Secret["']?,?\s{0,4}$/ }],
    except: null,
  },
];

export interface NeighbourSecrets {
  /** Lines of private keys. */
  keyLines: string[];
  /** What stands alone in a line, or after the colon of one. */
  namedValues: string[];
}

/** What must not leave, although no line says so of itself. */
export function neighbourSecrets(database: Database): NeighbourSecrets {
  return {
    keyLines: keyLines(database),
    namedValues: [...new Set([...following(database), ...dataOfSecrets(database)])],
  };
}

/** The events whose text has a signature. */
function placesOf(database: Database, rule: string): { id: number; artifact: number }[] {
  return database
    .prepare(
      `SELECT DISTINCT event.id, event.artifact FROM match
       JOIN event ON event.text = match.text AND event.id BETWEEN match.first_event AND match.last_event
       WHERE match.rule = ? ORDER BY event.id LIMIT ${MOST_PLACES}`,
    )
    .all(rule) as { id: number; artifact: number }[];
}

/** `value: …` in the line after `- name: DB_PASSWORD`, and the word in the line after `--password`. */
const FOLLOWING: readonly (readonly [rule: string, next: RegExp])[] = [
  [NAMES, /^\s*["']?value["']?\s{0,4}:\s{0,4}(?<value>\S.*)$/],
  [OPTION, /^\s*(?:- )?(?<value>[^\s-].*)$/],
];

function following(database: Database): string[] {
  const textOf = database
    .prepare("SELECT text.text FROM event JOIN text ON text.id = event.text WHERE event.id = ? AND artifact = ?")
    .pluck();
  return FOLLOWING.flatMap(([rule, value]) =>
    placesOf(database, rule).flatMap(({ id, artifact }) => {
      const next = textOf.get(id + 1, artifact) as string | undefined;
      return unquoted(value.exec(next ?? "")?.groups?.["value"]);
    }),
  );
}

const DATA = /^(?<indent>\s*)["']?(?:data|stringData)["']?\s{0,4}:\s{0,4}\{?\s*$/;
const PAIR = /^(?<indent>\s*)["']?[\w.-]{1,253}["']?\s{0,4}:\s{0,4}(?<value>\S.*)$/;

/** The values below `data:` of an object of kind Secret, before or after the line that says its kind. */
function dataOfSecrets(database: Database): string[] {
  const around = database
    .prepare(
      `SELECT text.text FROM event JOIN text ON text.id = event.text
       WHERE event.id BETWEEN ? AND ? AND event.artifact = ? ORDER BY event.id`,
    )
    .pluck();
  return placesOf(database, OBJECT).flatMap(({ id, artifact }) => {
    let indent = -1;
    return (around.all(id - OBJECT_REACH, id + OBJECT_REACH, artifact) as string[]).flatMap((text) => {
      const opens = DATA.exec(text)?.groups?.["indent"];
      if (opens !== undefined) indent = opens.length;
      const pair = opens === undefined && indent >= 0 ? PAIR.exec(text)?.groups : undefined;
      if (opens === undefined && (pair?.["indent"]?.length ?? -1) <= indent) indent = -1;
      return indent >= 0 ? unquoted(pair?.["value"]) : [];
    });
  });
}

function unquoted(value: string | undefined): string[] {
  const bare =
    value
      ?.trim()
      .replace(/,$/, "")
      .replace(/^(["'])(.*)\1$/, "$2") ?? "";
  return bare.length >= 3 && !/^[$‹|>{[]/.test(bare) ? [bare] : [];
}

/**
 * What follows such a text from the same program in the same artifact, as long as it is base64. Of a key whose end is not
 * there, a line that could be a word is left out.
 */
function keyLines(database: Database): string[] {
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
