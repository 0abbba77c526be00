import { strikeEvidentSecrets } from "../report/redactor.ts";

/**
 * A last look over a finished output: what is a secret by its own form is struck out, and the user is told. Nothing
 * should be left to strike, so with CI=true it is a bug.
 */
export function lastLook(text: string, output: string): string {
  const { text: clean, struck } = strikeEvidentSecrets(text);
  if (struck === 0) return text;
  const message = `${String(struck)} places that look like secrets were still in the ${output}`;
  if (process.env["CI"] === "true") throw new Error(message);
  process.stderr.write(`coldcase: ${message}; they are struck out. Please report this as a bug.\n`);
  return clean;
}
