/** Looks for words in many texts. Each key that is typed asks for a word that is a little longer than the one before. */

/** Of each text 1 when it holds the word, else 0. */
export type Search = (word: string) => Uint8Array;

const MOST_REMEMBERED = 8;

/**
 * A search in texts that are in lower case, for words that are. The last answers are remembered: a word is looked for
 * only in texts that hold a part of it.
 */
export function createSearch(texts: readonly string[]): Search {
  const known = new Map<string, Uint8Array>();
  return (word) => {
    const [part] = [...known.keys()].filter((one) => word.includes(one)).toSorted((a, b) => b.length - a.length);
    const candidates = part === undefined ? null : (known.get(part) ?? null);
    const hits = part === word && candidates ? candidates : look(texts, word, candidates);
    known.delete(word);
    known.set(word, hits);
    for (const oldest of known.keys()) if (known.size > MOST_REMEMBERED) known.delete(oldest);
    return hits;
  };
}

function look(texts: readonly string[], word: string, candidates: Uint8Array | null): Uint8Array {
  const hits = new Uint8Array(texts.length);
  for (let text = 0; text < texts.length; text += 1) {
    if (candidates !== null && candidates[text] === 0) continue;
    hits[text] = (texts[text] as string).includes(word) ? 1 : 0;
  }
  return hits;
}
