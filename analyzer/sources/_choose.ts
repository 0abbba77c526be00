import type { SourceParser } from "../model/source.ts";

/** What is known of a text before it is read. */
export interface Clue {
  /** Step kind of the collector's manifest. */
  kind: string | null;
  /** Command line that printed it, from a prompt in front of it. */
  command: string | null;
  /** Path inside the bundle, or the one a header in the text names. */
  path: string;
  /** The first lines. */
  head: string[];
}

const SURE = 0.5;
/** A line that is a date and nothing else. */
const SURE_ALONE = 0.9;
const BONUS = { kind: 0.6, command: 0.4, path: 0.3 };

/**
 * The source that reads a text: content decides, helped by manifest, command and path. A command alone is not enough
 * when the content is of another kind (`docker logs` may print an error of the daemon). Null when nothing fits.
 */
export function chooseSource(sources: SourceParser[], clue: Clue): SourceParser | null {
  const scored = sources.map((source) => {
    const content = source.sniff(clue.head);
    const hint =
      (clue.kind !== null && source.kinds.includes(clue.kind) ? BONUS.kind : 0) +
      (clue.command !== null && source.command?.test(clue.command) ? BONUS.command : 0) +
      (source.path?.test(clue.path) ? BONUS.path : 0);
    return { source, content, hint, score: content + hint };
  });
  const byContent = scored.filter(({ content, hint }) => content >= SURE || (content > 0 && hint > 0));
  const candidates = byContent.length > 0 ? byContent : scored.filter(({ hint }) => hint > 0);
  const best = candidates.reduce<(typeof scored)[number] | null>(
    (top, next) => (next.score > (top?.score ?? 0) ? next : top),
    null,
  );
  return best?.source ?? null;
}

/**
 * How many of the first lines somebody's `date` printed before what follows: a text saved without prompts may hold the
 * outputs of several commands.
 */
export function leadingDates(sources: SourceParser[], head: string[]): number {
  const clocks = sources.find(({ id }) => id === "clock-readings");
  const isDate = (line: string): boolean => line.trim() !== "" && (clocks?.sniff([line]) ?? 0) >= SURE_ALONE;
  const end = head.findIndex((line) => !isDate(line));
  return end === -1 || clocks === undefined || clocks.sniff(head.slice(end)) > 0 ? 0 : end;
}
