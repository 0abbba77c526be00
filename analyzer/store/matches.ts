import type { Database } from "better-sqlite3";
import { createInsert } from "./insert.ts";
import { saidIn, USE_COLUMNS } from "./interner.ts";
import type { Texts } from "./texts.ts";

/** What a line rule captured in a text. */
export interface TextMatch {
  rule: string;
  captures: Record<string, string>;
}

/**
 * What the line rules find in some texts: calls `visit` with the index of each in which they find something. Called with
 * each stored text once, in order.
 */
export type Match = (texts: Texts, visit: (index: number, matches: TextMatch[]) => void) => void;

/** A `Match`, and where a thread finds its own one: the default export of `module`, called with `argument`. */
export interface TextMatcher {
  match: Match;
  module: string;
  argument: unknown;
}

/**
 * Matches whose texts may still be said again, by the texts' ids. Captures are JSON: as parts of a text they would keep the
 * whole batch in memory that it came with.
 */
export type OpenMatches = Map<number, readonly KeptMatch[]>;

export interface KeptMatch {
  rule: string;
  captures: string;
}

const MOST_SHARED = 1_000;

/** Writes the rows of the table `match`, each when all of its events are known. */
export interface MatchRows {
  texts(first: number, texts: Texts): void;
  uses(uses: Float64Array): void;
  open: OpenMatches;
}

/** @param open what an earlier writer of the same store left */
export function createMatchRows(database: Database, match: Match, open: OpenMatches): MatchRows {
  const insert = createInsert(
    database,
    "match (rule, text, captures, events, first_event, last_event)",
    "(?, ?, ?, ?, ?, ?)",
  );
  const share = createSharer();
  return {
    open,
    texts: (first, texts) => match(texts, (index, matches) => void open.set(first + index, share(matches))),
    uses(uses) {
      const rows = rowsOf(uses, open);
      insert(rows.length, (values, row, count) => {
        for (let i = 0; i < count; i++) {
          const { rule, captures, at } = rows[row + i] as MatchRow;
          const to = 6 * i;
          values[to] = rule;
          values[to + 1] = uses[at] as number;
          values[to + 2] = captures;
          values[to + 3] = saidIn(uses, at);
          values[to + 4] = uses[at + 1] as number;
          values[to + 5] = uses[at + 2] as number;
        }
      });
    },
  };
}

interface MatchRow extends KeptMatch {
  /** Where in the uses its text is. */
  at: number;
}

/** The rows of texts whose uses are final; they are open no longer. */
function rowsOf(uses: Float64Array, open: OpenMatches): MatchRow[] {
  const rows: MatchRow[] = [];
  for (let at = 0; at < uses.length; at += USE_COLUMNS) {
    const id = uses[at] as number;
    for (const { rule, captures } of open.get(id) ?? []) rows.push({ rule, captures, at });
    open.delete(id);
  }
  return rows;
}

/** What many texts have alike is kept once, as long as it is remembered. */
function createSharer(): (matches: TextMatch[]) => readonly KeptMatch[] {
  const shared = new Map<string, readonly KeptMatch[]>();
  return (matches) => {
    const kept = matches.map(({ rule, captures }) => ({ rule, captures: JSON.stringify(captures) }));
    const key = kept.map(({ rule, captures }) => `${rule} ${captures}`).join("\n");
    const known = shared.get(key);
    if (known !== undefined) return known;
    if (shared.size === MOST_SHARED) shared.clear();
    shared.set(key, kept);
    return kept;
  };
}
