/** What kind of trouble ext4's own record of its errors tells of. */
import type { Ext4Fact } from "../model/fact.ts";

/** What comes of a filesystem that is read-only or shut down already. */
const AFTERMATH = new Set(["EROFS", "ESHUTDOWN"]);

/** `io`: the disk did not do what was asked; `aftermath`: writes to a filesystem that was read-only already. */
export function recordKind({ firstErrorCode, lastErrorCode }: Ext4Fact): "corruption" | "io" | "aftermath" {
  const codes = [firstErrorCode, lastErrorCode].filter((code) => code !== null);
  const telling = codes.find((code) => !AFTERMATH.has(code));
  if (telling === "EIO") return "io";
  return telling === undefined && codes.length > 0 ? "aftermath" : "corruption";
}
