/** Texts kept for interning; beyond it the older half is forgotten, and a text may be stored twice. */
const INTERN_LIMIT = 1 << 17;
const GENERATION = INTERN_LIMIT / 2;
/** Longer texts are stored but not interned: they hardly repeat and would fill the map. */
const INTERN_LENGTH = 2_000;

/** Numbers of a use of a text: its id, the number of events that said it, the first and the last of them. */
export const USE_COLUMNS = 4;

export interface Interner {
  /** The id of what an event says; ids count up from 1. */
  id(text: string, event: number): number;
  /** Hands out the uses of all texts that are still remembered. */
  finish(): void;
}

interface InternerOptions {
  /** Called once for each new text, as it can be stored. */
  onText(text: string): void;
  /** Called when no event can add to the uses of some texts any more: `USE_COLUMNS` numbers for each, by id. */
  onUses(uses: Float64Array): void;
}

interface Generation {
  /** Places in `uses`. */
  texts: Map<string, number>;
  uses: Float64Array;
}

const newGeneration = (): Generation => ({ texts: new Map(), uses: new Float64Array(GENERATION * USE_COLUMNS) });

/** Gives equal texts one id, as long as they are remembered. Memory does not grow with the number of texts. */
export function createInterner({ onText, onUses }: InternerOptions): Interner {
  let recent = newGeneration();
  let older: Generation | null = null;
  let count = 0;

  const handOut = ({ texts, uses }: Generation): void => {
    if (texts.size > 0) onUses(uses.slice(0, texts.size * USE_COLUMNS));
  };

  function add(text: string, event: number): number {
    const id = ++count;
    onText(storable(text));
    if (text.length > INTERN_LENGTH) {
      onUses(Float64Array.of(id, 1, event, event));
      return id;
    }
    const at = recent.texts.size * USE_COLUMNS;
    recent.texts.set(text, at);
    recent.uses[at] = id;
    recent.uses[at + 1] = 1;
    recent.uses[at + 2] = event;
    recent.uses[at + 3] = event;
    if (recent.texts.size === GENERATION) {
      if (older !== null) handOut(older);
      older = recent;
      recent = newGeneration();
    }
    return id;
  }

  const again = (uses: Float64Array, at: number, event: number): number => {
    uses[at + 1] = (uses[at + 1] as number) + 1;
    uses[at + 3] = event;
    return uses[at] as number;
  };

  return {
    id(text, event) {
      const known = recent.texts.get(text);
      if (known !== undefined) return again(recent.uses, known, event);
      const knownBefore = older?.texts.get(text);
      return knownBefore === undefined || older === null ? add(text, event) : again(older.uses, knownBefore, event);
    },
    finish() {
      if (older !== null) handOut(older);
      handOut(recent);
      older = null;
      recent = newGeneration();
    },
  };
}

/** What SQLite can hold. NUL ends a text in some tools, and half of a surrogate pair has no UTF-8. */
function storable(text: string): string {
  const visible = text.includes("\0") ? text.replaceAll("\0", "␀") : text;
  return /\p{Surrogate}/u.test(visible) ? visible.replaceAll(/\p{Surrogate}/gu, "\ufffd") : visible;
}
