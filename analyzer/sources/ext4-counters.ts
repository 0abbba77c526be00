/**
 * The counters of a mounted ext4 filesystem under /sys/fs/ext4/<device>/ (kernel fs/ext4/sysfs.c): one file each, or
 * printed together by a loop, by `grep . *` or by head(1). They are the superblock's records as the kernel holds them
 * now; times are seconds since 1970, 0 for never, and error codes are EXT4_ERR_* of fs/ext4/ext4.h.
 *
 *     errors_count=3
 *     first_error_time=1772298204
 *     /sys/fs/ext4/mmcblk0p2/first_error_errcode:5
 */
import type { Ext4Fact } from "../model/fact.ts";
import type { Line, LineReader, ParseContext, SourceParser } from "../model/source.ts";
import { bounded } from "./_bounded.ts";
import { pathOfContext, pathOfHeader } from "./_context-path.ts";
import { count, emptyExt4, ext4ErrorCode, filled } from "./_ext4.ts";
import { emitForeign } from "./_path-error.ts";
import { epochSeconds } from "./_time.ts";

type Values = Partial<Omit<Ext4Fact, "device" | "source">>;

const READ: Record<string, (text: string) => Values> = {
  errors_count: (text) => ({ errorCount: count(text) }),
  first_error_time: (text) => ({ firstErrorTime: epochSeconds(text) }),
  first_error_func: (text) => ({ firstErrorFunction: filled(text) }),
  first_error_ino: (text) => ({ firstErrorInode: count(text) || null }),
  first_error_errcode: (text) => ({ firstErrorCode: ext4ErrorCode(text) }),
  last_error_time: (text) => ({ lastErrorTime: epochSeconds(text) }),
  last_error_func: (text) => ({ lastErrorFunction: filled(text) }),
  last_error_ino: (text) => ({ lastErrorInode: count(text) || null }),
  last_error_errcode: (text) => ({ lastErrorCode: ext4ErrorCode(text) }),
};

/** `name=value`, also when an empty file before it left its own name on the line: `trigger_fs_error=warning_count=0`. */
const PAIR = /(?:^|=)([a-z]\w+)=([^=]*)$/;
const GREP = /^(\/\S*\/ext4\/[^/\s]+\/\w+):(.*)$/;
const PATH = /(?:^|\/)ext4\/([^/\s]+)(?:\/(\w+))?\/?$/;
/** The directory in `cd /sys/fs/ext4/mmcblk0p2 && for f in *; do …`. */
const DIRECTORY = /\/sys\/fs\/ext4\/([\w.!-]+)/;
/** Devices remembered at a time. */
const MAX_DEVICES = 64;
const NAMES =
  /^(?:errors_count|(?:first|last)_error_\w+|(?:warning|msg)_count|lifetime_write_kbytes|session_write_kbytes)$/;

class Counters implements LineReader {
  readonly #context: ParseContext;
  #device: string | null;
  /** The counter whose value stands alone on the next line. */
  #name: string | null;
  /** By device: a glob over the files of several devices goes from one to the other for each of its patterns. */
  readonly #read = new Map<string | null, { values: Values; cited: Line }>();

  constructor(context: ParseContext) {
    this.#context = context;
    const [, device, name] = PATH.exec(pathOfContext(context)) ?? [];
    this.#device = device ?? DIRECTORY.exec(context.command ?? "")?.[1] ?? null;
    this.#name = name ?? null;
  }

  line(line: Line): void {
    const path = pathOfHeader(line.text) ?? null;
    const grep = GREP.exec(line.text);
    const pair = PAIR.exec(line.text);
    if (path !== null) this.#at(path);
    else if (grep) {
      this.#at(grep[1] ?? "");
      this.#value(this.#name ?? "", grep[2] ?? "", line);
    } else if (pair) this.#value(pair[1] ?? "", pair[2] ?? "", line);
    else if (this.#name !== null && /^[\w.]*$/.test(line.text)) this.#value(this.#name, line.text, line);
    else emitForeign(line, this.#context.sink, "a counter of ext4");
  }

  #at(path: string): void {
    const [, device = null, name = null] = PATH.exec(path) ?? [];
    this.#device = device;
    this.#name = name;
  }

  #value(name: string, text: string, line: Line): void {
    const read = READ[name];
    if (!read) return;
    if (!this.#read.has(this.#device) && this.#read.size >= MAX_DEVICES) this.end();
    const known = this.#read.get(this.#device);
    const cited = known && name !== "first_error_time" ? known.cited : line;
    this.#read.set(this.#device, { values: { ...known?.values, ...read(text) }, cited });
  }

  end(): void {
    for (const [name, { values, cited }] of this.#read) {
      // A slash in a device's name is written as an exclamation mark in sysfs.
      const device = name && `/dev/${name.replaceAll("!", "/")}`;
      const fact = { ...emptyExt4("sysfs", device), ...values };
      this.#context.sink.fact("ext4", fact.device ?? "", fact, cited);
    }
    this.#read.clear();
  }
}

const source: SourceParser = {
  id: "ext4-counters",
  title: "ext4 counters (/sys/fs/ext4)",
  kinds: ["ext4-sysfs"],
  command: /\/sys\/fs\/ext4\b/,
  path: /(?:^|\/)fs\/ext4\/[^/]+\/\w+$/,
  sniff: (head) => {
    const names = head.map(
      (text) => PAIR.exec(text)?.[1] ?? PATH.exec(GREP.exec(text)?.[1] ?? pathOfHeader(text) ?? "")?.[2],
    );
    return names.filter((name) => name !== undefined && NAMES.test(name)).length >= 2 ? 0.95 : 0;
  },
  open: (context) => new Counters(context),
  samples: [
    {
      name: "a loop over the files",
      command: 'cd /sys/fs/ext4/mmcblk0p2 && for f in *; do printf "%s=" $f; cat $f; done',
      lines: [
        "errors_count=3",
        "first_error_errcode=5",
        "first_error_func=ext4_lookup",
        "first_error_ino=4242",
        "first_error_time=1772298204",
        "last_error_time=0",
        "trigger_fs_error=warning_count=0",
      ],
      events: 0,
      facts: 1,
    },
    {
      name: "grep over two devices",
      lines: [
        "/sys/fs/ext4/mmcblk0p2/errors_count:3",
        "/sys/fs/ext4/mmcblk0p2/first_error_time:1772298204",
        "/sys/fs/ext4/sda1/errors_count:0",
      ],
      events: 0,
      facts: 2,
    },
    {
      name: "head over two devices, one pattern after the other",
      lines: [
        "==> /sys/fs/ext4/mmcblk0p2/errors_count <==",
        "3",
        "==> /sys/fs/ext4/sda1/errors_count <==",
        "0",
        "==> /sys/fs/ext4/mmcblk0p2/first_error_time <==",
        "1772298204",
      ],
      events: 0,
      facts: 2,
    },
    { name: "one file", path: "sys/fs/ext4/sda1/errors_count", lines: ["0"], events: 0, facts: 1 },
    {
      name: "a file that may not be read, and a stray line",
      lines: [
        "errors_count=0",
        "first_error_time=0",
        "cat: /sys/fs/ext4/sda1/trigger_fs_error: Permission denied",
        "some text here",
      ],
      events: 2,
      facts: 2,
      warnings: 1,
    },
  ],
};

export default bounded(source);
