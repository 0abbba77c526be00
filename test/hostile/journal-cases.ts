/** Journal files whose compressed fields explode, and whose objects lie. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportOf, makeJournal } from "../journal/helpers.ts";
import type { HostileCase } from "./case.ts";
import { SEEN, WITNESS } from "./case.ts";
import { archive, entry } from "./tar.ts";

const DATA = 1;
const ENTRY = 3;
const ENTRY_ARRAY = 6;
const PAYLOAD = 64;
const XZ = 1;
const LZ4 = 2;
const ZSTD = 4;

function journalOf(exported: Buffer): Buffer {
  const directory = mkdtempSync(join(tmpdir(), "coldcase-hostile-"));
  try {
    return makeJournal(join(directory, "a.journal"), exported, { keyed: false, compact: false });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const sound = (): Buffer => journalOf(exportOf(300, 11));

/** Calls back for each object: its offset, type and size. */
function eachObject(bytes: Buffer, visit: (at: number, type: number, size: number) => void): void {
  for (let at = Number(bytes.readBigUInt64LE(88)); at + 16 < bytes.length;) {
    const size = Number(bytes.readBigUInt64LE(at + 8));
    if (size < 16) return;
    visit(at, bytes[at] ?? 0, size);
    at = Math.ceil((at + size) / 8) * 8;
  }
}

/** A journal in which every field that is long enough holds this stream. */
function withStreams(flag: number, stream: Buffer): Buffer {
  const filler = Buffer.from(
    Array.from({ length: stream.length }, (_, index) => 33 + ((index * 7919 + (index >> 3)) % 90)),
  ).toString("latin1");
  const entries = Array.from({ length: 60 }, (_, index) => {
    const times = `__REALTIME_TIMESTAMP=${1_772_430_000_000_000 + index}\n__MONOTONIC_TIMESTAMP=${1000 + index}\n_BOOT_ID=${"a".repeat(32)}`;
    return `${times}\n_HOSTNAME=k1\nSYSLOG_IDENTIFIER=kubelet\nPRIORITY=3\nMESSAGE=${index} ${filler}\n\n`;
  });
  process.env["SYSTEMD_JOURNAL_COMPRESS"] = "0";
  const bytes = journalOf(Buffer.from(entries.join("")));
  eachObject(bytes, (at, type, size) => {
    if (type !== DATA || size < PAYLOAD + stream.length) return;
    bytes[at + 1] = flag;
    bytes.fill(0, at + PAYLOAD, at + size);
    stream.copy(bytes, at + PAYLOAD);
  });
  return bytes;
}

function zstdFrame(stated: number, blocks: [size: number, byte: number][]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32LE(0xfd2fb528, 0);
  header[4] = 0xe0;
  header.writeBigUInt64LE(BigInt(stated), 5);
  const runs = blocks.map(([size, byte], index) => {
    const run = Buffer.alloc(4);
    run.writeUIntLE((size << 3) | 2 | (index === blocks.length - 1 ? 1 : 0), 0, 3);
    run[3] = byte;
    return run;
  });
  return Buffer.concat([header, ...runs]);
}

const xz = (megabytes: number): Buffer =>
  execFileSync("sh", ["-c", `head -c ${megabytes}M /dev/zero | xz -c -9`], { maxBuffer: 1 << 26 });

function lz4Claim(size: bigint): Buffer {
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(size);
  return Buffer.concat([head, Buffer.from([0x1f, 0x41, 1, 0, ...Array.from({ length: 2000 }, () => 255), 0])]);
}

const bundle = (journal: Buffer): Buffer =>
  archive(
    entry({ name: "k1/witness.txt", content: WITNESS }),
    entry({ name: "k1/journal/system.journal", content: journal }),
  );

const changed = (name: string, change: (bytes: Buffer) => void): HostileCase => ({
  name,
  make() {
    const bytes = sound();
    change(bytes);
    return bundle(bytes);
  },
  limits: { seconds: 30 },
  shows: [SEEN],
});

const HUGE = (1n << 63n) - 8n;

