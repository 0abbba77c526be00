import { BundleError } from "./errors.ts";
import { GZIP_MAGIC, indexOfGzip } from "./gzip-header.ts";
import { mangledArchive } from "./mangled.ts";
import { indexOfHeader } from "./tar-scan.ts";
import { BLOCK, isZeroBlock, parseTarHeader } from "./tar-header.ts";
import { isJournalFile, looksLikeText } from "./text.ts";

/** Bytes of a file that are looked at to find out what it is; also how much noise may precede an archive. */
export const HEAD_BYTES = 64 * 1024;
const PROBE_BYTES = 4096;

/** `skip`: bytes of other text before the archive. */
export type Form = { kind: "gzip" | "tar"; skip: number } | { kind: "plain" };

interface Refused {
  name: string;
  magic: Buffer;
  unpack: string;
}

const refused: Refused[] = [
  { name: "xz-compressed", magic: Buffer.from("fd377a585a00", "hex"), unpack: "unpack it first with: xz -d" },
  { name: "zstd-compressed", magic: Buffer.from("28b52ffd", "hex"), unpack: "unpack it first with: zstd -d" },
  { name: "bzip2-compressed", magic: Buffer.from("BZh"), unpack: "unpack it first with: bzip2 -d" },
  { name: "lz4-compressed", magic: Buffer.from("04224d18", "hex"), unpack: "unpack it first with: lz4 -d" },
  { name: "a 7z archive", magic: Buffer.from("377abcaf271c", "hex"), unpack: "unpack it and give the directory: 7z x" },
  {
    name: "a rar archive",
    magic: Buffer.from("526172211a07", "hex"),
    unpack: "unpack it and give the directory: unrar x",
  },
];

/**
 * What a file is, by its first bytes. Throws BundleError for what cannot be read: other archives, archives mangled by a
 * Windows shell, binary data. `shown` is the path as the user wrote it.
 */
export function detectForm(head: Buffer, shown: string): Form {
  const other = refused.find((form) => head.subarray(0, form.magic.length).equals(form.magic));
  if (other !== undefined) {
    throw new BundleError("other-archive", `${shown}: ${other.name}`, `${other.unpack} ${shown}`);
  }
  refuseZip(head, shown);
  const mangled = mangledArchive(head, shown);
  if (mangled !== null) throw mangled;
  if (head.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC.subarray(0, head.length))) return { kind: "gzip", skip: 0 };
  if (startsTar(head)) return { kind: "tar", skip: 0 };
  const gzip = indexOfGzip(head, PROBE_BYTES);
  if (gzip !== -1) return { kind: "gzip", skip: gzip };
  const tar = indexOfHeader(head);
  if (tar !== -1 && head.includes("ustar")) return { kind: "tar", skip: tar };
  if (looksLikeText(head) || isJournalFile(head)) return { kind: "plain" };
  throw notAnArchive(shown);
}

/** What a gzip file holds, by the first bytes that came out of it; `cut`: the file ends there. Throws BundleError. */
export function detectInner(head: Buffer, cut: boolean, shown: string): "tar" | "plain" {
  if (startsTar(head) || (cut && head.length < BLOCK)) return "tar";
  if (head.length === 0) throw new BundleError("empty", `${shown}: nothing is in it`, "collect again");
  if (indexOfHeader(head) !== -1 && head.includes("ustar")) return "tar";
  if (looksLikeText(head) || isJournalFile(head)) return "plain";
  throw notAnArchive(shown);
}

/** The error for a file that is none of the forms a bundle may have. */
export function notAnArchive(shown: string): BundleError {
  const hint = "give a .tar.gz of the collector, a directory, or text files such as the output of docker ps -a";
  return new BundleError("not-an-archive", `${shown}: neither an archive nor text`, hint);
}

/** A header, or the zero blocks that may precede it. */
function startsTar(head: Buffer): boolean {
  for (let at = 0; at + BLOCK <= head.length; at += BLOCK) {
    const block = head.subarray(at, at + BLOCK);
    if (isZeroBlock(block)) continue;
    return parseTarHeader(block) !== null;
  }
  return false;
}

function refuseZip(head: Buffer, shown: string): void {
  if (head[0] !== 0x50 || head[1] !== 0x4b || ![0x0304, 0x0506, 0x0708].includes(head.readUInt16BE(2))) return;
  const encrypted = head.length > 6 && head.readUInt16BE(2) === 0x0304 && ((head[6] ?? 0) & 1) === 1;
  if (encrypted) {
    const hint = `unpack it with its password and give the directory: 7z x ${shown}`;
    throw new BundleError("encrypted-zip", `${shown}: an encrypted zip archive`, hint);
  }
  throw new BundleError("zip", `${shown}: a zip archive`, `unpack it and give the directory: unzip ${shown} -d bundle`);
}
