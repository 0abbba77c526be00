/** Rows of the summary in the terminal, and commands that the shell takes as they are printed. */
import type { Severity } from "../model/words.ts";
import { displayWidth } from "./text-width.ts";

export type Style = "plain" | "bold" | "dim" | "accent" | Severity | "good";
export type Run = [text: string, style?: Style];
export type Row = Run[];

const MOST_LINES = 5;
/** A word of a shell: quoted parts belong to it whole. */
const WORD = /(?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s'"\\])+/g;

/**
 * A long command in lines that the shell joins again: broken between words, never inside of quotes or before a comment.
 * Null when a word does not fit, or there would be too many lines.
 */
export function commandLines(line: string, room: number): string[] | null {
  if (displayWidth(line) <= room) return [line];
  const words = line.match(WORD) ?? [];
  if (words.join(" ") !== line || words.some((word) => word.startsWith("#"))) return null;
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && displayWidth(`${last} ${word}`) <= room - 4) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  if (lines.length > MOST_LINES || lines.some((part) => displayWidth(part) > room - 4)) return null;
  return lines.map((part, index) => `${index ? "  " : ""}${part}${index < lines.length - 1 ? " \\" : ""}`);
}

/** The first `most` lines of a command, after a prompt. */
export function command(text: string | null | undefined, width: number, most = 2): Row[] {
  const lines = (text ?? "").split("\n").filter((line) => line.trim() !== "");
  return lines.slice(0, most).flatMap((line): Row[] => {
    const parts = commandLines(line.replaceAll("\t", " "), width - 7);
    if (!parts) return [[["     (a long command: see the report)", "dim"]]];
    return parts.map((part, index): Row => [
      [index === 0 ? "     $ " : "       ", "dim"],
      [part, "accent"],
    ]);
  });
}
