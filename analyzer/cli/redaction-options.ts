import { readFileSync } from "node:fs";
import type { RedactionOptions } from "../model/analysis.ts";
import { UsageError } from "./errors.ts";

/** As commander gives them: `--no-redact` makes `redact` false. */
export interface RedactionArguments {
  redact: boolean | string;
  redactWords?: string;
}

/** What the options say is to be masked. */
export function readRedaction({ redact: mode, redactWords }: RedactionArguments): RedactionOptions {
  const words = readWords(redactWords);
  if (mode === false) return { mode: "none", words };
  if (mode === "default" || mode === "strict") return { mode, words };
  throw new UsageError(`--redact ${String(mode)} is no mode`, "one of: default, strict; --no-redact masks nothing");
}

function readWords(path: string | undefined): string[] {
  if (path === undefined) return [];
  try {
    const lines = readFileSync(path, "utf8").split(/\r?\n/);
    return lines.map((line) => line.trim()).filter((line) => line.length >= 2);
  } catch (error) {
    throw new UsageError(
      `${path}: ${(error as Error).message}`,
      "--redact-words takes a text file with one word a line",
    );
  }
}
