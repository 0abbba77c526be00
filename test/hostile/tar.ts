/** Tar archives written byte by byte, so that every field can lie. */

export interface HostileEntry {
  name: string | Buffer;
  content?: Buffer | string;
  type?: string;
  link?: string;
  /** What the header says of the size; the truth when absent. */
  size?: number | Buffer;
  mtime?: string;
  prefix?: string;
  badChecksum?: boolean;
}

const BLOCK = 512;

/** One entry: header and padded content. */
export function entry({
  name,
  content = "",
  type = "0",
  link = "",
  size,
  mtime,
  prefix = "",
  badChecksum,
}: HostileEntry): Buffer {
  const bytes = Buffer.from(content);
  const header = Buffer.alloc(BLOCK);
  Buffer.from(name).copy(header, 0, 0, 100);
  header.write("0000644\0", 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  if (Buffer.isBuffer(size)) size.copy(header, 124, 0, 12);
  else header.write(`${(size ?? bytes.length).toString(8).padStart(11, "0")}\0`, 124);
  header.write(mtime ?? "00000000000\0", 136);
  header.write(type, 156, 1, "latin1");
  header.write(link, 157, 100);
  header.write("ustar\x0000", 257);
  header.write(prefix, 345, 155);
  seal(header, badChecksum === true ? 1 : 0);
  return Buffer.concat([header, bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)]);
}

/** Writes the checksum of a header, off by `error`. */
export function seal(header: Buffer, error = 0): void {
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0) + error;
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
}

/** A pax header with these records; a number is repeated as it is, however wrong. */
export function pax(records: Record<string, string>, type = "x"): Buffer {
  const lines = Object.entries(records).map(([key, value]) => {
    const rest = Buffer.byteLength(` ${key}=${value}\n`);
    let length = rest + String(rest).length;
    if (String(length).length > String(rest).length) length = rest + String(length).length;
    return `${length} ${key}=${value}\n`;
  });
  return entry({ name: "PaxHeaders/x", type, content: lines.join("") });
}

/** A number in base 256, as GNU tar writes what octal digits cannot hold. */
export function base256(value: bigint): Buffer {
  const field = Buffer.alloc(12);
  field.writeBigUInt64BE(value, 4);
  field[0] = 0x80;
  return field;
}

/** The archive, with the two blocks of zeros at its end. */
export function archive(...parts: Buffer[]): Buffer {
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}
