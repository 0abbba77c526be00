import { BundleError } from "./errors.ts";
import { GZIP_MAGIC } from "./gzip-header.ts";

const ADVICE =
  'collect again: in cmd.exe, or in PowerShell 7.4+ ("ssh … > k1.tar.gz"), or write a file there and fetch it with scp';

/**
 * The error for an archive that a shell has rewritten as text on the way, or null. Windows PowerShell turns a program's
 * output into characters and writes them as UTF-16 (FF FE 1F 00 …) or UTF-8 (1F EF BF BD 08 …); a terminal in between
 * (`ssh -t`) or a text-mode copy writes CR LF for every LF.
 */
export function mangledArchive(head: Buffer, shown: string): BundleError | null {
  if (isGzipAsText(decodeUtf16(head)) || isTarAsText(decodeUtf16(head))) {
    return mangled(shown, "a shell has rewritten the archive as UTF-16 text");
  }
  if (head[1] !== GZIP_MAGIC[1] && isGzipAsText(head.toString("utf8", 0, 64))) {
    return mangled(shown, "a shell has rewritten the archive as UTF-8 text");
  }
  if (hasAddedCarriageReturns(head)) {
    return mangled(shown, "every line feed in the archive was rewritten as CR LF on the way", " (and without ssh -t)");
  }
  return null;
}

function mangled(shown: string, what: string, more = ""): BundleError {
  return new BundleError("mangled", `${shown}: ${what}, and cannot be restored`, ADVICE + more);
}

function decodeUtf16(head: Buffer): string {
  const little = head[0] === 0xff && head[1] === 0xfe;
  const big = head[0] === 0xfe && head[1] === 0xff;
  if (!little && !big) return "";
  const units = Buffer.from(head.subarray(2, 2 + 1024));
  const even = units.subarray(0, units.length & ~1);
  return (little ? even : even.swap16()).toString("utf16le");
}

/** 1F, then whatever one code page or another made of 8B, then 08. */
function isGzipAsText(text: string): boolean {
  const start = text.startsWith("\ufeff") ? 1 : 0;
  return text.charCodeAt(start) === 0x1f && text.charCodeAt(start + 1) > 0x7f && text.charCodeAt(start + 2) === 0x08;
}

function isTarAsText(text: string): boolean {
  return text.slice(257, 262) === "ustar";
}

/** In compressed data a LF follows a CR once in 256 times; where each one does, somebody put the CRs there. */
const ENOUGH_LINE_FEEDS = 3;

function hasAddedCarriageReturns(head: Buffer): boolean {
  if (!head.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC)) return false;
  let lineFeeds = 0;
  for (let at = head.indexOf(10); at !== -1; at = head.indexOf(10, at + 1)) {
    if (head[at - 1] !== 13) return false;
    lineFeeds += 1;
  }
  return lineFeeds >= ENOUGH_LINE_FEEDS;
}
