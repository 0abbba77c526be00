/**
 * `journalctl -o export`: fields a line each, entries parted by an empty line (systemd, Journal Export Format). A field
 * with line breaks or bytes is its name alone on a line, then its length in eight bytes, then the value; lines of it
 * that do not look like a field belong to it.
 *
 *     __REALTIME_TIMESTAMP=1772451971000000
 *     SYSLOG_IDENTIFIER=kubelet
 *     MESSAGE=Started kubelet.service.
 */
import type { Line, LineReader, ParseContext, SourceParser } from "../model/source.ts";
import type { JournalFields } from "./_journal-fields.ts";
import { createMachineCheck } from "./_journal-machines.ts";
import { createEntryWriter } from "./_journal-fields.ts";

const FIELD = /^([A-Z_][A-Z0-9_]{0,63})=/;
const NAME_ALONE = /^[A-Z_][A-Z0-9_]{0,63}$/;
const LENGTH_BYTES = 8;
/** A message of more lines than this is cut: no program says so much at once. */
const LONGEST = 64 * 1024;

function open({ sink }: ParseContext): LineReader {
  const entries = createEntryWriter(sink);
  const machines = createMachineCheck("", new Map());
  let fields: Record<string, string> = {};
  let first: Line | null = null;
  let message: Line | null = null;
  let binary: { name: string; lines: string[]; size: number } | null = null;
  const broken = { first: 0, lines: 0 };

  const endBinary = (): void => {
    if (binary) fields[binary.name] = binary.lines.join("\n");
    binary = null;
  };
  const endEntry = (): void => {
    endBinary();
    const at = message ?? first;
    if (at && !machines.isForeign(fields["_MACHINE_ID"])) entries.write(fields as JournalFields, at);
    fields = {};
    first = null;
    message = null;
  };
  const keep = (text: string): void => {
    if (!binary || binary.size > LONGEST) return;
    binary.size += text.length;
    binary.lines.push(binary.lines.length === 0 ? text.slice(LENGTH_BYTES) : text);
  };
  return {
    line(line) {
      const { text } = line;
      if (text === "") return endEntry();
      if (binary === null && /[\0\ufffd]/.test(text) && broken.lines++ === 0) broken.first = line.number;
      first ??= line;
      const field = FIELD.exec(text);
      if (field?.[1]) {
        endBinary();
        if (field[1] === "MESSAGE") message = line;
        fields[field[1]] ??= text.slice(field[0].length);
      } else if (binary === null && NAME_ALONE.test(text)) {
        if (text === "MESSAGE") message = line;
        binary = { name: text, lines: [], size: 0 };
      } else keep(text);
    },
    end() {
      endEntry();
      entries.end();
      if (broken.lines > 0) sink.warning(broken.first, brokenWords(broken.lines));
      const others = machines.warning();
      if (others !== null) sink.warning(0, others);
    },
  };
}

function brokenWords(lines: number): string {
  const where = lines === 1 ? "1 line" : `${lines} lines`;
  return `bytes that are no text in ${where} outside of the fields that may hold them`;
}

const parser: SourceParser = {
  id: "journal-export",
  title: "Journal entries in export format",
  retellsJournal: true,
  holdsBytes: true,
  kinds: ["journal-export"],
  command: /^journalctl\b.*-o export\b/,
  sniff: (head) => {
    const fields = head.filter((line) => FIELD.test(line)).length;
    const named = head.some((line) => /^(?:__CURSOR|__REALTIME_TIMESTAMP|_BOOT_ID)=/.test(line));
    return named && fields >= head.length * 0.5 ? 0.99 : 0;
  },
  open,
  samples: [
    {
      name: "two entries, the second with a message of two lines",
      lines: [
        "__CURSOR=s=0;i=1",
        "__REALTIME_TIMESTAMP=1704434877028700",
        "_BOOT_ID=0123456789abcdef0123456789abcdef",
        "SYSLOG_IDENTIFIER=kubelet",
        "MESSAGE=Started.",
        "",
        "__REALTIME_TIMESTAMP=1704434878028700",
        "MESSAGE",
        "\u0012\0\0\0\0\0\0\0panic: no good",
        "  more of it",
        "PRIORITY=3",
        "",
      ],
      events: 2,
      facts: 0,
      firstStated: "2024-01-05T06:07:57.028700",
    },
    {
      name: "cut in the middle of an entry",
      lines: ["__REALTIME_TIMESTAMP=1704434877028700", "_TRANSPORT=kernel", "PRIORITY=3", "MESSAGE=I/O error, dev sda"],
      events: 1,
      facts: 0,
    },
  ],
};

export default parser;
