import { tmpdir } from "node:os";
import { join } from "node:path";

/** How directories for temporary files begin; the process that made them follows, so that a later run knows what is left over. */
export const TEMPORARY = "coldcase-run-";

/** What `mkdtemp` completes. */
export function temporaryPrefix(): string {
  return join(tmpdir(), `${TEMPORARY}${process.pid}-`);
}
