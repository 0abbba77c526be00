import { execFileSync } from "node:child_process";
import { gzipSync } from "node:zlib";
import type { HostileCase } from "./case.ts";
import { SEEN, WITNESS } from "./case.ts";
import { archive, entry } from "./tar.ts";

const witness = entry({ name: "k1/journal.txt", content: WITNESS });
const packed = (bytes: Buffer): Buffer => gzipSync(bytes);
const gz = "k1.tar.gz";

/** A gzip file of many members, each of which unpacks to 100 MB of the same. */
function bomb(members: number, fill: string): Buffer {
  const member = gzipSync(Buffer.alloc(100_000_000, fill), { level: 9 });
  return Buffer.concat(Array.from({ length: members }, () => member));
}

const bitFlipped = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0x55;
  return copy;
};

const whole = archive(witness, entry({ name: "k1/b", content: "x\n".repeat(5000) }));

/** Compression that lies, breaks or explodes. */
export const packedCases: readonly HostileCase[] = [
  {
    name: "gzip: a bomb of 1:100,000 in an archive",
    file: gz,
    make: () =>
      packed(
        archive(
          witness,
          entry({ name: "k1/syslog.1.gz", content: bomb(30, "x") }),
          entry({ name: "k1/after", content: "x\n" }),
        ),
      ),
    limits: { seconds: 60 },
    shows: [
      SEEN,
      /syslog\.1\.gz stopped after \d+ bytes: it unpacks to far more than it is; the limit is 5000 \(raise it with --max-ratio\)/,
      /k1\/after/,
    ],
  },
  {
    name: "gzip: a bomb that is the bundle",
    file: gz,
    make: () => gzipSync(bomb(30, "x")),
  },
  {
    name: "gzip: a bomb of lines, and a lower ratio",
    file: gz,
    make: () => packed(archive(witness, entry({ name: "k1/syslog.1.gz", content: bomb(3, "x\n") }))),
    args: ["--out", ".", "--json", "out.json", "--max-artifact-bytes", "20000000"],
    limits: { seconds: 120, megabytes: 900 },
    shows: [SEEN, /Only the first 20000000 bytes.*--max-artifact-bytes/],
  },
  {
    name: "gzip: total bytes",
    file: gz,
    make: () => packed(archive(witness, entry({ name: "k1/zeros", content: Buffer.alloc(30_000_000) }))),
    args: ["--out", ".", "--json", "out.json", "--max-total-bytes", "10000000"],
    shows: [SEEN, /--max-total-bytes/],
  },
  {
    name: "gzip: several members with junk between",
    file: gz,
    make: () =>
      Buffer.concat([
        packed(whole.subarray(0, 1024)),
        Buffer.from("junk between members"),
        packed(whole.subarray(1024)),
      ]),
    shows: [SEEN],
  },
  {
    name: "gzip: one member for each byte",
    file: gz,
    make: () => Buffer.concat([...whole.subarray(0, 3000)].map((byte) => packed(Buffer.from([byte])))),
    shows: [SEEN],
  },
  {
    name: "gzip: 20,000 empty members first",
    file: gz,
    make: () => Buffer.concat([...Array.from({ length: 20_000 }, () => packed(Buffer.alloc(0))), packed(whole)]),
    shows: [SEEN],
  },
  {
    name: "gzip: cut in the middle",
    file: gz,
    make: () => packed(archive(witness, entry({ name: "k1/b", content: noise(200_000) }))).subarray(0, 60_000),
    shows: [SEEN, /ends too early|ends in the middle/],
  },
  { name: "gzip: cut in its header", file: gz, make: () => packed(whole).subarray(0, 8), shows: [/ends too early/] },
  {
    name: "gzip: wrong checksum",
    file: gz,
    make: () => bitFlipped(packed(whole), packed(whole).length - 6),
    shows: [SEEN, /checksum|CRC/i],
  },
  {
    name: "gzip: wrong length",
    file: gz,
    make: () => bitFlipped(packed(whole), packed(whole).length - 2),
    shows: [SEEN],
  },
  {
    name: "gzip: damage in the stream",
    file: gz,
    make: () =>
      bitFlipped(
        packed(
          archive(witness, entry({ name: "k1/b", content: noise(300_000) }), entry({ name: "k1/c", content: "x\n" })),
        ),
        150_000,
      ),
    shows: [SEEN],
  },
  {
    name: "gzip: a name of 10 MB in the header",
    file: gz,
    make: () =>
      Buffer.concat([
        Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]),
        Buffer.alloc(10_000_000, "a"),
        Buffer.from([0]),
        packed(whole).subarray(10),
      ]),
    exit: 2,
  },
  { name: "gzip: reserved flags", file: gz, make: () => bitFlipped(packed(whole), 3), exit: 2 },
  { name: "gzip: gzip in gzip in gzip", file: gz, make: () => gzipSync(gzipSync(packed(whole))), exit: 2 },
  {
    name: "gzip: 3,000 bad members one after the other",
    file: gz,
    make: () =>
      Buffer.concat([
        packed(whole),
        ...Array.from({ length: 3_000 }, () =>
          Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]), noise(40)]),
        ),
      ]),
    shows: [SEEN],
    limits: { seconds: 40 },
  },
  {
    name: "zstd: a bundle of it is refused with the command that unpacks it",
    file: "k1.tar.zst",
    make: () => execFileSync("zstd", ["-c"], { input: whole }),
    exit: 2,
    shows: [/zstd -d/],
  },
  {
    name: "xz: a bundle of it is refused with the command that unpacks it",
    file: "k1.tar.xz",
    make: () => execFileSync("xz", ["-c"], { input: whole }),
    exit: 2,
    shows: [/xz -d/],
  },
];

/** Bytes that do not compress. */
function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 1;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    bytes[at] = state >> 16;
  }
  return bytes;
}
