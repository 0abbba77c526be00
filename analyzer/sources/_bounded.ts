/**
 * Rows of tables and listings are short. A source that matches them with regular expressions is kept from lines that a
 * damaged or hostile file made very long, so that no expression can take minutes over one of them.
 */
import type { SourceParser } from "../model/source.ts";
import { emitForeign } from "./_path-error.ts";

/** Twice the longest path, with room for the columns. */
const LONGEST = 10_240;
/** Columns are padded by less; an expression with several of them in it takes the third power of a run of blanks. */
const PADDING = /\s{1000}/;

const fits = (text: string): boolean => text.length <= LONGEST && !(text.length > 1_000 && PADDING.test(text));

/** The source, with longer lines handed to nobody but the text search. `except` names lines that may be long. */
export function bounded(source: SourceParser, except?: RegExp): SourceParser {
  return {
    ...source,
    sniff: (head) => source.sniff(head.filter(fits)),
    open(context) {
      const reader = source.open(context);
      return {
        line(line) {
          if (fits(line.text) || except?.test(line.text)) reader.line(line);
          else emitForeign(line, context.sink, "a line of this format");
        },
        end: () => reader.end(),
      };
    },
  };
}
