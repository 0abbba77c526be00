/**
 * Where the text that a parser reads lay on the node. A file that was printed says so in the command (`cat /proc/uptime`),
 * in a header of head(1) or tail(1), or only in its path inside the bundle.
 *
 *     ==> /sys/fs/ext4/mmcblk0p2/errors_count <==
 */
import type { ParseContext } from "../model/source.ts";

const PRINTED = /^(?:cat|head|tail|more|less|zcat|sed)\b.*?\s(\/[^\s|;<>]+)\s*$/;

/** The path of the file that was printed, else of the artifact. */
export function pathOfContext({ command, artifact }: Pick<ParseContext, "command" | "artifact">): string {
  return PRINTED.exec(command ?? "")?.[1] ?? artifact;
}

/** The path in a header between files, null when the line is none. */
export function pathOfHeader(text: string): string | null {
  return /^={2,}>? +(\S.*?)(?: +<?={2,})?\s*$/.exec(text)?.[1] ?? null;
}
