/** What the two readers of ext4's own records share. */
import type { Ext4Fact } from "../model/fact.ts";
import { wholeNumber } from "./_number.ts";

/** An ext4 fact of which nothing is known but its source. */
export function emptyExt4(source: Ext4Fact["source"], device: string | null): Ext4Fact {
  return {
    device,
    source,
    state: null,
    lastMountedOn: null,
    errorsBehaviour: null,
    errorCount: null,
    firstErrorTime: null,
    firstErrorFunction: null,
    firstErrorInode: null,
    firstErrorCode: null,
    lastErrorTime: null,
    lastErrorFunction: null,
    lastErrorInode: null,
    lastErrorCode: null,
    lastChecked: null,
    lastMounted: null,
    mountCount: null,
  };
}

/** EXT4_ERR_* of fs/ext4/ext4.h: numbers of their own, not those of errno. */
const CODES = [
  "none",
  "UNKNOWN",
  "EIO",
  "ENOMEM",
  "EFSBADCRC",
  "EFSCORRUPTED",
  "ENOSPC",
  "ENOKEY",
  "EROFS",
  "EFBIG",
  "EEXIST",
  "ERANGE",
  "EOVERFLOW",
  "EBUSY",
  "ENOTDIR",
  "ENOTEMPTY",
  "ESHUTDOWN",
  "EFAULT",
];

/** The name of an error code, printed as a name (e2fsprogs) or as a number (sysfs); null for 0 and for nothing. */
export function ext4ErrorCode(text: string): string | null {
  const code = text.trim();
  if (code === "" || code === "0") return null;
  return /^\d+$/.test(code) ? (CODES[Number(code)] ?? code) : code;
}

/** A count or inode number as printed; null for what is none. */
export function count(text: string | undefined): number | null {
  return wholeNumber(text?.trim());
}

/** A text with something in it, or null. */
export function filled(text: string | undefined): string | null {
  const value = text?.trim() ?? "";
  return value === "" || value === "<not available>" || value === "n/a" ? null : value;
}
