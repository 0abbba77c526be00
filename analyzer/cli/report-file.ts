import { closeSync, lstatSync, openSync, readFileSync, readSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { StoredReport } from "../report/read.ts";
import { isUnreadable, readHtmlReport } from "../report/read.ts";
import { UsageError } from "./errors.ts";

/** Suffixes of an HTML report, as it was written or packed for a tracker that takes no HTML. */
export const REPORT_SUFFIX = /\.html?(?:\.gz)?$/i;
const MOST_BYTES = 64 * 1024 * 1024;
const GENERATOR = '<meta name="generator" content="coldcase ';

/** Whether a file is an HTML report that this program wrote, by its name and its generator tag. */
export function isHtmlReport(path: string): boolean {
  if (!REPORT_SUFFIX.test(path)) return false;
  const info = lstatSync(path, { throwIfNoEntry: false });
  if (!info?.isFile() || info.size > MOST_BYTES) return false;
  if (/\.gz$/i.test(path)) return readText(path)?.slice(0, 4096).includes(GENERATOR) ?? false;
  const bytes = Buffer.alloc(4096);
  const file = openSync(path, "r");
  try {
    return bytes.toString("utf8", 0, readSync(file, bytes, 0, bytes.length, 0)).includes(GENERATOR);
  } finally {
    closeSync(file);
  }
}

/** Null for a damaged gzip file, or one that holds more than any report. */
function readText(path: string): string | null {
  const bytes = readFileSync(path);
  if (!/\.gz$/i.test(path)) return bytes.toString("utf8");
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_BYTES }).toString("utf8");
  } catch {
    return null;
  }
}

/** The report inside of an HTML report. @throws UsageError when it cannot be used */
export function readReportFile(path: string): StoredReport {
  try {
    return readHtmlReport(readText(path) ?? "");
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    throw new UsageError(`${path} cannot be rendered again: ${error.message}`, "analyse the bundle again");
  }
}
