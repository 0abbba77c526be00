/**
 * Headers of a tar archive, 512 bytes each: name at 0, size at 124, mtime at 136, checksum at 148, type at 156, link
 * target at 157, magic at 257 (`ustar\0` + `00`, or `ustar  \0` of GNU, nothing in v7), prefix at 345. Numbers are octal
 * text or, with the high bit set, base 256.
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13
 * https://www.gnu.org/software/tar/manual/html_node/Standard.html
 */

export const BLOCK = 512;

export interface TarHeader {
  path: Buffer;
  /** Bytes of content that follow in the archive. */
  size: number;
  /** µs UTC; null for a time that no clock shows. */
  modified: number | null;
  type: string;
  link: Buffer;
  /** Old GNU sparse files: more blocks of the map follow the header. */
  extended: boolean;
}

/** What extended headers say about the next member. Absent values are undefined. */
export interface TarExtension {
  path?: Buffer;
  link?: Buffer;
  size?: number;
  modified?: number | null;
  sparse?: boolean;
}

const ZEROS = Buffer.alloc(BLOCK);
const KNOWN_TYPES = /^[\0-7A-Zaxg]$/;

/** The header in a block, or null when its checksum or a number in it is wrong. */
export function parseTarHeader(block: Buffer): TarHeader | null {
  if (block.length < BLOCK || block[0] === 0 || !checksumMatches(block)) return null;
  const size = parseNumber(block.subarray(124, 136));
  const modified = parseNumber(block.subarray(136, 148));
  const type = String.fromCharCode(block[156] ?? 0);
  if (size === null || size < 0 || !KNOWN_TYPES.test(type)) return null;
  const posix = block.toString("latin1", 257, 263) === "ustar\0";
  const name = untilNul(block.subarray(0, 100));
  const prefix = posix ? untilNul(block.subarray(345, 500)) : Buffer.alloc(0);
  return {
    path: prefix.length > 0 ? Buffer.concat([prefix, Buffer.from("/"), name]) : Buffer.from(name),
    size,
    modified: microsOf(modified ?? 0),
    type,
    link: Buffer.from(untilNul(block.subarray(157, 257))),
    extended: type === "S" && block[482] === 1,
  };
}

/** µs of seconds since 1970; null outside of the years that a time has four digits for. */
function microsOf(seconds: number): number | null {
  return Math.abs(seconds) < 253_402_300_800 ? Math.round(seconds * 1_000_000) : null;
}

/** True for a block, or the beginning of one, of zero bytes. */
export function isZeroBlock(block: Buffer): boolean {
  return block.equals(ZEROS.subarray(0, block.length));
}

/** Old tar programs summed signed bytes, so both sums are accepted. The checksum field itself counts as spaces. */
function checksumMatches(block: Buffer): boolean {
  const stated = parseNumber(block.subarray(148, 156));
  if (stated === null || stated === 0) return false;
  let unsigned = 0;
  let signed = 0;
  for (let i = 0; i < BLOCK; i++) {
    const byte = i >= 148 && i < 156 ? 32 : (block[i] ?? 0);
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  return stated === unsigned || stated === signed;
}

function parseNumber(field: Buffer): number | null {
  const first = field[0] ?? 0;
  if (first & 0x80) {
    let value = first === 0xff ? -1 : first & 0x7f;
    for (const byte of field.subarray(1)) value = value * 256 + byte;
    return Number.isSafeInteger(value) ? value : null;
  }
  const text = field.toString("latin1").replace(/^[ \0]+/, "");
  const digits = /^[0-7]*/.exec(text)?.[0] ?? "";
  const rest = text.slice(digits.length);
  if (!/^[ \0]/.test(rest) && rest !== "") return null;
  return digits === "" ? 0 : Number.parseInt(digits, 8);
}

function untilNul(field: Buffer): Buffer {
  const end = field.indexOf(0);
  return end === -1 ? field : field.subarray(0, end);
}

/** The content of a GNU long name or long link record. */
export function parseLongName(content: Buffer): Buffer {
  return Buffer.from(untilNul(content));
}

/**
 * The records `<length> <key>=<value>\n` of a pax header, added to `into`. A record that makes no sense ends the reading;
 * what came before it holds.
 */
export function parsePax(content: Buffer, into: TarExtension): void {
  let at = 0;
  while (at < content.length) {
    const space = content.indexOf(0x20, at);
    const length = space === -1 ? Number.NaN : Number(content.toString("latin1", at, space));
    const end = at + length;
    const equals = content.indexOf(0x3d, space);
    if (!Number.isInteger(length) || end > content.length || equals === -1 || equals >= end || end <= space) return;
    const value = content.subarray(equals + 1, end - 1);
    applyPaxRecord(content.toString("latin1", space + 1, equals), value, into);
    at = end;
  }
}

function applyPaxRecord(key: string, value: Buffer, into: TarExtension): void {
  const number = Number(value.toString("latin1"));
  if (key === "path" || key === "GNU.sparse.name") into.path = Buffer.from(value);
  else if (key === "linkpath") into.link = Buffer.from(value);
  else if (key === "size" && Number.isSafeInteger(number) && number >= 0) into.size = number;
  else if (key === "mtime") into.modified = microsOf(number);
  if (key.startsWith("GNU.sparse.")) into.sparse = true;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A path or link target as text: UTF-8, else every byte that is not printable ASCII as `\xNN`. */
export function decodeName(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return bytes.toString("latin1").replace(/[^\x20-\x7e]/g, (char) => {
      return `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
    });
  }
}
