export type BundleErrorCode =
  | "not-found"
  | "denied"
  | "unreadable"
  | "empty"
  | "not-an-archive"
  | "zip"
  | "encrypted-zip"
  | "other-archive"
  | "mangled"
  | "several-bundles"
  | "no-space";

/** A bundle that cannot be read at all. `message` is one line for the user, `hint` one line on what to do instead. */
export class BundleError extends Error {
  readonly code: BundleErrorCode;
  readonly hint: string;

  constructor(code: BundleErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.name = "BundleError";
    this.code = code;
    this.hint = hint;
  }
}

/**
 * Turns an error of the operating system into a BundleError. `shown` is the path as the user wrote it. An error without
 * an errno is not about the bundle and comes back as it is.
 */
export function asBundleError(error: unknown, shown: string): unknown {
  const code = errnoOf(error);
  if (code === null) return error;
  if (code === "ENOENT" || code === "ENOTDIR") {
    return new BundleError("not-found", `${shown}: no such file or directory`, "check the path", error);
  }
  if (code === "EACCES" || code === "EPERM") {
    const hint = `make it readable (ls -l ${shown}), or copy it to a place that is yours`;
    return new BundleError("denied", `${shown}: permission denied`, hint, error);
  }
  if (code === "ENOSPC") {
    const hint = "free some space, or name another directory in TMPDIR, or save the bundle to a file and give its name";
    return new BundleError("no-space", `${shown}: no space left for a temporary copy`, hint, error);
  }
  return new BundleError("unreadable", `${shown}: cannot be read (${code})`, "copy it to a sound disk first", error);
}

/** The errno name of a system error, or null. */
export function errnoOf(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return null;
  return /^E[A-Z0-9]+$/.test(error.code) ? error.code : null;
}
