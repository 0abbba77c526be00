/** Texts kept for interning; beyond it the older half is forgotten, and a text may be stored twice. */
const INTERN_LIMIT = 1 << 17;
/** Longer texts are stored but not interned: they hardly repeat and would fill the map. */
const INTERN_LENGTH = 2_000;
const LONE_SURROGATE = /\p{Surrogate}/u;
const LONE_SURROGATES = /\p{Surrogate}/gu;

/** What a line rule captured in a text. */
export interface TextMatch {
  rule: string;
  captures: Record<string, string>;
}

/** A text that rules matched, with the events that said it. */
export interface MatchedText {
  id: number;
  matches: TextMatch[];
  events: number;
  firstEvent: number;
  lastEvent: number;
}

export interface Interner {
  /** The id of what an event says; ids count up from 1. */
  id(text: string, event: number): number;
  /** Hands out the matched texts that are still remembered. */
  finish(): void;
}

interface InternerOptions {
  /** Called once for each new text, as it can be stored; gives what the rules find in it. */
  onText(id: number, text: string): TextMatch[];
  /** Called for each matched text when no event can add to it any more. */
  onMatched(text: MatchedText): void;
}

interface Generation {
  texts: Map<string, number | MatchedText>;
  matched: MatchedText[];
}

const newGeneration = (): Generation => ({ texts: new Map(), matched: [] });

/** Gives equal texts one id, as long as they are remembered. Memory does not grow with the number of texts. */
export function createInterner({ onText, onMatched }: InternerOptions): Interner {
  let recent = newGeneration();
  let older = newGeneration();
  let count = 0;

  function add(text: string, event: number): number {
    const id = ++count;
    const matches = onText(id, storable(text));
    const matched = matches.length === 0 ? null : { id, matches, events: 1, firstEvent: event, lastEvent: event };
    if (text.length > INTERN_LENGTH) {
      if (matched !== null) onMatched(matched);
      return id;
    }
    recent.texts.set(text, matched ?? id);
    if (matched !== null) recent.matched.push(matched);
    if (recent.texts.size >= INTERN_LIMIT / 2) {
      older.matched.forEach(onMatched);
      older = recent;
      recent = newGeneration();
    }
    return id;
  }

  return {
    id(text, event) {
      const known = recent.texts.get(text) ?? older.texts.get(text);
      if (known === undefined) return add(text, event);
      if (typeof known === "number") return known;
      known.events += 1;
      known.lastEvent = event;
      return known.id;
    },
    finish() {
      older.matched.forEach(onMatched);
      recent.matched.forEach(onMatched);
      older = newGeneration();
      recent = newGeneration();
    },
  };
}

/** What SQLite can hold. NUL ends a text in some tools, and half of a surrogate pair has no UTF-8. */
function storable(text: string): string {
  const visible = text.includes("\0") ? text.replaceAll("\0", "␀") : text;
  return LONE_SURROGATE.test(visible) ? visible.replaceAll(LONE_SURROGATES, "\ufffd") : visible;
}
