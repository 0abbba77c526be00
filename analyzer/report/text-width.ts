/** Laying out text in the columns of a terminal. */

const ZERO_WIDTH = /^[\p{Mn}\p{Me}]$/u;
const DOUBLE_WIDTH =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u;

function characterWidth(character: string): number {
  if (character < "\u0300") return 1;
  if (ZERO_WIDTH.test(character)) return 0;
  return DOUBLE_WIDTH.test(character) ? 2 : 1;
}

/** How many columns the text takes in a terminal; tabs and control characters must be gone already. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** The text cut to at most `columns`, ending in `…` when something was cut. */
export function fit(text: string, columns: number): string {
  if (text.length <= columns && displayWidth(text) <= columns) return text;
  let [kept, width] = ["", 0];
  for (const character of text) {
    width += characterWidth(character);
    if (width > columns - 1) break;
    kept += character;
  }
  return columns < 1 ? "" : `${kept.trimEnd()}…`;
}

/** The end of the text, as much of it as fits into `columns`, after a `…` when something was cut. */
export function fitStart(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  const characters = Array.from(text.slice(-columns * 2));
  let [kept, width] = ["", 0];
  for (let index = characters.length - 1; index >= 0; index -= 1) {
    const character = characters[index] ?? "";
    width += characterWidth(character);
    if (width > columns - 1) break;
    kept = character + kept;
  }
  return `…${kept}`;
}

function splitWord(word: string, columns: number): string[] {
  const pieces: string[] = [];
  let [piece, width] = ["", 0];
  for (const character of word) {
    const size = characterWidth(character);
    if (width + size > columns) {
      pieces.push(piece);
      [piece, width] = ["", 0];
    }
    piece += character;
    width += size;
  }
  return [...pieces, piece];
}

/** The text in lines of at most `columns`, broken between words where possible; at most `limit` lines, the last cut. */
export function wrap(text: string, columns: number, limit: number): string[] {
  const bounded = text.length > columns * (limit + 1) ? text.slice(0, columns * (limit + 1)) : text;
  const words = bounded.split(/\s+/).filter((word) => word !== "");
  const pieces = words.flatMap((word) => (displayWidth(word) > columns ? splitWord(word, columns) : [word]));
  const lines: string[] = [];
  for (const piece of pieces) {
    const last = lines.at(-1);
    if (last !== undefined && displayWidth(last) + 1 + displayWidth(piece) <= columns) {
      lines[lines.length - 1] = `${last} ${piece}`;
    } else lines.push(piece);
  }
  if (lines.length <= limit) return lines;
  return [...lines.slice(0, limit - 1), fit(`${lines[limit - 1] ?? ""} ${"…".repeat(columns)}`, columns)].map((line) =>
    line.replace(/[\s.,;:]*…+$/u, "…"),
  );
}
