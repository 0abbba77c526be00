import { BundleError } from "../bundle/errors.ts";
import { DifferentNodes } from "../compare.ts";
import { RuleError } from "../rules/_rule-error.ts";
import { StoreUnavailable } from "../store/open.ts";

/** Wrong use of the command line, or an output that cannot be written. */
export class UsageError extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

export const EXIT = { ok: 0, findings: 1, usage: 2, bug: 70, interrupted: 130 } as const;

/** What to print for an error, and the exit code: known failures are a line and a hint, others a stack. */
export function explainError(error: unknown): { lines: string[]; exit: number } {
  if (error instanceof BundleError || error instanceof UsageError) {
    return { lines: [`coldcase: ${error.message}`, `hint: ${error.hint}`], exit: EXIT.usage };
  }
  if (error instanceof DifferentNodes) {
    const hint = "analyse them one at a time: a report on several bundles compares the states of one node";
    return { lines: [`coldcase: ${error.message}`, `hint: ${hint}`], exit: EXIT.usage };
  }
  if (error instanceof RuleError || codeOf(error) === "COLDCASE_RULE") {
    const hint = "analyzer/rules/README.md tells how a rule is written; coldcase rules --test <dir> tries yours";
    return { lines: [`coldcase: ${(error as Error).message}`, `hint: ${hint}`], exit: EXIT.usage };
  }
  if (error instanceof StoreUnavailable) {
    const reason =
      "the native part of better-sqlite3 is missing (its install script was blocked, or Node was exchanged)";
    const line = `coldcase: ${reason}; run: ${forgetInstall()}npx --allow-scripts=better-sqlite3 coldcase …`;
    return { lines: [line], exit: EXIT.usage };
  }
  if (/^SQLITE_(?:FULL|IOERR|CANTOPEN|READONLY)/.test(codeOf(error))) {
    const message = `coldcase: the database cannot be written: ${(error as Error).message}`;
    return { lines: [message, "hint: is there room on the disk? --out puts the files elsewhere"], exit: EXIT.usage };
  }
  if (/^(?:ENOSPC|EDQUOT|EROFS|EACCES|EIO|EFBIG)$/.test(codeOf(error))) {
    const message = `coldcase: a file cannot be written: ${(error as Error).message}`;
    return {
      lines: [message, "hint: is there room on the disk? --out puts the files elsewhere, TMPDIR what is temporary"],
      exit: EXIT.usage,
    };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const report = "This is a bug of coldcase. Please report it with the lines above and, if you can, the bundle.";
  return { lines: [stack, report], exit: EXIT.bug };
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

// oxlint-disable-next-line no-control-regex -- to make them visible is what this is for
const INVISIBLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Makes control and bidirectional characters of a message visible: file names come from strangers. */
export function plainLine(text: string): string {
  return text.replace(INVISIBLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** npx keeps an install whose scripts were blocked and would use it again: it must be removed first. */
function forgetInstall(): string {
  const key = /[\\/]_npx[\\/]([0-9a-f]+)[\\/]/.exec(import.meta.url)?.[1];
  return key === undefined ? "" : `npm cache npx rm ${key} && `;
}