export const journalCases: readonly HostileCase[] = [
  {
    name: "journal: zstd that claims 3 GB",
    make: () => bundle(withStreams(ZSTD, zstdFrame(3_000_000_000, [[131_072, 65]]))),
    shows: [SEEN],
  },
  {
    name: "journal: zstd of more than it claims",
    make: () =>
      bundle(
        withStreams(
          ZSTD,
          zstdFrame(
            1000,
            Array.from({ length: 2000 }, () => [131_071, 65]),
          ),
        ),
      ),
    shows: [SEEN],
    limits: { seconds: 40 },
  },
  {
    name: "journal: zstd of 4 MB in each field",
    make: () =>
      bundle(
        withStreams(
          ZSTD,
          zstdFrame(
            4_194_304,
            Array.from({ length: 32 }, () => [131_072, 65]),
          ),
        ),
      ),
    shows: [SEEN],
    limits: { seconds: 40, megabytes: 700 },
  },
  {
    name: "journal: xz of 200 MB in each field",
    make: () => bundle(withStreams(XZ, xz(200))),
    shows: [SEEN],
    limits: { seconds: 60, megabytes: 700 },
  },
  {
    name: "journal: xz that wants a dictionary of 4 GB",
    make() {
      const stream = Buffer.from(
        execFileSync("sh", ["-c", "head -c 1M /dev/zero | xz -c --check=none"], { maxBuffer: 1 << 26 }),
      );
      const at = stream.indexOf(Buffer.from([0x21, 0x01]));
      stream[at + 2] = 40;
      return bundle(withStreams(XZ, stream));
    },
    shows: [SEEN],
    limits: { seconds: 40, megabytes: 700 },
  },
  {
    name: "journal: lz4 that claims 2^62 bytes",
    make: () => bundle(withStreams(LZ4, lz4Claim(1n << 62n))),
    shows: [SEEN],
  },
  {
    name: "journal: lz4 that claims 4 MB and holds less",
    make: () => bundle(withStreams(LZ4, lz4Claim(4_194_304n))),
    shows: [SEEN],
    limits: { seconds: 30 },
  },
  changed("journal: objects of size 0", (bytes) => {
    let count = 0;
    eachObject(bytes, (at, _, size) => {
      if (++count % 9 === 0) bytes.writeBigUInt64LE(0n, at + 8);
      else if (count % 10 === 0) bytes.writeBigUInt64LE(BigInt(size), at + 8);
    });
  }),
  changed("journal: objects of 2^63 bytes", (bytes) => {
    const places: number[] = [];
    eachObject(bytes, (at) => void places.push(at));
    for (const at of places.filter((_, index) => index % 7 === 0)) bytes.writeBigUInt64LE(HUGE, at + 8);
  }),
  changed("journal: lists of entries in a circle", (bytes) => {
    eachObject(bytes, (at, type) => {
      if (type === ENTRY_ARRAY) bytes.writeBigUInt64LE(BigInt(at), at + 16);
    });
  }),
  changed("journal: entries that point at themselves", (bytes) => {
    eachObject(bytes, (at, type, size) => {
      if (type !== ENTRY) return;
      for (let item = at + 64; item + 8 <= at + size; item += 16) bytes.writeBigUInt64LE(BigInt(at), item);
    });
  }),
  changed("journal: all fields point at the first", (bytes) => {
    let first = 0;
    eachObject(bytes, (at, type, size) => {
      if (type === DATA && first === 0) first = at;
      if (type === ENTRY)
        for (let item = at + 64; item + 8 <= at + size; item += 16) bytes.writeBigUInt64LE(BigInt(first), item);
    });
  }),
  changed("journal: a header that promises 2^63 entries", (bytes) => {
    for (const at of [96, 144, 152, 160, 168]) bytes.writeBigUInt64LE(HUGE, at);
  }),
  changed("journal: a header of 2^40 bytes", (bytes) => void bytes.writeBigUInt64LE(1n << 40n, 88)),
  changed("journal: flags that nobody knows", (bytes) => void bytes.writeUInt32LE(0xffffffff, 12)),
  changed("journal: types that nobody knows", (bytes) => {
    let count = 0;
    eachObject(bytes, (at) => {
      if (++count % 5 === 0) bytes[at] = 200;
    });
  }),
  {
    name: "journal: nothing but its magic",
    make: () => bundle(Buffer.concat([Buffer.from("LPKSHHRH"), Buffer.alloc(500_000, 0xff)])),
    shows: [SEEN],
  },
  {
    name: "journal: magic and 8 MB of headers of entries",
    make: () =>
      bundle(
        Buffer.concat([
          Buffer.from("LPKSHHRH"),
          Buffer.alloc(8_000_000, Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 80, 0, 0, 0, 0, 0, 0, 0])),
        ]),
      ),
    shows: [SEEN],
    limits: { seconds: 40 },
  },
];
