/**
 * The superblock of an ext filesystem, as `dumpe2fs -h` and `tune2fs -l` print it (e2fsprogs lib/e2p/ls.c). The kernel
 * writes the first and the last error into it with their times, so they outlive the logs. Times are the local time of
 * where the command ran, without a zone.
 *
 *     Filesystem state:         clean with errors
 *     First error time:         Sat Feb 28 17:03:24 2026
 *     First error function:     ext4_lookup
 */
import type { Ext4Fact, FieldPlaces } from "../model/fact.ts";
import type { Line, LineReader, ParseContext, SourceParser } from "../model/source.ts";
import type { TimeReading } from "../model/time.ts";
import { bounded } from "./_bounded.ts";
import { count, emptyExt4, ext4ErrorCode, filled } from "./_ext4.ts";
import { emitForeign } from "./_path-error.ts";
import { pathOfHeader } from "./_context-path.ts";
import { parseCtime } from "./_time.ts";

const FIELD = /^([A-Z][\w #/.()-]+?):\s+(.*?)\s*$/;
const COMMAND = /\b(?:dumpe2fs|tune2fs)\b(?:\s+-\S+)*\s+(\/dev\/\S+|\S+=\S+)/;
/** Group descriptors of `dumpe2fs` without -h, the version in front, and lists that go on in the next line. */
const BESIDE = /^(?:(?:dumpe2fs|tune2fs) \d|Group \d+:|\s|Journal (?:features|checksum))/;
/** Where a claim about the filesystem is cited from, best first. */
const CITED = ["First error time", "FS Error count", "Filesystem state"];

const TIMES = {
  firstErrorTime: "First error time",
  lastErrorTime: "Last error time",
  lastChecked: "Last checked",
  lastMounted: "Last mount time",
};

function timeOf(text: string | undefined): TimeReading | null {
  return text === undefined ? null : (parseCtime(text)?.time ?? null);
}

function factOf(fields: Map<string, string>, device: string | null): Ext4Fact {
  const field = (name: string): string | undefined => fields.get(name);
  return {
    ...emptyExt4("superblock", device),
    state: filled(field("Filesystem state")),
    lastMountedOn: filled(field("Last mounted on")),
    errorsBehaviour: filled(field("Errors behavior")),
    errorCount: count(field("FS Error count")),
    firstErrorTime: timeOf(field("First error time")),
    firstErrorFunction: filled(field("First error function")),
    firstErrorInode: count(field("First error inode #")),
    firstErrorCode: ext4ErrorCode(field("First error err") ?? ""),
    lastErrorTime: timeOf(field("Last error time")),
    lastErrorFunction: filled(field("Last error function")),
    lastErrorInode: count(field("Last error inode #")),
    lastErrorCode: ext4ErrorCode(field("Last error err") ?? ""),
    lastChecked: timeOf(field("Last checked")),
    lastMounted: timeOf(field("Last mount time")),
    mountCount: count(field("Mount count")),
  };
}

class Superblocks implements LineReader {
  readonly #context: ParseContext;
  #device: string | null;
  #fields = new Map<string, string>();
  #lines = new Map<string, Line>();

  constructor(context: ParseContext) {
    this.#context = context;
    this.#device = COMMAND.exec(context.command ?? "")?.[1] ?? null;
  }

  line(line: Line): void {
    const header = pathOfHeader(line.text);
    if (header !== null) {
      this.end();
      this.#device = COMMAND.exec(header)?.[1] ?? null;
      return;
    }
    const match = FIELD.exec(line.text);
    const [, name = "", value = ""] = match ?? [];
    if (name === "Filesystem volume name") this.end();
    if (match && !BESIDE.test(line.text)) {
      this.#fields.set(name, value);
      this.#lines.set(name, line);
    } else if (/^(?:dumpe2fs|tune2fs): /.test(line.text)) this.#complaint(line);
    else if (!BESIDE.test(line.text)) emitForeign(line, this.#context.sink, "a field of a superblock");
  }

  /** `dumpe2fs: Bad magic number in super-block while trying to open /dev/sda1` says that the superblock is lost. */
  #complaint(line: Line): void {
    const [origin = "", ...text] = line.text.split(": ");
    const event = { line, stated: null, clock: "none", precision: 0, level: 3, origin, text: text.join(": ") } as const;
    this.#context.sink.event(event);
  }

  #places(): FieldPlaces {
    const found = Object.entries(TIMES).flatMap(([field, name]) => {
      const line = this.#lines.get(name);
      return line
        ? [[field, { line: line.number, byteOffset: line.byteOffset, byteLength: line.byteLength }] as const]
        : [];
    });
    return Object.fromEntries(found);
  }

  end(): void {
    const cited = CITED.map((name) => this.#lines.get(name)).find((line) => line !== undefined);
    if (cited && this.#fields.has("Filesystem state")) {
      const fact = { ...factOf(this.#fields, this.#device), places: this.#places() };
      this.#context.sink.fact("ext4", fact.device ?? "", fact, cited);
    }
    this.#fields = new Map();
    this.#lines = new Map();
  }
}

const source: SourceParser = {
  id: "ext4-superblock",
  title: "ext4 superblocks (dumpe2fs -h, tune2fs -l)",
  kinds: ["ext4-superblock"],
  command: /^(?:\S*\/)?(?:dumpe2fs|tune2fs)\b/,
  sniff: (head) => {
    const known = head.filter((text) =>
      /^Filesystem (?:volume name|UUID|magic number|state|features):\s/.test(text),
    ).length;
    return known >= 2 ? 0.98 : known * 0.3;
  },
  open: (context) => new Superblocks(context),
  samples: [
    {
      name: "with errors",
      command: "dumpe2fs -h /dev/mmcblk0p2",
      lines: [
        "dumpe2fs 1.47.0 (5-Feb-2023)",
        "Filesystem volume name:   <none>",
        "Last mounted on:          /",
        "Filesystem UUID:          00112233-4455-6677-8899-aabbccddeeff",
        "Filesystem state:         clean with errors",
        "Errors behavior:          Continue",
        "Last mount time:          n/a",
        "Mount count:              12",
        "FS Error count:           3",
        "First error time:         Sat Feb 28 17:03:24 2026",
        "First error function:     ext4_lookup",
        "First error line #:       1862",
        "First error inode #:      4242",
        "First error err:          EFSCORRUPTED",
        "Last error time:          Sat Feb 28 17:04:00 2026",
      ],
      events: 0,
      facts: 1,
    },
    {
      name: "two clean ones, one after the other",
      lines: [
        "Filesystem volume name:   boot",
        "Filesystem magic number:  0xEF53",
        "Filesystem state:         clean",
        "Filesystem volume name:   rootfs",
        "Filesystem state:         not clean",
      ],
      events: 0,
      facts: 2,
    },
    {
      name: "no superblock to be found",
      command: "tune2fs -l /dev/sda1",
      lines: ["tune2fs: Bad magic number in super-block while trying to open /dev/sda1", "Found a dos partition table"],
      events: 2,
      facts: 0,
      warnings: 1,
    },
  ],
};

export default bounded(source);
